#!/usr/bin/env bash
# requirements/*.txt from pyproject.toml. The resolver's own lock file names the hosts of the registry: it is not kept.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -f uv.lock
.venv/bin/uv lock --quiet --python 3.11
.venv/bin/uv export --quiet --frozen --no-emit-project --no-header --no-default-groups --output-file requirements/base.txt >/dev/null
.venv/bin/uv export --quiet --frozen --no-emit-project --no-header --all-groups --output-file requirements/dev.txt >/dev/null
rm -f uv.lock
if grep -nE 'https?://|index-url' requirements/*.txt; then
  echo "requirements/ names a host" >&2
  exit 1
fi
