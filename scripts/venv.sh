#!/usr/bin/env bash
# Makes .venv with Python 3.11 and installs requirements/$1.txt (base or dev) where the file has changed since.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=$1
python=""

find_python() {
  for name in python3.11 python3; do
    if "$name" -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      python=$name
      return
    fi
  done
  echo "Python 3.11 est introuvable : installez-le (paquet python3.11), puis relancez." >&2
  exit 1
}

make_venv() {
  find_python
  # Debian ships the module that fills a new environment in a package of its own.
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends python3.11-venv >/dev/null
    else
      echo "Il manque le paquet python3.11-venv : installez-le, puis relancez." >&2
      exit 1
    fi
  fi
  "$python" -m venv .venv
}

sum_of() { sha256sum "requirements/$1.txt" | cut -d' ' -f1; }
installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$(sum_of "$1")" ]; }

if ! .venv/bin/python -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  rm -rf .venv
  echo "Création de l’environnement Python (.venv)…"
  make_venv
fi
installed "$wanted" && exit 0
echo "Installation des bibliothèques (requirements/$wanted.txt)…"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --requirement "requirements/$wanted.txt"
sum_of "$wanted" >".venv/.installed-$wanted"
# The development list holds the other one whole.
if [ "$wanted" = dev ]; then sum_of base >.venv/.installed-base; fi
