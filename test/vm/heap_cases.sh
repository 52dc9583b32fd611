#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes the cases about a heap's memory for a machine with the NUMA nodes of TOPOLOGY, as
# boot.sh has them. BIN holds the programs that test/go/build.sh made.
#
#   heap_cases.sh [--long] [--only REGEX] TOPOLOGY BIN DIR
set -euo pipefail
. "$(cd "$(dirname "$0")" && pwd)/rows.sh"
is_long= only=
while :; do
    case $1 in
    --long) is_long=1 ;;
    --only) only=$2 && shift ;;
    *) break ;;
    esac
    shift
done
topology=$1 bin=$2 dir=$3
releases=$(cd "$bin" && ls -- *-heap | sed 's/-heap$//' | sort -V)
newest=$(echo "$releases" | tail -n 1)
n_times=1
[ -z "$is_long" ] || n_times=10

shares_of_weights='the shares are those of the weights'
on_one='every mapping lies on one node'

# Where the heap lies, beside where it lies without snug.
place_rows() { # RELEASE
    row "$1-heap without snug" "$1-heap" -- 'policy default'
    is_alone=1 row "$1-heap, numa.place = interleave" \
        "SNUG_NUMA_PLACE=interleave preload $1-heap -fill 1024 -weights 0,1" -- \
        "$shares_of_weights" "$on_one" 'policy prefer:0 prefer:1'
    # It may start on a CPU whose node has no memory.
    [ "$topology" = four ] ||
        row "$1-heap, numa.place = local" "SNUG_NUMA_PLACE=local preload $1-heap" -- \
            'the heap lies on one node' "$on_one"
    row "$1-heap, numa.place = node:1" "SNUG_NUMA_PLACE=node:1 preload $1-heap -node 1" -- \
        'the heap lies on node 1' 'policy prefer:1'
}

# What is respected.
bound_rows() { # RELEASE
    row "$1-heap, numa.place = auto with CPUs of one node" \
        "preload $1-heap -fill 64 -node 1" 'own/cpuset.cpus 4-5' -- \
        'the heap lies on node 1' 'policy default'
    row "$1-heap, numa.place = auto with CPUs that move" \
        ": >heap; preload $1-heap -moved -fill 256 -node 1 >>heap & pid=\$!
         until grep -q NumCPU heap; do sleep 0.1; done; echo 4-7 >\$BOX/own/cpuset.cpus
         wait \$pid; cat heap" 'own/cpuset.cpus 0-3' -- \
        'the heap lies on node 1' 'policy default'
    row "$1-heap, numa.place = auto with CPUs of both nodes" \
        "preload $1-heap -fill 64" -- 'policy default'
    row "$1-heap, numa.place = node:1 with memory of node 0 alone" \
        "SNUG_NUMA_PLACE=node:1 preload $1-heap -fill 64 -node 0" \
        'own/cpuset.mems 0' -- 'the heap lies on node 0' 'policy default'
}

confine_rows() { # RELEASE
    row "$1-heap, numa.confine = on keeps 1000 threads on a node" \
        "SNUG_NUMA_CONFINE=on preload $1-heap -fill 8 -threads 1000 | sed 's/ on 4-7/ on 0-3/'" \
        'own/cpu.max 200000 100000' -- 'NumCPU 2 GOMAXPROCS 2' '1000 threads may run on 0-3'
    row "$1-heap, numa.confine = on where 5 CPUs are presented" \
        "SNUG_NUMA_CONFINE=on preload $1-heap -fill 8 -threads 100" \
        'own/cpu.max 500000 100000' -- 'NumCPU 5 GOMAXPROCS 5' '100 threads may run on 0-7'
    row "$1-heap, numa.confine = on with a mask of the user's own" \
        "SNUG_NUMA_CONFINE=on taskset 0x33 preload $1-heap -fill 8 -threads 100 |
            sed 's/ on 4-5/ on 0-1/'" \
        'own/cpu.max 100000 100000' -- 'NumCPU 2 GOMAXPROCS 2' '100 threads may run on 0-1'
}

# Both engines' default rules, for a container without CAP_SYS_NICE.
seccomp_rows() { # RELEASE
    local reason='s/^ *"\(reason\|confine_reason\)": "\(mbind.*\)",*$/\1: \2/p'
    row "$1-heap under podman's rules" \
        "SNUG_NUMA_PLACE=node:1 mempolicy podman preload $1-heap -fill 64 -node 1" -- \
        'the heap lies on node 1' 'policy prefer:1'
    row "$1-heap under Docker's rules" \
        "SNUG_LOG=error SNUG_NUMA_PLACE=node:1 mempolicy docker preload $1-heap -fill 64" -- \
        'policy default'
    row "$1-heap under Docker's rules, confined instead" \
        "SNUG_NUMA_PLACE=local mempolicy docker preload $1-heap -fill 64 -threads 100 |
            sed 's/ on 4-7/ on 0-3/'" 'own/cpu.max 200000 100000' -- \
        'NumCPU 2 GOMAXPROCS 2' '100 threads may run on 0-3' 'the heap lies on one node' \
        'policy default'
    # /proc/self/status is the main thread's, which is under none.
    row "$1-heap, a thread under a filter of its own that kills for mbind" \
        "SNUG_NUMA_PLACE=node:1 preload $1-heap -filter -fill 256" -- 'filled under a filter'
    row "snug explain under Docker's rules" \
        "SNUG_NUMA_PLACE=local mempolicy docker snug explain --json | sed -n '$reason'" \
        'own/cpu.max 200000 100000' -- \
        'reason: mbind is refused here, as by a seccomp filter' \
        'confine_reason: mbind is refused here, so the heap goes where the threads are'
}

# A large object that is never touched: mapped at once, advised as far as the budget goes. It is no
# larger than the memory of the machine, for the kernel refuses more.
huge_rows() { # RELEASE
    local limit sparse
    for limit in 128 512 2048; do
        row "$1-heap, span.huge = auto with a limit of $limit MiB" \
            "SNUG_SPAN_HUGE=auto preload $1-heap -fill 16 -sparse $((limit * 5 / 4)) -budget $((limit * 9 / 10))" \
            "own/memory.max ${limit}M" -- 'the advised bytes are within the budget'
    done
    row "$1-heap, span.huge = auto without a limit" \
        "SNUG_SPAN_HUGE=auto preload $1-heap -fill 16 -sparse 1024" -- 'all of it is advised'
    row "$1-heap, span.huge = always past its limit" \
        "SNUG_SPAN_HUGE=always preload $1-heap -fill 16 -sparse 1024" 'own/memory.max 512M' -- \
        'all of it is advised'
    row "$1-heap, span.huge = keep" "preload $1-heap -fill 16 -sparse 64" -- \
        'nothing is advised'
    # The machine has one mode for all, and no other case is about huge pages' being there.
    row "$1-heap, span.huge in each mode of the machine" \
        "for mode in always madvise never; do
             echo \$mode >/sys/kernel/mm/transparent_hugepage/enabled
             for huge in keep auto never; do
                 echo \$mode \$huge \$(SNUG_SPAN_HUGE=\$huge preload $1-heap -fill 64 |
                     grep '^huge pages')
             done
         done
         echo always >/sys/kernel/mm/transparent_hugepage/enabled" -- \
        'always keep huge pages: yes' 'always auto huge pages: yes' 'always never huge pages: no' \
        'madvise keep huge pages: no' 'madvise auto huge pages: yes' \
        'madvise never huge pages: no' 'never keep huge pages: no' 'never auto huge pages: no' \
        'never never huge pages: no'
}

# The live heap grows past the limit. Garbage is collected either way.
guard_rows() { # RELEASE TIMES
    local i end
    end='status=$?; sed -n "s/^snug.[0-9]*.: span.guard: refused [0-9]*, used [0-9]* of 268435456, .*own.memory.current$/refused/p
        /^fatal error: runtime: out of memory/s/:[^:]*$/&/p; /^goroutine 1 /s/ .*//p" err; exit $status'
    for i in $(seq "$2"); do
        row "$1-live without span.guard is killed, run $i" "$1-live -keep 400 2>err" \
            'own/memory.max 256M' 'own/memory.swap.max 0' -- 'status 137' stderr
        row "$1-live with span.guard = refuse ends by itself, run $i" \
            "SNUG_SPAN_GUARD=refuse preload $1-live -keep 400 2>err; $end" \
            'own/memory.max 256M' -- 'status 2' refused \
            'fatal error: runtime: out of memory' goroutine
    done
    row "$1-live with span.guard = refuse and without GOMEMLIMIT ends by itself" \
        "SNUG_MEMORY_LIMIT=off SNUG_SPAN_GUARD=refuse preload $1-live -keep 400 2>err; $end" \
        'own/memory.max 256M' -- 'status 2' refused
    row "$1-live with span.guard = refuse by its parent's limit" \
        "SNUG_SPAN_GUARD=refuse preload $1-live -keep 400 2>err; ${end//own.memory/memory}" \
        'memory.max 256M' -- 'status 2' refused
    row "$1-live with span.guard = refuse finishes near its GOMEMLIMIT" \
        "SNUG_SPAN_GUARD=refuse preload $1-live -keep 185 -churn 1000" \
        'own/memory.max 256M' -- 'finished 2960 blocks live'
}

# Not all kernels have names for mappings: Ubuntu's have, Debian's have not.
name_row() { # RELEASE
    row "$1-heap, span.name = on" \
        "SNUG_SPAN_NAME=on preload $1-heap -fill 64 >heap
         kernel=\$(grep -cw anon_vma_name_alloc /proc/kallsyms) snug=\$(grep -cx 'the heap has a name' heap)
         echo shown: names the kernel has: \$kernel, names given: \$snug
         [ \$kernel = \$snug ] && echo named where the kernel can" -- 'named where the kernel can'
}

# See uneven for what each does.
doctor_rows() {
    row 'doctor tells a heap that is where its CPUs were' 'uneven away' -- \
        'warning: its' again 'mend: numa.place = local' mended
    row 'doctor tells a heap on one node of a program on both' 'uneven onesided' -- \
        'warning: it' again 'mend: numa.place = interleave' mended
    row 'doctor tells a heap on one node of a program that fits there' 'uneven confined' \
        'own/cpu.max 200000 100000' -- 'warning: it' again 'mend: numa.confine = on' mended
    row 'doctor tells who refuses mbind' 'uneven refused' -- 'warning: mbind' mended \
        'another user: skipped: unknown' 'another filter: skipped: unknown'
    row 'doctor tells what snug was refused in the process' 'uneven counted' -- \
        'warning: snug'
}

# Every span and NUMA key at once, with threads that grow the heap, fork and map. The emulator takes
# minutes for 64 threads, with snug or without.
stress_rows() { # RELEASE THREADS SECONDS
    row "$1-stress, $2 threads for $3 s with every span and NUMA key on" \
        "SNUG_NUMA_PLACE=interleave SNUG_NUMA_CONFINE=on SNUG_SPAN_HUGE=auto SNUG_SPAN_ALIGN=256K \
            SNUG_SPAN_GUARD=refuse SNUG_SPAN_NAME=on \
            preload $1-stress -threads $2 -seconds $3 -mib 128" \
        'own/memory.max 2G' -- 'no page was lost or wrong'
}

case $topology in
two)
    for release in $releases; do
        case $release in
        1.19.* | "$newest") place_rows "$release" ;;
        *) [ -z "$is_long" ] || place_rows "$release" ;;
        esac
    done
    for release in 1.22.2 "$newest"; do
        bound_rows "$release"
        confine_rows "$release"
        guard_rows "$release" $n_times
        [ -z "$is_long" ] || stress_rows "$release" 64 60
    done
    stress_rows "$newest" 8 10
    name_row 1.22.2 # From Go 1.25 on the runtime gives names of its own.
    seccomp_rows "$newest"
    huge_rows "$newest"
    doctor_rows
    [ -z "$is_long" ] || huge_rows 1.22.2
    ;;
four)
    place_rows "$newest"
    row "$newest-heap, numa.place = node:3, which has no CPUs" \
        "SNUG_NUMA_PLACE=node:3 preload $newest-heap -fill 256 -node 3" -- \
        'the heap lies on node 3'
    row "$newest-heap, numa.place = node:2, which has no memory" \
        "SNUG_NUMA_PLACE=node:2 preload $newest-heap -fill 64" -- 'policy default'
    row "$newest-heap, numa.place = local on the node without memory" \
        "SNUG_NUMA_PLACE=local preload $newest-heap -fill 64" 'own/cpuset.cpus 6-7' -- \
        'policy default'
    is_alone=1 row "$newest-heap, numa.place = node:0,2-3" \
        "SNUG_NUMA_PLACE=node:0,2-3 preload $newest-heap -fill 1024 -weights 0,3" -- \
        "$shares_of_weights" 'policy prefer:0 prefer:3'
    row "$newest-heap, numa.confine = on on the node without memory" \
        "SNUG_NUMA_CONFINE=on taskset 0xc7 preload $newest-heap -fill 8 -threads 100 |
            sed 's/ on 6-7/ on 0-2/'" \
        'own/cpu.max 200000 100000' -- 'NumCPU 2 GOMAXPROCS 2' '100 threads may run on 0-2'
    ;;
esac
