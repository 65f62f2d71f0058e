#!/usr/bin/env bash
# Run a command beside a PostgreSQL cluster of its own, which is gone when the command ends, however it ends.
# The command finds the cluster's URL in CLOUDOVEN_TEST_POSTGRES.
#
#   tests/postgres.sh COMMAND…
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian keeps the programs of each version off the PATH.
servers() { PATH=$PATH:$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1); }
servers
if ! command -v initdb >/dev/null; then
    docker/need.sh pg_ctlcluster "the tests run on PostgreSQL too" postgresql
    servers
fi
command -v initdb >/dev/null || { echo "postgres.sh: no initdb; install PostgreSQL's server" >&2; exit 1; }

directory=$(mktemp -d)
# PostgreSQL refuses to run as root; the package brings a user of its own.
as=()
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$directory"
    as=(runuser -u postgres -- env "PATH=$PATH")
fi
finish() {
    "${as[@]}" pg_ctl stop --silent --mode immediate --pgdata "$directory/data" >/dev/null 2>&1 || true
    rm -rf "$directory"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
"${as[@]}" sh -c 'umask 077; echo "$1" >"$2"' sh "$password" "$directory/password"
(cd / && "${as[@]}" initdb --username=cloudoven --pwfile="$directory/password" --auth=scram-sha-256 --encoding=UTF8 \
    --locale=C --no-sync --pgdata="$directory/data" >"$directory/log" 2>&1) || { cat "$directory/log" >&2; exit 1; }
# Nothing here has to outlive a crash of the machine.
cat >>"$directory/data/postgresql.conf" <<'SETTINGS'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = '64MB'
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
started=
for _ in $(seq 10); do
    port=$((20000 + RANDOM % 12000))
    if (cd / && "${as[@]}" pg_ctl start --silent --wait --pgdata "$directory/data" --log "$directory/server.log" --options "-p $port" \
        >/dev/null 2>&1); then
        started=yes
        break
    fi
done
[ -n "$started" ] || { cat "$directory/server.log" >&2; echo "PostgreSQL does not start." >&2; exit 1; }

export CLOUDOVEN_TEST_POSTGRES=postgres://cloudoven:$password@127.0.0.1:$port/postgres
"$@"
