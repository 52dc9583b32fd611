#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What test/setup.sh installs waits for another package manager: apt-get with locks and lists of its
# own, while a program holds one of the locks as dpkg and apt do.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/setup.sh"
command -v apt-get >/dev/null || {
    echo 'machine lacks apt-get'
    exit 77
}
work=$(mktemp -d)
holder=
trap '[ -z "$holder" ] || kill $holder 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
as_root() { "$@"; }
mkdir -p "$work"/{lists,cache/archives}/partial "$work"/dpkg/{updates,info}
: >"$work/dpkg/status" >"$work/sources"
cat >"$work/conf" <<END
Dir::State "$work";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/dpkg/status";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "root";
END
export APT_CONFIG=$work/conf

# Holds FILE until the line about it is there, and a little longer.
hold='import fcntl, sys, time
with open(sys.argv[1], "a") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    while "waiting" not in open(sys.argv[2]).read():
        time.sleep(0.02)
    time.sleep(1.5)'

waits() { # FILE COMMAND…
    local file=$1 status=0
    shift
    : >"$work/err" >"$work/held"
    python3 -c "$hold" "$file" "$work/err" >"$work/held" &
    holder=$!
    until [ -s "$work/held" ]; do sleep 0.02; done
    "$@" 2>>"$work/err" || status=$?
    if [ $status != 0 ] ||
        [ "$(grep -c "^waiting for another package manager: .*$file" "$work/err")" != 1 ]; then
        echo "$*: status $status, and not one line about $file"
        cat "$work/err"
        exit 1
    fi
    wait $holder
}

waits "$work/lists/lock" apt_update
waits "$work/dpkg/lock-frontend" apt_install
waits "$work/dpkg/lock" apt_install
