#!/usr/bin/env bash
# Every check that needs no server. Prints one line a check; the output of one that fails; exits 1 if one does.
# --with-tests: the pure and service tests on SQLite too.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" DJANGO_SETTINGS_MODULE=config.settings.test
failed=0

check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    echo "$output" | tail -n 80
    failed=$((failed + 1))
  fi
}

check "format (ruff)" ruff format --check .
check "lint (ruff)" ruff check .
check "templates (djlint)" djlint --lint --quiet frontend/templates
check "types (mypy)" mypy config tracker correspondence complaints actions notifications frontend manage.py
check "import contracts" lint-imports
check "migrations" python manage.py makemigrations --check --dry-run
check "API description" python manage.py spectacular --validate --fail-on-warn --file /dev/null
check "system checks" python manage.py check --fail-level WARNING
if [ "${1:-}" = --with-tests ]; then
  python -m pytest -n 2 -q -m "not e2e and not slow and not postgresql" --ignore tests/frontend --durations 8 tests || failed=$((failed + 1))
fi
[ "$failed" = 0 ] || echo "$failed check(s) failed"
exit $((failed > 0))
