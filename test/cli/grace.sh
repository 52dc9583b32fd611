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
    claim "after 1 s and no more: $ms ms" test $ms -lt 9000
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

    # It ends in time; what it leaves in its group is told, and has the rest of the time.
    begin "$snug" run --init --grace 20 -- sh -c 'sleep 99 & sleep 99 & echo "ready $$"; exit 6'
    claim 'the program has ended: SIGTERM for the rest' ends_with 6
    claim 'nothing is left' test "$(pgrep -c -g "$ready")" = 0
    begin "$snug" run --init --grace 1 -- sh -c \
        '"$0" stubborn & until grep -q ready "$1"; do sleep 0.01; done; exit 6' "$ward" "$work/said"
    started=$(date +%s%N)
    claim 'SIGKILL for the rest' ends_with 6
    claim 'that is gone' gone "$ready"
    claim 'after the grace' test "$(elapsed_ms)" -ge 900

    # What has a group of its own is none of the program's.
    begin "$snug" run --init --grace 20 -- sh -c 'setsid "$0" stubborn & wait' "$ward"
    started=$(date +%s%N)
    kill -TERM $pid
    claim 'the program has ended by SIGTERM' ends_with 143
    claim 'and nobody else is waited for' test "$(elapsed_ms)" -lt 9000
    claim 'another session lives on' kill -KILL "$ready"
}

# A signal in any moment of the start, and programs that end at once.
moments() {
    local i r
    claim 'SIGTERM ends it in any moment' "$ward" moments 60 "$snug" run --init -- /bin/sleep 30.071
    claim 'nothing sleeps on' test "$(pgrep -fxc '/bin/sleep 30.071')" = 0
    for i in $(seq 150); do
        r=0
        timeout 10 "$snug" run --init -- "$ward" none || r=$?
        [ $r = 2 ] || { fail "round $i of short ones: status $r" && break; }
    done
}

# It sleeps until something happens.
idle() {
    begin "$snug" run --init -- "$ward" stubborn
    for try in 1 2 3; do # It may not sleep yet.
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
moments
idle
end
