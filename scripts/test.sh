#!/usr/bin/env bash
# Everything that must hold, from a bare machine on: Python 3.11, make and apt are enough where the user is root.
# The last lines name what did not run; the very last one sums up. With CI=true nothing may be missing.
set -uo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
passed=0 failed=0 skipped=0
not_run=()
work=$(mktemp -d "${TMPDIR:-/tmp}/sillage-make-test-XXXXXX")
trap 'scripts/postgresql.sh stop "$work/postgresql" >/dev/null 2>&1; rm -rf "$work"' EXIT

title() { printf '\n== %s\n' "$1"; }

# --- What the tests need of the machine ---------------------------------------------------------------------------
has_postgresql() { scripts/postgresql.sh bin >/dev/null 2>&1; }
has() { command -v "$1" >/dev/null; }

install_packages() {
  local wanted=()
  has chromium || wanted+=(chromium)
  has_postgresql || wanted+=(postgresql)
  has redis-server || wanted+=(redis-server)
  # Without a font the browser draws no text at all.
  [ -n "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ] || wanted+=(fonts-dejavu-core)
  [ ${#wanted[@]} = 0 ] && return
  if [ "$(id -u)" != 0 ] || ! has apt-get; then
    echo "Missing, and only root can install: ${wanted[*]}"
    return
  fi
  echo "Installing ${wanted[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "${wanted[@]}" \
    >"$work/apt.log" 2>&1 || tail -n 20 "$work/apt.log"
}

missing() {
  not_run+=("$1")
  if [ "${CI:-}" = true ]; then failed=$((failed + 1)); fi
}

# --- One run of pytest, counted -----------------------------------------------------------------------------------
count() { grep -oE "[0-9]+ $1" <<<"$2" | tail -n 1 | grep -oE '^[0-9]+' || echo 0; }

suite() {
  local name=$1 line status
  shift
  title "$name"
  .venv/bin/python -m pytest -n 2 -q --durations=12 --durations-min=4 "$@" 2>&1 | tee "$work/suite.log"
  status=${PIPESTATUS[0]}
  line=$(grep -E '(passed|failed|error|skipped|no tests ran).* in [0-9.]+s' "$work/suite.log" | tail -n 1)
  passed=$((passed + $(count passed "$line")))
  skipped=$((skipped + $(count skipped "$line")))
  local bad=$(($(count failed "$line") + $(count 'errors?' "$line")))
  # 5: nothing was selected. Any other status without a failure counted is a run that broke off.
  if [ "$status" = 5 ]; then
    not_run+=("$name: no test")
  elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    bad=1
  fi
  failed=$((failed + bad))
}

title "Installation"
scripts/venv.sh dev || exit 1
install_packages

title "Checks"
scripts/check.sh | tee "$work/check.log"
passed=$((passed + $(grep -c '^ok ' "$work/check.log")))
failed=$((failed + $(grep -c '^FAILED ' "$work/check.log")))

has redis-server || missing "tests against Redis: redis-server is missing"
suite "SQLite" -m "not e2e and not postgresql and not fault"

if [ -n "${TEST_DATABASE_URL:-}" ]; then
  suite "PostgreSQL (TEST_DATABASE_URL)" -m "not e2e and not sqlite_only and not one_engine and not pure and not fault"
elif has_postgresql && url=$(scripts/postgresql.sh start "$work/postgresql"); then
  TEST_DATABASE_URL=$url suite "PostgreSQL" -m "not e2e and not sqlite_only and not one_engine and not pure and not fault"
else
  missing "tests on PostgreSQL: no server could be started"
fi

# One at a time: each stops and kills servers of its own, and waits for what then happens by itself.
if has redis-server && has_postgresql; then
  suite "Faults" -n 0 -m "fault and not e2e"
else
  missing "faults: redis-server or PostgreSQL is missing"
fi

if has chromium; then
  suite "Browser" -m e2e
else
  missing "browser tests: chromium is missing"
fi

echo
for line in "${not_run[@]+"${not_run[@]}"}"; do echo "Not run: $line"; done
echo "$passed passed, $failed failed, $skipped skipped in $((SECONDS - started))s"
exit $((failed > 0))
