# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of the command share. Sourced; `end` comes last and gives the status.
#
# A script may set `running`, a process that ends with the test, and `elsewhere`, a directory that
# goes with it.
set -eu
export LC_ALL=C
running= elsewhere=
work=$(mktemp -d)
clean_up() {
    [ -z "$running" ] || kill -9 "$running" 2>/dev/null || :
    rm -rf "$work" "$elsewhere"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
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

# Starts a command beside the test, one at a time.
beside() { # COMMAND…
    : >"$work/beside" # What the last one said is nobody's answer.
    "$@" >"$work/beside" 2>&1 &
    running=$!
}

# Waits until a command says yes about it.
await_beside() { # COMMAND…
    until "$@"; do
        kill -0 "$running" 2>"$work/gone" || {
            what="$*"
            fail "what runs beside has ended: $(cat "$work/beside")"
            return
        }
        sleep 0.01
    done
}

end_beside() {
    kill "$running"
    running=
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

# What is not tried makes no failure, and no success.
has_untried=
untried() { # WHY
    echo "$1"
    has_untried=1
}

end() {
    [ "$n_failed" = 0 ] || exit 1
    [ -z "$has_untried" ] || exit 77
}
