#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run --init` as the first process of a PID namespace, and its capabilities. It leaves 10,000
# orphans, or as many as SNUG_TEST_ORPHANS says.
#
#   pid_1.sh SNUG WARD
. "$(dirname "$0")/ward.sh"
. "$(dirname "$0")/../public.sh"
n_orphans=${SNUG_TEST_ORPHANS:-10000}
if [ "$(id -u)" != 0 ] || ! unshare -pf --mount-proc true 2>/dev/null; then
    echo 'machine lacks the right to make a PID namespace'
    exit 77
fi
# Other users start them, too.
if ! elsewhere=$(public_make); then
    echo "$elsewhere"
    elsewhere=
    exit 77
fi
cp "$snug" "${snug%/*}/libsnug.so" "$ward" "$elsewhere"
snug=$elsewhere/snug ward=$elsewhere/ward

capabilities() { # NAME INIT…
    local name=$1 odd='setpriv --inh-caps=-all,+net_raw,+kill --ambient-caps=-all,+net_raw
        --bounding-set=-sys_boot --securebits=+noroot,+no_setuid_fixup'
    shift
    $odd "$ward" state | grep -v ^SigQ >"$work/plain"
    $odd "$@" "$ward" state | grep -v ^SigQ >"$work/under"
    claim "$name: odd capabilities" cmp "$work/plain" "$work/under"
    claim "$name: odd capabilities are some" grep -q '^CapAmb:.*2000$' "$work/plain"
    claim "$name: odd securebits are some" grep -q '^securebits 5,' "$work/plain"
}

# Only the right to signal other users' processes is kept, and used.
own_capabilities() {
    begin "$snug" run --init -- "$ward" signals
    await 'grep -q "^CapEff:.*0020$" /proc/$pid/status'
    grep ^Cap /proc/$pid/status | tr -d ' \t\n' >"$work/caps"
    claim 'capabilities of the init' grep -qx \
        "$(printf 'CapInh:%016xCapPrm:%016xCapEff:%016xCapBnd:%016xCapAmb:%016x' 0 32 32 0 0)" \
        "$work/caps"
    kill -64 $pid
    claim 'its end' ends_with 9
    begin "$snug" run --init -- setpriv --reuid 65534 --clear-groups "$ward" signals
    kill -64 $pid
    claim 'a signal to another user' ends_with 9
    begin setpriv --reuid 65534 --clear-groups --inh-caps -all "$snug" run --init -- \
        "$ward" signals
    kill -64 $pid
    claim 'an init without any capability' ends_with 9
    claim 'it is calm' test ! -s "$work/err"
}

# As PID 1, where signals do nothing unless somebody waits for them.
as_pid_1() { # NAME INIT…
    local name=$1
    shift
    claim "$name: code" is_status 7 unshare -pf --mount-proc "$@" sh -c 'exit 7'
    claim "$name: death" is_status 143 unshare -pf --mount-proc "$@" sh -c 'kill -TERM $$'
    claim "$name: a program without handlers ends by SIGTERM" is_status 143 \
        unshare -pf --mount-proc "$@" sh -c '(sleep 0.2; kill -TERM 1) & exec sleep 9999'
    claim "$name: SIGTERM to PID 1 reaches the group" is_status 5 unshare -pf --mount-proc "$@" \
        sh -c 'trap "exit 5" TERM; sleep 9999 & sleep 9999 & (sleep 0.2; kill -TERM 1) & wait; wait'
    claim "$name: faults sent to PID 1 do nothing" is_status 4 unshare -pf --mount-proc "$@" \
        sh -c 'for s in FPE ILL SEGV BUS ABRT TRAP SYS; do kill -$s 1; done; sleep 0.1; exit 4'
    claim "$name: its first child is 2, with a group of its own" is_status 0 \
        unshare -pf --mount-proc "$@" sh -c \
        '[ $$ = 2 ] && [ "$(cut -d" " -f5 /proc/2/stat)" = 2 ]'
}

orphans() { # NAME INIT…
    local name=$1 n=$2
    shift 2
    claim "$name: $n orphans" is_status 0 unshare -pf --mount-proc "$@" "$ward" orphans "$n"
    cat "$work/out"
}

both capabilities
own_capabilities
as_pid_1 snug "$snug" run --init --
[ -z "$has_tini" ] || as_pid_1 tini tini -g --
orphans snug "$n_orphans" "$snug" run --init --
end
