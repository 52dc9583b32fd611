# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of the command share. Sourced; `end` comes last and gives the status.
#
# Nothing of the caller's may steer snug or Go. The names are fixed, so that a test is the
# same everywhere.
set -eu
unset SNUG SNUG_POLICY SNUG_SET SNUG_CPU_REQUEST_MILLI SNUG_CPU_ROUND GOMAXPROCS \
    GOMEMLIMIT GOGC GODEBUG LD_PRELOAD
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_failed=0

fail() { # WHY
    n_failed=$((n_failed + 1))
    echo "FAILED: $what"
    echo "  $1"
    head -n 30 "$work/out" | sed 's/^/  out: /'
    sed 's/^/  err: /' "$work/err"
}

# Runs a command and expects that exit status.
try() { # STATUS COMMAND…
    expected=$1
    shift
    what="$*"
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ "$status" = "$expected" ] || fail "ended with status $status, not $expected"
}

# Claims about what the last command printed.
prints() { # TEXT
    grep -qF -e "$1" "$work/out" || fail "does not print: $1"
}

prints_line() { # LINE
    grep -qxF -e "$1" "$work/out" || fail "does not print the line: $1"
}

prints_no() { # TEXT
    ! grep -qF -e "$1" "$work/out" || fail "prints: $1"
}

prints_nothing() {
    [ ! -s "$work/out" ] || fail 'prints something'
}

# One sentence, and nothing else, on standard error.
complains() { # TEXT
    grep -qF -e "$1" "$work/err" || fail "does not complain: $1"
    [ "$(wc -l <"$work/err")" = 1 ] || fail 'the complaint is not one line'
}

is_calm() {
    [ ! -s "$work/err" ] || fail 'complains'
}

# The JSON that the last command printed holds what standard input says: values.py.
holds() {
    "$(dirname "$0")/values.py" "$work/out" >"$work/differences" 2>&1 ||
        echo 'no such JSON' >>"$work/differences"
    [ ! -s "$work/differences" ] || fail "$(cat "$work/differences")"
}

end() {
    [ "$n_failed" = 0 ]
}
