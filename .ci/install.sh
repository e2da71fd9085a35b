# Sourced by the scripts beside it: how they install what is missing, and how they give up.
# shellcheck shell=bash

fail() { # with a message that says how to mend it
    echo "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() { # what it is for, then the packages
    local wanted="$1"
    shift
    command -v apt-get >/dev/null || fail "There is no $wanted here, and no apt-get to install it with: install it and try again."
    {
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
    } >&2
}
