#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` under seccomp filters: what they refuse of what a Go release needs is found by
# trying, and its mend, put into the profile, lets it.
#
#   doctor_seccomp.sh SNUG KEEPER_GO PROFILE
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") profile=$(realpath "$3")

# A profile like that, but that it does not name NAMES, unless MEMBERS make a group of them.
refuse() { # FILE NAME… [-- MEMBERS]
    python3 - "$profile" "$@" <<'END'
import json, sys
file, *names = sys.argv[2:]
group = None
if '--' in names:
    group = json.loads('{' + names[-1] + '}')
    names = names[:-2]
with open(sys.argv[1]) as text:
    profile = json.load(text)
for rule in profile['syscalls']:
    rule['names'] = [name for name in rule['names'] if name not in names]
profile['syscalls'] = [rule for rule in profile['syscalls'] if rule['names']]
if group:
    profile['syscalls'].append({'names': names, **group})
with open(file, 'w') as text:
    json.dump(profile, text)
END
}

# Puts an entry in front of all others.
mend_profile() { # ENTRY FILE
    [ -n "$1" ] || return 0
    sed -i "s|\"syscalls\": \[|&$1, |" "$2"
}

under() { # PROFILE COMMAND…
    filter=$1
    shift
    "$snug" run --seccomp "$filter" -- "$@"
}

# Both are under that filter, as by kubectl exec. Whatever the machine has besides.
doctor_under() { # PROFILE ARGUMENT…
    filter=$1
    shift
    status=0
    what="doctor $* under $filter"
    (cd "$work" && ulimit -c unlimited && under "$filter" "$snug" doctor "$@") >"$work/out" \
        2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
}

both_under() { # PROFILE
    begin "$snug" run --seccomp "$1" -- "$keeper" 2
    doctor_under "$1" --pid "$pid"
    finish
}

none_is_active() {
    begin "$keeper" 2
    if grep -q '^Seccomp:.0' "/proc/$pid/status"; then
        what='doctor without a filter'
        "$snug" doctor --pid "$pid" >"$work/out" 2>"$work/err" || :
        finds process.seccomp ok 'no filter is active'
    fi
    finish
}

all_is_allowed() {
    both_under "$profile"
    finds process.seccomp ok 'this Go release, libc and snug make, it refuses'
    prints 'which does no harm'
}

some_are_refused() {
    refuse "$work/some.json" tgkill epoll_create1 timer_delete mbind
    both_under "$work/some.json"
    finds process.seccomp warning \
        'refuses what this Go release, libc and snug make: tgkill (errno 1), timer_delete (errno 1), epoll_create1 (errno 1)'
    has_mend process.seccomp 'seccomp profile' \
        '{"names": ["tgkill", "timer_delete", "epoll_create1"], "action": "SCMP_ACT_ALLOW"}'
    mend_profile "$(mend_of process.seccomp)" "$work/some.json"
    both_under "$work/some.json"
    finds process.seccomp ok

    # By an argument, and with an errno of its own.
    refuse "$work/thread.json" clone -- '"action": "SCMP_ACT_ALLOW", "args":
        [{"index": 0, "value": 65536, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]'
    refuse "$work/own.json" madvise -- '"action": "SCMP_ACT_ERRNO", "errnoRet": 95'
    doctor_under "$work/own.json"
    finds process.seccomp warning 'madvise (errno 95)'
    doctor_under "$work/thread.json"
    finds process.seccomp warning ': clone (errno 1)'
    # One way of several, which libc takes to wait until a time.
    refuse "$work/until.json" futex -- '"action": "SCMP_ACT_ALLOW", "args":
        [{"index": 1, "value": 393, "op": "SCMP_CMP_NE"}]'
    doctor_under "$work/until.json"
    finds process.seccomp warning ': futex (errno 1)'
}

# What does no harm is no warning, and a release that does not make a call does not miss it.
needs_of_a_release() {
    refuse "$work/rare.json" getcpu pipe2 membarrier
    both_under "$work/rare.json" # Of Go 1.22, which makes a pipe.
    finds process.seccomp warning ': pipe2 (errno 1)'
    doctor_under "$work/rare.json" # Of the newest.
    finds process.seccomp ok 'membarrier, getcpu, which does no harm'
}

# The doctor lives, and leaves no core behind.
killers() {
    kill_it='"action": "SCMP_ACT_KILL_PROCESS"'
    refuse "$work/kills.json" epoll_pwait -- "$kill_it"
    both_under "$work/kills.json"
    finds process.seccomp warning ': epoll_pwait (kills)'
    refuse "$work/trap.json" epoll_pwait -- '"action": "SCMP_ACT_TRAP"'
    doctor_under "$work/trap.json"
    finds process.seccomp warning ': epoll_pwait (kills)'
    refuse "$work/many.json" tgkill setitimer timer_create timer_delete epoll_create1 eventfd2 \
        -- "$kill_it"
    doctor_under "$work/many.json"
    finds process.seccomp warning \
        'tgkill (kills), setitimer (kills), timer_create (kills), timer_delete (kills); as it kills, not all were tried'
    ! ls "$work"/core* >/dev/null 2>&1 || fail 'there is a core file'
}

where_it_cannot_be_tried() {
    begin "$snug" run --seccomp "$profile" -- "$keeper" 2
    what='doctor from outside'
    "$snug" doctor --pid "$pid" >"$work/out" 2>"$work/err" || :
    finds process.seccomp skipped 'only inside the container'
    # Under as many, and elsewhere.
    if unshare -m true 2>/dev/null; then
        what='doctor in another container'
        unshare -m "$snug" run --seccomp "$profile" -- "$snug" doctor --pid "$pid" \
            >"$work/out" 2>"$work/err" || :
        finds process.seccomp skipped 'only inside the container'
    fi
    finish
    begin "$snug" run --seccomp "$profile" -- "$snug" run --seccomp "$profile" -- "$keeper"
    doctor_under "$profile" --pid "$pid"
    finds process.seccomp skipped 'only inside the container'
    finish
}

what_was_captured() {
    begin "$snug" run --seccomp "$work/kills.json" -- "$keeper" 2
    try 0 under "$work/kills.json" "$snug" capture --pid "$pid" "$work/captured"
    finish
    what='doctor of a capture'
    "$snug" doctor --root "$work/captured" >"$work/out" 2>"$work/err" || :
    finds process.seccomp warning ': epoll_pwait (kills)'
    cmp -s "$work/out" "$work/captured/doctor" || fail 'says something else than there'
    # Of which a stranger may write anything.
    for line in 'trials.n 33' 'trials.state 9' '40 trials.number 1' 'trials.n -1' \
        'containers.n 17' 'pod.own_bytes.kind 7' '0 heap.on_node 18446744073709551615' \
        '99 heap.on_node 1'; do
        printf 'trials.state 4\n%s\n' "$line" >"$work/captured/snug/live"
        what="doctor of a capture with $line"
        status=0
        "$snug" doctor --root "$work/captured" >"$work/out" 2>"$work/err" || status=$?
        [ "$status" -le 2 ] || fail "ended with status $status"
        grep -q '^  process.seccomp *\(ok\|skipped\)' "$work/out" || fail 'believes it'
    done
}

for claim in none_is_active all_is_allowed some_are_refused needs_of_a_release killers \
    where_it_cannot_be_tried what_was_captured; do
    $claim
done
end
end
