# SPDX-License-Identifier: LGPL-2.1-or-later
# A keeper that runs until it is told to end, for the tests that source this behind expect.sh.

mkfifo "$work/input"

below() { # PID
    echo "$1"
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        below "$child"
    done
}

# Waits for the keeper among what was started and all below that, never longer than minutes.
await_keeper() { # PID
    for _ in $(seq 6000); do
        for pid in $(below "$1"); do
            [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != kept ] || return 0
        done
        sleep 0.1
    done
    what='a keeper' && fail 'does not start'
}

begin() { # COMMAND…
    "$@" <"$work/input" 2>"$work/told" &
    first=$!
    exec 3>"$work/input"
    await_keeper "$first"
}

finish() {
    exec 3>&-
    wait "$first" || true
}
