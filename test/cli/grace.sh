#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run --init`: what takes time, and what must not.
#
#   grace.sh SNUG WARD
. "$(dirname "$0")/ward.sh"

elapsed_ms() {
    echo $((($(date +%s%N) - started) / 1000000))
}

grace() {
    # The program ignores the signal.
    begin "$snug" run --init --grace 1 -- "$ward" stubborn
    started=$(date +%s%N)
    kill -TERM $pid
    sleep 0.3
    kill -TERM $pid # The clock goes on.
    claim 'SIGKILL after the grace' ends_with 137
    ms=$(elapsed_ms)
    claim "after 1 s: $ms ms" test $ms -ge 990
    claim 'a line about it' grep -q 'has not ended within 1 s: SIGKILL' "$work/err"

    # No clock runs for signals that do not mean the end, nor without --grace.
    begin "$snug" run --init --grace 1 -- "$ward" signals
    kill -HUP $pid
    sleep 1.4
    kill -64 $pid
    claim 'SIGHUP starts no clock' ends_with 9
    begin "$snug" run --init -- "$ward" stubborn
    kill -TERM $pid
    sleep 1.2
    claim 'no grace, no SIGKILL' kill -KILL "$ready"
    claim 'its status' ends_with 137

    # Told alone: the children have no part in it until the program has ended, and are not
    # forgotten then; SIGKILL is for all.
    begin "$snug" run --init --single --grace 1 -- sh -c \
        '"$0" signals >"$1" & until grep -q ready "$1"; do sleep 0.01; done
        exec "$0" stubborn' "$ward" "$work/child"
    kill -TERM $pid
    claim 'SIGKILL for a program that was told alone' ends_with 137
    claim 'nothing is left of its group' await '[ "$(pgrep -c -g "$ready")" = 0 ]'
    claim 'its child was not told' test "$(sed 1d "$work/child")" = ''
    begin "$snug" run --init --single --grace 3600 -- sh -c \
        'trap "exit 6" TERM; sleep 9999 & echo "ready $$"; while :; do sleep 0.01; done'
    kill -TERM $pid
    claim 'SIGTERM for what a program that was told alone leaves' ends_with 6
    claim 'nothing of that is left' test "$(pgrep -c -g "$ready")" = 0

    # It ends in time; what it leaves in its group is told, and has the rest of the time.
    begin "$snug" run --init --grace 3600 -- sh -c 'sleep 9999 & sleep 9999 & echo "ready $$"; exit 6'
    claim 'the program has ended: SIGTERM for the rest' ends_with 6
    claim 'nothing is left' test "$(pgrep -c -g "$ready")" = 0
    started=$(date +%s%N) # The time may run before it is said to.
    begin "$snug" run --init --grace 1 -- sh -c \
        '"$0" stubborn & until grep -q ready "$1"; do sleep 0.01; done; exit 6' "$ward" "$work/said"
    claim 'SIGKILL for the rest' ends_with 6
    claim 'that is gone' gone "$ready"
    claim 'after the grace' test "$(elapsed_ms)" -ge 900

    # What has a group of its own is none of the program's.
    begin "$snug" run --init --grace 3600 -- sh -c 'setsid "$0" stubborn & wait' "$ward"
    kill -TERM $pid
    claim 'the program has ended by SIGTERM' ends_with 143
    claim 'and nobody else is waited for: another session lives on' kill -KILL "$ready"
}

# Nobody reads standard error, and it has no room left: signals are handed on, orphans are
# reaped, and the grace ends, without the lines.
full_pipe() {
    local filled='import os, sys
r, w = os.pipe()
os.set_blocking(w, False)
try:
    while True: os.write(w, b"x" * 4096)
except BlockingIOError:
    os.set_blocking(w, True)
os.set_inheritable(r, True)  # It stays open, and nobody reads.
os.dup2(w, 2)
os.execvp(sys.argv[1], sys.argv[1:])'
    begin python3 -c "$filled" "$snug" run --init --grace 1 -- "$ward" stubborn
    kill -TERM $pid
    claim 'a full pipe: SIGKILL after the grace' await_end
    claim 'a full pipe: the status' ends_with 137
    begin python3 -c "$filled" "$snug" run --init --verbose --warn-reaped -- \
        sh -c 'setsid sh -c "sleep 0.1 &"; exec "$0" signals' "$ward"
    kill -USR1 $pid
    claim 'a full pipe: the first signal' await 'grep -qx 10 "$work/said"'
    kill -64 $pid
    claim 'a full pipe: the second' await_end
    claim 'a full pipe: the status after signals' ends_with 9
}

await_end() {
    await 'gone $pid' || { kill -KILL $pid "$ready" && return 1; }
}

# A signal in any moment of the start, and programs that end at once.
moments() {
    local i r
    claim 'SIGTERM ends it in any moment' "$ward" moments 60 "$snug" run --init -- /bin/sleep 9999.071
    claim 'nothing sleeps on' test "$(pgrep -fxc '/bin/sleep 9999.071')" = 0
    for i in $(seq 150); do
        r=0
        timeout 600 "$snug" run --init -- "$ward" none || r=$?
        [ $r = 2 ] || { fail "round $i of short ones: status $r" && break; }
    done
}

# It sleeps until something happens.
idle() {
    begin "$snug" run --init -- "$ward" stubborn
    for try in $(seq 100); do # It may not sleep yet.
        before=$(grep ctxt /proc/$pid/status)
        sleep 1.2
        after=$(grep ctxt /proc/$pid/status)
        [ "$before" != "$after" ] || break
    done
    claim 'no wakeups' test "$before" = "$after"
    kill -KILL "$ready"
    claim 'status' ends_with 137
}

grace
full_pipe
moments
idle
end
