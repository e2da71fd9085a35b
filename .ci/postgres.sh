#!/usr/bin/env bash
# A throwaway PostgreSQL for the tests: .ci/postgres.sh start | env | stop is what services.sh calls.
# C360_PG_PORT chooses the port (54329). The machine's own clusters are left alone.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/install.sh"

POSTGRES_VERSION=15
PORT="${C360_PG_PORT:-54329}"
OWNER="$(id -un)"
[ "$OWNER" != root ] || OWNER=postgres

as_owner() { # PostgreSQL refuses to run as root
    if [ "$(id -un)" = "$OWNER" ]; then "$@"; else runuser -u "$OWNER" -- "$@"; fi
}

find_binaries() { # the version that we name, or the oldest after it
    local version
    for version in $(ls /usr/lib/postgresql 2>/dev/null | sort -n); do
        if [ "$version" -ge "$POSTGRES_VERSION" ] && [ -x "/usr/lib/postgresql/$version/bin/initdb" ]; then
            echo "/usr/lib/postgresql/$version/bin"
            return
        fi
    done
    command -v initdb >/dev/null && dirname "$(readlink -f "$(command -v initdb)")"
}

data_folder() { # where the owner may write; root's own TMPDIR may be closed to it
    local parent="${TMPDIR:-/tmp}"
    as_owner test -w "$parent" -a -x "$parent" 2>/dev/null || parent=/tmp
    echo "${parent%/}/c360-services-$OWNER-$PORT"
}

is_running() {
    [ -n "$BINARIES" ] && as_owner test -e "$FOLDER/data/postmaster.pid" &&
        as_owner "$BINARIES/pg_ctl" -D "$FOLDER/data" status >/dev/null 2>&1
}

make_cluster() { # ICU's order of texts, so that a query that forgets to say its own order is found out
    as_owner rm -rf "$FOLDER"
    as_owner mkdir -m 700 "$FOLDER"
    as_owner sh -c 'umask 077; od -An -N16 -tx1 /dev/urandom | tr -d " \n" > "$0"' "$FOLDER/password"
    as_owner "$BINARIES/initdb" -D "$FOLDER/data" -U postgres -A scram-sha-256 --pwfile="$FOLDER/password" --no-sync \
        --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en >/dev/null
}

start() { # the data is not worth a wait for the disk
    if [ -z "$BINARIES" ] || ! id "$OWNER" >/dev/null 2>&1; then
        apt_install "PostgreSQL $POSTGRES_VERSION" postgresql
        BINARIES="$(find_binaries)"
        FOLDER="$(data_folder)"
    fi
    ! is_running || return 0
    make_cluster
    as_owner "$BINARIES/pg_ctl" -D "$FOLDER/data" -l "$FOLDER/log" -w -t 60 start -o \
        "-p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c fsync=off" \
        >/dev/null || {
        as_owner tail -n 20 "$FOLDER/log" >&2
        exit 1
    }
}

stop() {
    if is_running; then as_owner "$BINARIES/pg_ctl" -D "$FOLDER/data" -m immediate -w stop >/dev/null; fi
    [ ! -e "$FOLDER" ] || as_owner rm -rf "$FOLDER"
}

print_env() {
    is_running || fail "PostgreSQL is not running: .ci/services.sh start postgres"
    echo "export C360_TEST_POSTGRES=postgresql+asyncpg://postgres:$(as_owner cat "$FOLDER/password")@127.0.0.1:$PORT/postgres"
}

cd / # a folder that the owner may not enter makes its programs complain
BINARIES="$(find_binaries || true)"
FOLDER="$(data_folder)"
case "${1:-}" in
    start)
        start
        print_env
        ;;
    stop) stop ;;
    env) print_env ;;
    *) fail "usage: .ci/postgres.sh start | env | stop" ;;
esac
