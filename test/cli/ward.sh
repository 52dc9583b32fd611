# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of `snug run --init` share. Sourced with SNUG and WARD.
#
# What tini publishes is the checklist: each claim names its item, and is tried on tini too where
# that is installed and does the same.
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1") ward=$(realpath "$2")
: >"$work/out" >"$work/err"
has_tini=
! command -v tini >/dev/null || has_tini=1

claim() { # WORDS COMMAND…
    what=$1
    shift
    "$@" || fail 'it does not hold'
}

# Runs a function with both programs, as "$@" before the program that is started. They are not
# PID 1 here.
both() { # FUNCTION
    "$1" snug "$snug" run --init --
    [ -z "$has_tini" ] || "$1" tini tini -s -g --
}

is_status() { # STATUS COMMAND…
    local r=0 status=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null || r=$?
    [ $r = "$status" ] || { echo "status $r, not $status: $*" && return 1; }
}

# Starts in the background; `pid` is the init, `ready` what the ward says it is.
begin() { # COMMAND…
    : >"$work/said"
    "$@" >"$work/said" 2>"$work/err" </dev/null &
    pid=$!
    await 'grep -q ^ready "$work/said"'
    ready=$(sed -n 's/^ready //p' "$work/said" | head -n 1)
}

# Until it holds, ten minutes or more: the machine may be busy.
await() { # COMMAND
    local i
    for i in $(seq 30000); do
        ! eval "$1" || return 0
        sleep 0.02
    done
    return 1
}

ends_with() { # STATUS
    local r=0
    wait "$pid" || r=$?
    [ $r = "$1" ] || { echo "status $r, not $1" && return 1; }
}

gone() { # PID…
    local one
    for one; do
        [ ! -e "/proc/$one" ] || [ "$(awk '{print $3}' "/proc/$one/stat")" = Z ] || return 1
    done
}
