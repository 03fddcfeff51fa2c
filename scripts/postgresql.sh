#!/usr/bin/env bash
# A PostgreSQL of one's own, thrown away after use:
# bin | start DIRECTORY (prints its URL) | restart DIRECTORY fast|immediate | stop DIRECTORY.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

bin() {
  for directory in /usr/lib/postgresql/*/bin; do
    if [ -x "$directory/initdb" ]; then
      echo "$directory"
      return
    fi
  done
  dirname "$(command -v initdb)"
}

# PostgreSQL refuses to run as root: its own account takes over.
as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  local directory=$1 programs port
  programs=$(bin)
  port=$("$here/../.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$directory"
  chmod 755 "$(dirname "$directory")"
  if [ "$(id -u)" = 0 ]; then chown postgres "$directory"; fi
  cd "$directory"
  as_owner "$programs/initdb" -D "$directory/data" -U sillage -A trust --no-sync -E UTF8 --locale=C.UTF-8 >"$directory.log"
  # Nothing here outlives the tests, so nothing needs to reach the disk.
  as_owner "$programs/pg_ctl" -D "$directory/data" -w -t 30 -l "$directory/server.log" -o \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$directory -c fsync=off \
     -c synchronous_commit=off -c full_page_writes=off -c max_connections=100" start >"$directory.log"
  echo "postgres://sillage@127.0.0.1:$port/postgres"
}

restart() {
  cd "$1"
  as_owner "$(bin)/pg_ctl" -D "$1/data" -m "$2" -w -t 30 -l "$1/server.log" restart >"$1.log"
}

stop() {
  if [ -f "$1/data/postmaster.pid" ]; then
    cd "$1"
    as_owner "$(bin)/pg_ctl" -D "$1/data" -m immediate -w stop
  fi
}

"$@"
