#!/usr/bin/env bash
# Tables, static files, demonstration (once), then the server: what `make run` does once the libraries are there.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
data=${SILLAGE_DATA:-var}

$python manage.py migrate --verbosity 0

# Collecting the State design system takes seconds: only where a file or a library has changed.
stamp=$(cat requirements/base.txt <(find frontend/static -type f -exec sha256sum {} + 2>/dev/null | sort) | sha256sum)
if [ "$(cat "$data/static.stamp" 2>/dev/null)" != "$stamp" ]; then
  echo "Préparation des feuilles de style et des images…"
  # The design system as one sheet is what pages use: its components apart and its audience measurement are not served.
  $python manage.py collectstatic --noinput --clear --verbosity 0 \
    --ignore 'dsfr/dist/component' --ignore 'dsfr/dist/analytics' --ignore 'django-dsfr/icon-picker'
  echo "$stamp" >"$data/static.stamp"
fi

$python manage.py demo --if-empty
exec $python manage.py serve --port "$1"
