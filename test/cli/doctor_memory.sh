#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about memory, on a captured machine.
#
#   doctor_memory.sh SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
snug=$(realpath "$1")
make_tree "$tree"

targets_by_hand() {
    for target in 268435456 256MiB 300MiB off; do
        doctor_with 2 GOMEMLIMIT=$target --
        finds memory.target error 'the limit 256 MiB'
        has_mend memory.target environment GOMEMLIMIT=241172480
    done
    doctor_with 1 GOMEMLIMIT=250MiB --
    finds memory.target warning 'GOMEMLIMIT is 250 MiB, the limit 256 MiB'
    doctor_with 0 "$(mend_of memory.target)" --
    finds memory.target ok 'GOMEMLIMIT is 89 % of the limit'
    doctor_with 0 GOMEMLIMIT=100MiB --
    finds memory.target note '39 % of the limit'
    doctor 0
    finds memory.target ok "GOMEMLIMIT is not set by hand; snug's is 230 MiB"
    : >"$tree/proc/self/maps"
    doctor 1
    finds memory.target warning 'nobody sets GOMEMLIMIT'
    doctor_with 1 "$(mend_of memory.target)" --
    finds memory.target ok
    doctor_with 1 AUTOMEMLIMIT=0.9 --
    finds memory.target ok
    rm "$tree/proc/self/maps"
}

slowed_down() {
    echo 134217728 >"$group/memory.high"
    doctor 0
    finds memory.high note 'memory.high is 128 MiB, and memory.max 256 MiB; passed nobody knows how often'
    printf 'low 0\nhigh 17\nmax 0\noom 0\noom_kill 0\n' >"$group/memory.events"
    doctor 1
    finds memory.high warning 'passed 17 times'
    has_mend memory.high 'shell of the container' 'echo max >/sys/fs/cgroup/memory.high'
    run_mend "$(mend_of memory.high)"
    doctor 0
    finds memory.high ok
    rm "$group/memory.events"
}

events_are_counted() {
    printf 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n' >"$group/memory.events"
    doctor 0
    finds memory.events ok 'never met'
    printf 'low 0\nhigh 0\nmax 41\noom 0\noom_kill 0\n' >"$group/memory.events"
    doctor 0
    finds memory.events note 'met 41 times'
    printf 'low 0\nhigh 0\nmax 41\noom 2\noom_kill 2\n' >"$group/memory.events"
    doctor 2
    finds memory.events error '2 processes were killed'
    has_mend memory.events pod 'resources: {limits: {memory: "513Mi"}}'
    change_pod "$(mend_of memory.events)"
    doctor 2
    finds memory.visible ok '513 MiB'
    rm "$group/memory.events"
    make_tree "$tree"
}

memory_stat() { # CURRENT ANON FILE SHMEM ACTIVE INACTIVE KERNEL SOCK
    echo "$(($1 << 20))" >"$group/memory.current"
    printf 'anon %s\nfile %s\nkernel %s\nsock %s\nshmem %s\ninactive_file %s\nactive_file %s\n' \
        $(($2 << 20)) $(($3 << 20)) $(($7 << 20)) $(($8 << 20)) $(($4 << 20)) $(($6 << 20)) \
        $(($5 << 20)) >"$group/memory.stat"
}

alarms_are_explained() {
    memory_stat 100 60 30 5 10 15 9 1
    doctor 0
    finds memory.kinds ok '100 MiB in use: anonymous (heaps, stacks) 60 MiB, page cache 30 MiB (active 10 MiB, inactive 15 MiB, shared 5 MiB), kernel 9 MiB, sockets 1 MiB; together 100 MiB'
    finds memory.working ok 'the working set is 85 MiB: 100 MiB in use, less inactive page cache of 15 MiB'
    # What is not told is unknown, and there is no sum of it.
    sed -i /sock/d "$group/memory.stat"
    doctor 0
    finds memory.kinds ok 'sockets unknown; together unknown'
    memory_stat 100 50 30 5 10 15 9 1
    doctor 0
    finds memory.kinds note 'together 90 MiB'
    # Before Linux 5.18 the kernel's part is to be added up.
    memory_stat 100 60 30 5 10 15 9 1
    sed -i "s/^kernel .*/kernel_stack $((1 << 20))\npagetables $((2 << 20))\nslab $((6 << 20))/" \
        "$group/memory.stat"
    doctor 0
    finds memory.kinds ok 'kernel 9 MiB'

    memory_stat 250 100 140 0 135 5 10 0
    doctor 0
    finds memory.working note 'the working set is 245 MiB'
    prints 'would be false: 135 MiB of it is page cache'
    [ -z "$(mend_of memory.working)" ] || fail 'has a mend for what is no harm'
    memory_stat 250 220 20 15 3 2 10 0
    doctor 1
    finds memory.working warning 'the working set is 248 MiB'
    prints '220 MiB of it is anonymous memory'
    change_pod "$(mend_of memory.working)"
    doctor 0
    finds memory.working ok
    rm "$group/memory.stat" "$group/memory.current"
    make_tree "$tree"
}

swap() {
    doctor 0
    finds memory.swap skipped
    echo 0 >"$group/memory.swap.current"
    doctor 0
    finds memory.swap ok
    echo 1048576 >"$group/memory.swap.current"
    echo $((200 << 20)) >"$group/memory.current"
    doctor 1
    finds memory.swap warning '1 MiB are in swap'
    has_mend memory.swap 'shell of the container' 'echo 0 >/sys/fs/cgroup/memory.swap.max'
    run_mend "$(mend_of memory.swap)"
    [ "$(cat "$group/memory.swap.max")" = 0 ] || fail 'the mend does something else'
    # What is in swap has to find room first.
    echo $((150 << 20)) >"$group/memory.swap.current"
    doctor 1
    change_pod "$(mend_of memory.swap)"
    doctor 1
    has_mend memory.swap 'shell of the container' 'echo 0 >/sys/fs/cgroup/memory.swap.max'
    rm "$group"/memory.swap.* "$group/memory.current"
    make_tree "$tree"
}

huge_pages() {
    huge=$tree/sys/kernel/mm/transparent_hugepage
    doctor 0
    finds memory.huge skipped
    mkdir -p "$huge/khugepaged"
    echo 511 >"$huge/khugepaged/max_ptes_none"
    for mode in madvise never; do
        echo "always madvise never" | sed "s/$mode/[&]/" >"$huge/enabled"
        doctor 0
        finds memory.huge ok "the mode is $mode"
    done
    echo '[always] madvise never' >"$huge/enabled"
    doctor 0
    finds memory.huge note 'the mode is always, and max_ptes_none is 511'
    has_mend memory.huge shell
    run_mend "$(mend_of memory.huge)"
    doctor 0
    finds memory.huge ok 'no page is added for it later'
    echo nonsense >"$huge/enabled"
    doctor 0
    finds memory.huge skipped
    rm -r "$tree/sys/kernel"
}

one_limit_for_several() {
    echo 1 >"$group/cgroup.procs"
    doctor 0
    finds memory.shared ok
    printf '1\n17\n' >"$group/cgroup.procs"
    doctor 0
    finds memory.shared note '2 processes are in the cgroup'
    [ -z "$(mend_of memory.shared)" ] || fail 'knows which of them are Go'
    share=$(grep -o 'SNUG_MEMORY_SHARE=[0-9]*%' "$work/out")
    doctor_with 0 "$share" --
    finds memory.shared ok
    finds memory.target ok "snug's is 114 MiB"
    rm "$group/cgroup.procs"
}

for claim in targets_by_hand slowed_down events_are_counted alarms_are_explained swap huge_pages \
    one_limit_for_several; do
    $claim
done
end
