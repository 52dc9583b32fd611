#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about what a process's memory is made of, on a captured machine. go/kinds.sh asks
# of real programs.
#
#   doctor_makeup.sh SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
snug=$(realpath "$1")
make_tree "$tree"
mkdir "$tree/snug"
: >"$tree/proc/self/maps" # It is a process.
printf 'anon 104857600\nfile 31457280\nkernel 9437184\nsock 1048576\nshmem 5242880
inactive_file 15728640\nactive_file 10485760\n' >"$group/memory.stat"
echo 146800640 >"$group/memory.current"
printf 'VmRSS:\t  90000 kB\nRssAnon:\t  81920 kB\n' >>"$tree/proc/self/status"

# Of a Go program with so many MiB, and what else lines say.
memory() { # LIVE LIMIT [LINE…]
    cat >"$tree/snug/memory" <<END
go_heap_bytes $((50 << 20))
c_heap_bytes $((20 << 20))
c_heap_scattered_bytes $((18 << 20))
stack_bytes 1048576
stride 1
malloc_arenas 3
go 1
go_limit_bytes $2
go_live_bytes $(($1 << 20))
go_alloc_bytes $(($1 + 5 << 20))
go_in_use_bytes $(($1 + 7 << 20))
go_idle_bytes $((8 << 20))
go_released_bytes 4194304
go_stack_bytes 1048576
go_ready_bytes $(($1 + 20 << 20))
go_mapped_bytes $(($1 + 20 << 20))
END
    shift 2
    printf '%s\n' "$@" >>"$tree/snug/memory"
}
none=9223372036854775807

kinds_of_a_process() {
    memory 40 $none
    doctor 1
    finds memory.kinds ok "together 140 MiB; of the anonymous memory: Go's heap 50 MiB (it counts in use 47 MiB, idle 8 MiB, goroutines' stacks 1 MiB), C heap 20 MiB, thread stacks 1 MiB, other of the process 9 MiB, other processes 20 MiB"
    finds memory.working ok "the process's own RSS is 87.8 MiB; Go's Alloc, a part of RSS, is about 45 MiB"
    memory 40 $none 'stride 4'
    doctor 1
    finds memory.kinds ok "of the anonymous memory (estimated): Go's heap 50 MiB"
    doctor 1 --json
    holds <<'END'
memory used_bytes = 146800640
memory working_set_bytes = 131072000
memory shared_bytes = 5242880
memory swap_bytes = null
memory other_processes_bytes = 20971520
memory process rss_bytes = 92160000
memory process go_heap_bytes = 52428800
memory process c_heap_bytes = 20971520
memory process stride = 4
memory process go_alloc_bytes = 47185920
memory process go_why = null
memory process other_bytes = 9437184
END
}

# Unknown is never 0.
what_is_not_known() {
    printf 'why its memory may not be read: Permission denied\ngo_why the same\n' >"$tree/snug/memory"
    doctor 1
    finds memory.kinds ok "together 140 MiB; what the process's part is made of is unknown: its memory may not be read: Permission denied"
    finds memory.working ok "Go's Alloc, a part of RSS, is unknown: the same"
    finds memory.live skipped 'the same'
    finds memory.arenas skipped 'its memory may not be read: Permission denied'
    doctor 1 --json
    holds <<'END'
memory process go_heap_bytes = null
memory process go_alloc_bytes = null
memory process other_bytes = null
memory process why = "its memory may not be read: Permission denied"
END
    printf 'go_heap_bytes 1048576\nc_heap_bytes 1048576\nstack_bytes 8192\nstride 1\ngo 0\ngo_why so\n' \
        >"$tree/snug/memory"
    doctor 1
    finds memory.kinds ok "Go's heap 1 MiB (what it counts is unknown: so), C heap 1 MiB"
    rm "$tree/snug/memory"
    doctor 1
    finds memory.kinds ok 'is unknown: it was not captured'
    # Sums that no runtime has.
    printf 'go 1\ngo_limit_bytes 268435456\ngo_live_bytes 1\ngo_in_use_bytes 1\n' >"$tree/snug/memory"
    doctor 1
    finds memory.live skipped 'what was captured cannot be'
    for line in 'go_heap_bytes many' 'go_heap_bytes' 'go 1' 'stride 0' 'nonsense 3' ' ' \
        'go_alloc_bytes 99999999999999999999'; do
        echo "$line" >"$tree/snug/memory"
        doctor 1
        is_calm
    done
    mv "$tree/proc/self/maps" "$work/maps"
    doctor 0
    finds memory.live skipped 'no process was named'
    finds memory.arenas skipped 'no process was named'
    doctor 0 --json
    holds <<'END'
memory process = null
END
    mv "$work/maps" "$tree/proc/self/maps"
}

# Go needs 5 MiB beside what lives: 75 % of a limit are near it.
live_heaps() {
    memory 150 $none
    doctor 1
    finds memory.live ok '150 MiB of the heap live, and Go needs 5 MiB beside them; the limits leave room'
    memory 187 $none
    doctor 1
    finds memory.live warning 'the limit is 256 MiB'
    has_mend memory.live pod 'resources: {limits: {memory: "386Mi"}}'
    change_pod "$(mend_of memory.live)"
    doctor 1
    finds memory.live ok
    make_tree "$tree"
    memory 252 $none
    doctor 2
    finds memory.live error '252 MiB of the heap live'
    prints 'the kernel kills'

    memory 0 $none
    doctor 1
    finds memory.live skipped 'no garbage collection has ended yet'
}

targets_below_the_live_heap() {
    memory 60 $((100 << 20))
    doctor_with 1 GOMEMLIMIT=100MiB --
    finds memory.live ok
    memory 70 $((100 << 20))
    doctor_with 1 GOMEMLIMIT=100MiB --
    finds memory.live warning '70 MiB of the heap live, and Go needs 5 MiB beside them; GOMEMLIMIT is 100 MiB'
    has_mend memory.live environment GOMEMLIMIT=241172480
    mend=$(mend_of memory.live)
    memory 70 "${mend#*=}"
    doctor_with 1 "$mend" --
    finds memory.live ok
    memory 95 $((100 << 20))
    doctor_with 2 GOMEMLIMIT=100MiB --
    finds memory.live error 'GOMEMLIMIT is 100 MiB'
    # Without a limit of the container's.
    echo max >"$group/memory.max"
    doctor_with 2 GOMEMLIMIT=100MiB --
    has_mend memory.live environment GOMEMLIMIT=202MiB
    mend=$(mend_of memory.live)
    memory 95 $((202 << 20))
    doctor_with 1 "$mend" --
    finds memory.live ok
    make_tree "$tree"
    # The target that would fit is too large for the limit.
    memory 180 $((200 << 20))
    doctor_with 1 GOMEMLIMIT=200MiB --
    finds memory.live warning 'GOMEMLIMIT is 200 MiB'
    has_mend memory.live pod
    [ "$(mend_of memory.live | tail -n 1)" = 'env: [{name: GOMEMLIMIT, value: "335MiB"}]' ] ||
        fail 'no target with it'
    change_pod "$(mend_of memory.live | head -n 1)"
    memory 180 $((335 << 20))
    doctor_with 1 GOMEMLIMIT=335MiB --
    finds memory.live ok
    make_tree "$tree"
}

arenas_of_malloc() {
    memory 40 $none
    doctor 1
    finds memory.arenas ok 'malloc has 3 arenas for 2 CPUs; 18 MiB are resident outside the largest'
    memory 40 $none 'malloc_arenas 5'
    doctor 1
    finds memory.arenas warning 'malloc has 5 arenas for 2 CPUs'
    has_mend memory.arenas environment MALLOC_ARENA_MAX=2
    memory 40 $none 'malloc_arenas 5' "c_heap_scattered_bytes $((15 << 20))"
    doctor 1
    finds memory.arenas ok
    memory 40 $none 'malloc_arenas 5'
    echo '0-0 r-xp 00000000 00:00 1 /snug/libsnug.so' >"$tree/proc/self/maps"
    doctor 1
    has_mend memory.arenas 'policy file' 'malloc.arenas = auto'
    # Without a limit, where it is worth a word.
    echo max >"$group/memory.max"
    doctor 0
    finds memory.arenas ok
    memory 40 $none 'malloc_arenas 5' "c_heap_scattered_bytes $((64 << 20))"
    doctor 1
    finds memory.arenas warning
    make_tree "$tree"
    : >"$tree/proc/self/maps"
}

for claim in kinds_of_a_process what_is_not_known live_heaps targets_below_the_live_heap \
    arenas_of_malloc; do
    $claim
done
end
