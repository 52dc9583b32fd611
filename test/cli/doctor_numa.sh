#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about NUMA nodes, on a captured machine with two: what it says of each spread of a
# heap, with the mend applied to the plan. Real heaps are the virtual machine's: vm/uneven.
#
#   doctor_numa.sh SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
snug=$(realpath "$1")
make_tree "$tree"
nodes=$tree/sys/devices/system/node
mkdir -p "$tree/snug" "$nodes/node0" "$nodes/node1"
: >"$tree/proc/self/maps" # It is a process.
echo 'max 100000' >"$group/cpu.max"

two_nodes() {
    echo 0-1 >"$nodes/online"
    echo 0-1 >"$nodes/has_memory"
    echo 0-3 >"$nodes/node0/cpulist"
    echo 4-7 >"$nodes/node1/cpulist"
}

# What the kernel said: a heap of so many MiB, and pages on each node.
heap() { # MIB PAGES_0 PAGES_1
    printf 'heap.is_known 1\nheap.heap_bytes %s\nheap.n_pages %s\n0 heap.on_node %s\n1 heap.on_node %s\n' \
        $(($1 << 20)) $(($2 + $3)) "$2" "$3" >"$tree/snug/live"
}

cpus() { # LIST
    sed -i "s/^Cpus_allowed_list:.*/Cpus_allowed_list:\t$1/" "$tree/proc/self/status"
}

spreads() { # STATUS GRADE TEXT [VARIABLE]
    doctor_with "$1" ${4-} --
    finds numa.spread "$2" "$3"
}

one_node() {
    doctor_with 1 --
    finds numa.spread skipped 'one NUMA node'
    finds numa.policy skipped 'one NUMA node'
}

of_one_node() {
    cpus 4-7
    heap 512 0 300
    spreads 1 ok 'node 1 100 % of the heap, by 300 pages of it'
    heap 512 70 230
    spreads 1 ok 'node 0 23 %, node 1 76 %'
    heap 512 80 220
    spreads 1 warning 'its CPUs are all on node 1, and its heap is elsewhere: node 0 26 %, node 1 73 %'
    has_mend numa.spread 'policy file' 'numa.place = local'
    heap 512 300 0
    spreads 1 warning 'node 0 100 %'
    spreads 1 ok 'as numa.place says: node 0 100 %' SNUG_NUMA_PLACE=node:0
    spreads 1 warning 'node 0 100 %' SNUG_NUMA_PLACE=node:1
    cpus 0-7
}

of_both_nodes() {
    heap 512 270 30
    spreads 1 warning 'it may run on the CPUs of several nodes, and its heap is on one: node 0 90 %, node 1 10 %'
    has_mend numa.spread 'policy file' 'numa.place = interleave'
    prints 'better shared out'
    heap 512 260 40
    spreads 1 ok 'node 0 86 %'
    # A small heap is one arena, which lies on one node.
    heap 191 300 0
    spreads 1 ok 'node 0 100 %'
    heap 192 300 0
    spreads 1 warning 'node 0 100 %'
    echo '400000 100000' >"$group/cpu.max"
    spreads 1 warning 'node 0 100 %'
    has_mend numa.spread 'policy file' 'numa.confine = on'
    echo '500000 100000' >"$group/cpu.max"
    spreads 1 warning 'node 0 100 %'
    has_mend numa.spread 'policy file' 'numa.place = interleave'
    spreads 1 ok 'as numa.place says' SNUG_NUMA_PLACE=node:0-1
    echo 'max 100000' >"$group/cpu.max"
}

# Where the kernel hides pages, or does not tell, and the cgroup is the process's.
by_the_cgroup() {
    cpus 0-3
    echo "anon N0=0 N1=$((500 << 20))" >"$group/memory.numa_stat"
    printf 'RssAnon:\t%d kB\n' $((410 << 10)) >>"$tree/proc/self/status"
    heap 512 34 0
    echo 'heap.n_asked 512' >>"$tree/snug/live"
    spreads 1 warning 'elsewhere: node 1 100 %'
    printf 'heap.error 1\n' >"$tree/snug/live"
    spreads 1 warning 'elsewhere: node 1 100 %'
    echo "anon N0=$((500 << 20)) N1=0" >"$group/memory.numa_stat"
    spreads 1 ok "node 0 100 % of its cgroup's heaps and stacks, by memory.numa_stat"
    heap 512 44 256
    echo 'heap.n_asked 512' >>"$tree/snug/live"
    spreads 1 warning 'elsewhere: node 0 14 %, node 1 85 %'
    # It has but a part of the cgroup's.
    heap 512 0 34
    echo 'heap.n_asked 512' >>"$tree/snug/live"
    sed -i "s/^RssAnon:.*/RssAnon:\t$((390 << 10)) kB/" "$tree/proc/self/status"
    spreads 1 warning 'elsewhere: node 1 100 %'
    rm "$group/memory.numa_stat"
    cpus 0-7
}

what_is_not_known() {
    heap 512 8 7
    spreads 1 skipped 'none of its heap is in memory'
    printf 'heap.error 1\n' >"$tree/snug/live"
    spreads 1 skipped 'move_pages is refused'
    rm "$tree/snug/live"
    spreads 1 skipped 'only where it runs'
    doctor_with 1 --
    finds numa.policy skipped 'only where the program runs'
    doctor_with 0 -- -- /bin/true
    finds numa.spread skipped 'the program is not known to be Go'
    rm "$nodes/online"
    spreads 1 skipped 'the nodes are not known'
    two_nodes
}

# Tried there.
refusals() {
    printf 'trials.state 1\ntrials.has_place 1\n' >"$tree/snug/live"
    doctor_with 1 --
    finds numa.policy ok 'snug itself may use mbind'
    printf 'trials.state 1\ntrials.has_place 1\ntrials.place_error 1\n' >"$tree/snug/live"
    doctor_with 1 --
    finds numa.policy note 'mbind is refused to snug itself'
    doctor_with 1 SNUG_NUMA_PLACE=local --
    finds numa.policy warning 'numa.place does nothing'
    sed -i "s/^Seccomp:.*/Seccomp:\t2/" "$tree/proc/self/status"
    doctor_with 1 SNUG_NUMA_PLACE=local --
    finds numa.policy warning "by a seccomp filter, as container engines' profiles do without CAP_SYS_NICE"
    has_mend numa.policy 'seccomp profile' '{"names": ["mbind"], "action": "SCMP_ACT_ALLOW"}'
    printf 'CapEff:\t0000000000800000\n' >>"$tree/proc/self/status"
    doctor_with 1 SNUG_NUMA_PLACE=local --
    finds numa.policy warning ', by a seccomp filter numa.place'
    printf 'trials.has_place 1\ntrials.place_error 10\n' >"$tree/snug/live"
    doctor_with 1 --
    finds numa.policy note 'mbind kills snug itself'
    printf 'trials.has_place 1\ntrials.n_not_placed 7\n' >"$tree/snug/live"
    doctor_with 1 --
    finds numa.policy note 'snug in the process was refused by mbind, for 7 mappings of its heap'
}

one_node
two_nodes
of_one_node
of_both_nodes
by_the_cgroup
what_is_not_known
refusals
end
