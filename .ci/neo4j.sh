#!/usr/bin/env bash
# A throwaway Neo4j Community for the tests: a Java program, from the jars that neo4j/pom.xml names.
#   .ci/neo4j.sh start | env | stop   what services.sh calls
#   .ci/neo4j.sh run FOLDER PORT      one in the foreground, its data in FOLDER: for tests that kill it and start it again
# C360_NEO4J_PORT chooses the port (57687). The jars, 130 MB, are kept in the user's cache; C360_TEST_NEO4J_HOME names
# another folder that has them in lib/. It listens on the loopback address alone, and asks for no password.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/install.sh"

VERSION="$(sed -n 's:.*<neo4j.version>\(.*\)</neo4j.version>.*:\1:p' "$HERE/neo4j/pom.xml")"
PORT="${C360_NEO4J_PORT:-57687}"
JARS="${C360_TEST_NEO4J_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/c360-neo4j-$VERSION}"
PARENT="${TMPDIR:-/tmp}"
FOLDER="${PARENT%/}/c360-services-$(id -un)-neo4j-$PORT"
START_SECONDS=120

find_java() { # Neo4j 5 runs on 17 and 21
    local java
    for java in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
        if [ -x "$java" ] && [[ "$("$java" -version 2>&1)" =~ version\ \"(17|21)[.\"] ]]; then
            echo "$java"
            return
        fi
    done
    return 1
}

install_java() { # newer Debian has no 17
    apt_install "Java 17" openjdk-17-jre-headless || apt_install "Java 21" openjdk-21-jre-headless
}

fetch_jars() { # whole or not at all, whoever else fetches them now
    [ ! -d "$JARS/lib" ] || return 0
    command -v mvn >/dev/null || apt_install Maven maven
    echo "Fetching Neo4j $VERSION into $JARS" >&2
    mkdir -p "$(dirname "$JARS")"
    local new
    new="$(mktemp -d "$JARS.XXXXXX")"
    mvn -q -B -f "$HERE/neo4j/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$new/lib" >&2 || {
        rm -rf "$new"
        fail "Maven could not fetch Neo4j $VERSION: is its repository within reach?"
    }
    mv -T "$new" "$JARS" 2>/dev/null || rm -rf "$new"
}

configuration() { # for a port: little disk, an end that waits for nobody, and no report to anybody
    cat <<END
server.bolt.listen_address=127.0.0.1:$1
server.bolt.advertised_address=127.0.0.1:$1
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=64m
db.tx_log.preallocate=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
internal.dbms.bolt.netty_server_shutdown_timeout=1s
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
END
}

run() { # Java takes the place of this process, so that a signal to it is a signal to Neo4j
    [ "$#" = 2 ] || fail "usage: .ci/neo4j.sh run FOLDER PORT"
    local java package opens=()
    java="$(find_java)" || fail "Neo4j needs Java 17 or 21: .ci/services.sh start neo4j installs it."
    [ -d "$JARS/lib" ] || fail "There are no jars of Neo4j in $JARS/lib: .ci/services.sh start neo4j fetches them."
    for package in java.nio java.io sun.nio.ch java.util.concurrent; do
        opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
    done
    mkdir -p "$1/conf"
    configuration "$2" >"$1/conf/neo4j.conf"
    exec "$java" -Xms256m -Xmx1g "${opens[@]}" -cp "$JARS/lib/*" org.neo4j.server.CommunityEntryPoint \
        "--home-dir=$1" "--config-dir=$1/conf" --console-mode
}

is_running() { # the number may be another program's by now
    [ -O "$FOLDER/pid" ] && ps -ww -o args= -p "$(cat "$FOLDER/pid")" 2>/dev/null | grep -F "$FOLDER/home" >/dev/null
}

# A handshake: the server chooses one of the versions of Bolt that we offer.
# shellcheck disable=SC2016  # the other shell expands it
answers() {
    timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" &&
        printf "\x60\x60\xb0\x17\0\4\4\5\0\0\0\0\0\0\0\0\0\0\0\0" >&3 && [ "$(head -c 4 <&3 | wc -c)" = 4 ]' "$PORT" 2>/dev/null
}

launch() {
    ! answers || fail "Another server answers on port $PORT: choose a port with C360_NEO4J_PORT."
    rm -rf "$FOLDER"
    mkdir -m 700 "$FOLDER"
    setsid "$HERE/neo4j.sh" run "$FOLDER/home" "$PORT" >"$FOLDER/log" 2>&1 </dev/null &
    echo "$!" >"$FOLDER/pid"
}

wait_until_it_answers() {
    local deadline=$((SECONDS + START_SECONDS))
    until answers; do
        if ! is_running || [ "$SECONDS" -ge "$deadline" ]; then
            tail -n 30 "$FOLDER/log" >&2
            stop
            fail "Neo4j did not start: above is the end of its log."
        fi
        sleep 0.2
    done
}

start() {
    find_java >/dev/null || install_java
    fetch_jars
    is_running || launch
    wait_until_it_answers
}

stop() { # nobody needs its data
    if is_running; then
        local pid
        pid="$(cat "$FOLDER/pid")"
        kill -KILL "$pid"
        while is_running; do sleep 0.05; done
    fi
    rm -rf "$FOLDER"
}

print_env() {
    is_running || fail "Neo4j is not running: .ci/services.sh start neo4j"
    echo "export C360_TEST_NEO4J=bolt://127.0.0.1:$PORT"
    printf 'export C360_TEST_NEO4J_HOME=%q\n' "$JARS"
}

case "${1:-}" in
    start)
        start
        print_env
        ;;
    env) print_env ;;
    stop) stop ;;
    run) run "${@:2}" ;;
    *) fail "usage: .ci/neo4j.sh start | env | stop | run FOLDER PORT" ;;
esac
