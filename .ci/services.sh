#!/usr/bin/env bash
# Throwaway PostgreSQL and Neo4j for the tests, without Docker: the same for developers and CI.
#   .ci/services.sh start   install what is missing (Debian, Ubuntu), start them where they do not run, print their URLs
#   .ci/services.sh env     print the URLs of those that run:  eval "$(.ci/services.sh env)"
#   .ci/services.sh stop    stop them and delete their data
# A word more, postgres or neo4j, means that one alone. C360_PG_PORT (54329) and C360_NEO4J_PORT (57687) choose the ports.
# The machine's own servers are left alone.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usage() {
    echo "usage: .ci/services.sh start | env | stop [postgres | neo4j]" >&2
    exit 2
}

case "${1:-}" in start | env | stop) ;; *) usage ;; esac
case "$#:${2:-}" in
    1:) SERVICES=(postgres neo4j) ;;
    2:postgres | 2:neo4j) SERVICES=("$2") ;;
    *) usage ;;
esac

FAILED=0
for service in "${SERVICES[@]}"; do # one that fails does not keep the other from its turn
    "$HERE/$service.sh" "$1" || FAILED=1
done
exit "$FAILED"
