#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes the cases that the virtual machine runs, a directory each, from the list of
# Go programs that test/go/build.sh made. Everything here runs on 8 CPUs.
#
#   cases.sh [--long] [--only REGEX] [--arm64 FILES | --containers | --resize | --spare] LIST DIR
set -euo pipefail
. "$(cd "$(dirname "$0")" && pwd)/../go/cells.sh"
. "$(cd "$(dirname "$0")" && pwd)/rows.sh"
. "$(cd "$(dirname "$0")" && pwd)/trace.sh"
is_long= only= is_arm64= is_containers= is_resize= is_spare=
while :; do
    case $1 in
    --long) is_long=1 ;;
    --only) only=$2 && shift ;;
    --arm64) is_arm64=1 && shift ;;
    --containers) is_containers=1 ;;
    --resize) is_resize=1 ;;
    --spare) is_spare=1 ;;
    *) break ;;
    esac
    shift
done
list=$1 dir=$2
mkdir -p "$dir"

# What the cells of the matrix are measured by: 256 MiB less 10 %, in whole 2 MiB, and 1.5 CPUs.
machine_cpus=8 machine_affinity=0-7 machine_own=2 planned_cpus=2 planned_limit=241172480
box_15=('own/cpu.max 150000 100000' 'own/memory.max 256M')

# Fills sees with what a program prints that sees CPUS and LIMIT, at once and later.
sees=()
see_both() { # CPUS GOMAXPROCS LIMIT
    sees=("NumCPU $1" "GOMAXPROCS $2" "GOMEMLIMIT $3" 'affinity 0-7'
        "later NumCPU $1" "later GOMAXPROCS $2" "later GOMEMLIMIT $3" 'later affinity 0-7')
}

# The matrix: each release, each way to link and to start.

matrix_rows() { # RELEASE MODE NAME
    local lines does='sees'
    mode_read "$2"
    # There is no Python here.
    case $mode_start-$mode_reached in *python3* | *-absent) return ;; esac
    case $mode_reached in
    variables) does='gets the variables for' ;;
    nothing) does='is as without snug at' ;;
    esac

    # The rarer ways, and another architecture, have one row each.
    [ -z "$is_arm64" ] || mode_form=some

    mapfile -t lines < <(cell_lines plain "$1" "$2")
    [ "$mode_form" = some ] ||
        row "$1-$2 without snug" "$(cell_command plain "$2" "/bin/$3")" \
            "${box_15[@]}" -- "${lines[@]}"

    mapfile -t lines < <(cell_lines snug "$1" "$2" later)
    row "$1-$2 $does 2 of 1.5 CPUs and 230 MiB" \
        "$(cell_command snug "$2" "/bin/$3") -after=3s" "${box_15[@]}" -- "${lines[@]}"

    mapfile -t lines < <(planned_cpus=1 && cell_lines snug "$1" "$2" later)
    [ "$mode_form" = some ] ||
        row "$1-$2 $does 1 CPU, rounded down" \
            "SNUG_CPU_ROUND=down SNUG_CPU_MIN=1 $(cell_command snug "$2" "/bin/$3") -after=3s" \
            "${box_15[@]}" -- "${lines[@]}"
}

static_rows() { # RELEASE NAME
    row "$2 gets the mask too from snug run --pin" "snug run --pin -- $2" "${box_15[@]}" -- \
        'NumCPU 2' 'GOMAXPROCS 2' "GOMEMLIMIT $(shown_limit "$1" $planned_limit)"
}

# Limits in other places. Each row is run by the newest release and by an old one.

limit_rows() { # RELEASE NAME
    local full=$no_limit
    row "$2 without snug does not see its parent's limit" "$2" \
        'cpu.max 300000 100000' 'memory.max 256M' -- 'NumCPU 8' 'GOMAXPROCS 8' \
        "GOMEMLIMIT $full"
    see_both 3 3 $full
    row "$2 sees its parent's 3 CPUs" "preload $2 -after 3s" \
        'cpu.max 300000 100000' -- "${sees[@]}"
    see_both 3 3 $full
    row "$2 sees the tighter of its own and its parent's CPUs" "preload $2 -after 3s" \
        'cpu.max 300000 100000' 'own/cpu.max 500000 100000' -- "${sees[@]}"
    see_both 8 8 $planned_limit
    row "$2 sees its parent's memory" "preload $2 -after 3s" \
        'memory.max 256M' -- "${sees[@]}"
    see_both 8 8 125829120
    row "$2 sees memory.high below memory.max" "preload $2 -after 3s" \
        'own/memory.high 128M' 'own/memory.max 256M' -- "${sees[@]}"
    see_both 8 8 $full
    row "$2 without limits sees the machine" "preload $2 -after 3s" -- "${sees[@]}"
    see_both 3 3 $full
    row "$2 without a limit goes by its request" \
        "SNUG_CPU_REQUEST_MILLI=1500 preload $2 -after 3s" -- "${sees[@]}"
    see_both 2 2 $planned_limit
    row "$2 with a limit ignores its request" \
        "SNUG_CPU_REQUEST_MILLI=1500 preload $2 -after 3s" "${box_15[@]}" -- "${sees[@]}"
    see_both 4 4 $full
    row "$2 sees a fixed count" "SNUG_CPU_COUNT=4 preload $2 -after 3s" \
        'own/cpu.max 600000 100000' -- "${sees[@]}"
    see_both 2 2 $full
    row "$2 sees 2 CPUs at a quota of half a CPU" "preload $2 -after 3s" \
        'own/cpu.max 50000 100000' -- "${sees[@]}"
    see_both 3 3 $full
    row "$2 sees 3 CPUs at a period of 10 ms" "preload $2 -after 3s" \
        'own/cpu.max 25000 10000' -- "${sees[@]}"
}

# Once with snug and once without, at the same time, while the cpuset grows. What becomes of a mask
# that the user set is the kernel's affair: before Linux 6.2 a cpuset that changes undoes it.
grown_row() { # LABEL NAME MASK [VARIABLES]
    row "$1" "taskset $3 $2 -after 8s >plain &
            (until grep -qs ^affinity plain && grep -q ^affinity output; do sleep 0.2; done
            echo 0-5 >\$BOX/own/cpuset.cpus) &
            ${4-} taskset $3 preload $2 -after 8s; wait
            grep -E '^(later )?affinity' plain >wanted
            grep -E '^(later )?affinity' output | cmp - wanted && echo as without" \
        'own/cpuset.cpus 0-3' 'own/cpu.max 200000 100000' -- 'GOMAXPROCS 2' 'as without'
}

# Where the files lie.
place_rows() { # NAME
    local i deep=/next
    see_both 2 2 $planned_limit
    # Of 1,300 bytes, as clusters within clusters make them.
    for i in $(seq 13); do deep=$deep/$(printf 'kubelet-%091d' "$i"); done
    row "$1 sees limits from a cgroup far down" \
        "mkdir -p \$BOX$deep; echo \$\$ >\$BOX$deep/cgroup.procs; exec preload $1 -after 3s" \
        'next/cpu.max 150000 100000' 'next/memory.max 256M' -- "${sees[@]}"

    local again='mkdir again; mount -t cgroup2 again again' empty='mount -t tmpfs empty'
    row "$1 sees its limits by a second mount" \
        "$again; unshare -m sh -c '$empty /sys/fs/cgroup; exec preload $1 -after 3s'; r=\$?
            umount again; exit \$r" "${box_15[@]}" -- "${sees[@]}"
    row "$1 sees its limits by a second mount, below a directory that is hidden" \
        "$again; unshare -m sh -c '$empty /sys; exec preload $1 -after 3s'; r=\$?
            umount again; exit \$r" "${box_15[@]}" -- "${sees[@]}"
    row "$1 sees its limits where part of the hierarchy lies over the whole" \
        "unshare -m sh -c 'mount -o bind \$BOX/own /sys/fs/cgroup; exec preload $1 -after 3s'" \
        "${box_15[@]}" -- "${sees[@]}"
}

# 4 CPUs are there, and 4 that could be plugged in: outside of cpusets Cpus_allowed_list names all.
spare_rows() { # NAME…
    local name out='echo 0 >/sys/fs/cgroup/cgroup.procs'
    row 'snug explain --pid counts the CPUs that are there' \
        "($out; exec sleep 60) & sleep 1; grep Cpus_allowed_list /proc/\$!/status | tr '\t' ' '
            snug explain --pid \$! | sed -n 's/^ *allowed CPUs *//p'; kill \$!" -- \
        'Cpus_allowed_list: 0-7' '4 (0-3), of a machine with 2 NUMA nodes'
    for name; do
        row "$name sees the CPUs that are there" "$out; preload $name -after 3s" -- \
            'NumCPU 4' 'GOMAXPROCS 4' 'later GOMAXPROCS 4' 'later affinity 0-7'
    done
}

# Masks that are not snug's.
mask_rows() { # NAME
    row "$1 in a cpuset of 3 CPUs" "preload $1 -after 3s" \
        'own/cpuset.cpus 2-4' -- 'NumCPU 3' 'GOMAXPROCS 3' 'affinity 2-4' \
        'later GOMAXPROCS 3' 'later affinity 2-4'
    row "$1 in a cpuset of 3 CPUs with a limit of 2" "preload $1 -after 3s" \
        'own/cpuset.cpus 2-4' 'own/cpu.max 200000 100000' -- \
        'NumCPU 2' 'GOMAXPROCS 2' 'affinity 2-4' 'later GOMAXPROCS 2' 'later affinity 2-4'
    row "$1 follows a cpuset that grows" \
        "(until grep -q ^affinity output; do sleep 0.2; done; echo 0-5 >\$BOX/own/cpuset.cpus) &
            preload $1 -after 6s" \
        'own/cpuset.cpus 0-3' 'own/cpu.max 200000 100000' -- \
        'NumCPU 2' 'affinity 0-3' 'later affinity 0-5'
    row "$1 keeps a mask that the user set" "taskset 0x2a preload $1 -after 3s" \
        "${box_15[@]}" -- 'NumCPU 2' 'GOMAXPROCS 2' 'affinity 1,3,5' 'later affinity 1,3,5'
    grown_row "$1 keeps a mask that leaves out a CPU of a cpuset that grows" "$1" 0x7
    # One that leaves out none looks like none from inside.
    grown_row "$1 keeps any mask with cpu.count off" "$1" 0xf 'SNUG_CPU_COUNT=off GOMAXPROCS=2'
}

# What the user says.

user_rows() { # NAME OWN_GOMAXPROCS
    see_both 2 5 104857600
    row "$1 keeps the user's GOMAXPROCS and GOMEMLIMIT" \
        "GOMAXPROCS=5 GOMEMLIMIT=100MiB preload $1 -after 3s" "${box_15[@]}" -- "${sees[@]}"
    see_both 8 "$2" $no_limit
    row "$1 with SNUG=off" "SNUG=off preload $1 -after 3s" "${box_15[@]}" -- "${sees[@]}"
    row "$1 with cpu.count and memory.limit off" \
        "SNUG_CPU_COUNT=off SNUG_MEMORY_LIMIT=off preload $1 -after 3s" \
        "${box_15[@]}" -- "${sees[@]}"
    see_both 2 2 134217728
    row "$1 with half of the memory kept back" "SNUG_MEMORY_HEADROOM=50% preload $1 -after 3s" \
        "${box_15[@]}" -- "${sees[@]}"
}

# A policy is written, and the program started with it.
policy_row() { # LABEL NAME WRITE_POLICY EXPECT…
    local label=$1 name=$2 write=$3
    shift 3
    row "$name $label" "$write; SNUG_POLICY=\$PWD/policy preload $name -after 3s" \
        "${box_15[@]}" -- "$@"
}

policy_rows() { # NAME
    local good='cpu.round = down\ncpu.min = 1\n' one two
    see_both 1 1 $planned_limit
    one=("${sees[@]}")
    see_both 2 2 $planned_limit
    two=("${sees[@]}")

    policy_row 'with a policy file' "$1" "printf '$good' >policy" "${one[@]}"
    row "$1 with a policy in /etc/snug.conf" \
        "unshare -m sh -c 'mount -t tmpfs etc /etc; printf \"$good\" >/etc/snug.conf
            exec preload $1 -after 3s'" "${box_15[@]}" -- "${one[@]}"
    policy_row 'with a policy for its name only' "$1" \
        "printf '[program */$1]\n$good' >policy" "${one[@]}"
    policy_row 'with a policy for another name' "$1" \
        "printf '[program */nothing]\n$good' >policy" "${two[@]}"
    row "$1 with a locked policy" \
        "printf 'lock = cpu.*\n$good' >policy
            SNUG_POLICY=\$PWD/policy SNUG_CPU_MIN=4 SNUG_CPU_ROUND=up preload $1 -after 3s" \
        "${box_15[@]}" -- "${one[@]}" 'told 2'

    policy_row 'with an unknown key' "$1" \
        "printf 'no.such = key\n$good' >policy" "${one[@]}" 'told 1'
    policy_row 'with a bad value' "$1" \
        "printf 'memory.headroom = much\n$good' >policy" "${one[@]}" 'told 1'
    policy_row 'with an unterminated last line' "$1" \
        "printf '${good}memory.hea' >policy" "${one[@]}" 'told 1'
    policy_row 'with 10 MB of noise behind the good keys' "$1" \
        "(printf '$good'; head -c 10000000 /dev/urandom) >policy" "${one[@]}" stderr
    policy_row 'with a directory as its policy' "$1" 'mkdir policy' "${two[@]}" 'told 1'
    policy_row 'with a policy file that is missing' "$1" true "${two[@]}" 'told 1'
    policy_row 'with a policy that anyone may write' "$1" \
        "printf '$good' >policy; chmod 666 policy" "${two[@]}" 'told 1'
    row "$1 with a policy that it may not read" \
        "printf '$good' >policy; chmod 600 policy
            su nobody -c 'SNUG_POLICY=\$PWD/policy preload $1 -after 3s'" \
        "${box_15[@]}" -- "${two[@]}" 'told 1'
}

# A child decides anew: it is moved to limits of 4 CPUs and 512 MiB before it starts.
child_rows() { # NAME
    local move="echo \\\$\\\$ >\$BOX/next/cgroup.procs; exec $1"
    row "$1 started by itself plans for its own limits" \
        "SEE_CHILD=\"$move\" preload $1" \
        "${box_15[@]}" 'next/cpu.max 400000 100000' 'next/memory.max 512M' -- \
        'NumCPU 2' 'GOMAXPROCS 2' "GOMEMLIMIT $planned_limit" 'child NumCPU 4' \
        'child GOMAXPROCS 4' 'child GOMEMLIMIT 482344960' 'child affinity 0-7'
    row "$1 started by itself without limits takes nothing over" \
        "SEE_CHILD=\"$move\" preload $1" "${box_15[@]}" -- \
        'GOMAXPROCS 2' "GOMEMLIMIT $planned_limit" 'child NumCPU 8' 'child GOMAXPROCS 8' \
        "child GOMEMLIMIT $no_limit" 'child affinity 0-7'
    # Go from 1.25 on looks at its own limit.
    local release=${1##*/}
    release=${release%%-*}
    row "$1 started by itself with SNUG=off gets nothing of its parent's" \
        "SEE_CHILD=\"${move% *} env SNUG=off $1\" preload $1" \
        "${box_15[@]}" 'next/cpu.max 400000 100000' 'next/memory.max 512M' -- \
        'GOMAXPROCS 2' "GOMEMLIMIT $planned_limit" 'child NumCPU 8' \
        "child GOMAXPROCS $(machine_own=4 own_gomaxprocs "$release" external)" \
        "child GOMEMLIMIT $no_limit"
    row "$1 started by itself keeps the user's values" \
        "GOMAXPROCS=5 GOMEMLIMIT=100MiB SEE_CHILD=\"$move\" preload $1" \
        "${box_15[@]}" 'next/cpu.max 400000 100000' 'next/memory.max 512M' -- \
        'GOMAXPROCS 5' 'GOMEMLIMIT 104857600' 'child NumCPU 4' 'child GOMAXPROCS 5' \
        'child GOMEMLIMIT 104857600'
}

# Programs without Go, and what only C code asks for.
c_rows() { # NAME…
    local name
    for name; do
        row "$name is left alone" "preload $name" "${box_15[@]}" -- \
            'C sysconf_onln 8' 'C get_nprocs 8' 'C sched_getaffinity 8' \
            'C pthread_getaffinity_np 8' 'C sysconf_conf 8' 'C thread affinity 0-7'
        row "$name sees 2 CPUs with scope = all" "SNUG_SCOPE=all preload $name" \
            "${box_15[@]}" -- \
            'C sysconf_onln 2' 'C get_nprocs 2' 'C sched_getaffinity 2' \
            'C pthread_getaffinity_np 2' 'C sysconf_conf 8' 'C get_nprocs_conf 8' \
            'C thread affinity 0-7'
        row "$name sees its memory with scope = all" \
            "SNUG_SCOPE=all SNUG_MEMORY_PRESENT=on preload $name" \
            "${box_15[@]}" -- 'C phys_bytes 268435456'
    done
}

present_rows() { # NAME
    row "$1 shows the memory limit to its C code" "SNUG_MEMORY_PRESENT=on preload $1" \
        "${box_15[@]}" -- 'C phys_bytes 268435456' 'C sysconf_onln 2' 'NumCPU 2'
}

# 141 MiB of live heap are 55 % of the limit. The kernel's own count tells a kill for
# memory from any other.
oom_rows() { # NAME COUNT
    local i run
    for i in $(seq "$2"); do
        run="$1 -keep 141; status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status"
        row "$1 without snug is killed, run $i" "$run" \
            'own/memory.max 256M' -- 'status 137' 'oom_kill 1' stderr
        row "$1 finishes, run $i" "preload $run" \
            'own/memory.max 256M' -- 'finished 2256 blocks live' 'oom_kill 0'
    done
}

# The kernel keeps a record of what a filter kills for and of what it only logs. Its line
# ends in: sig=0 arch=c000003e syscall=27 compat=0 ip=0x402b5e code=0x7ffc0000
seccomp_rows() { # NAME
    local records='dmesg | sed -n "/comm=.NAME/s/.* sig=\([0-9]*\) .* syscall=27 .* code=/sig \1 code /p"'
    row "$1 is killed by its filter" \
        "ln -s /bin/$1 plain; ./plain filter; r=\$?; ${records/NAME/plain}; exit \$r" -- \
        'status 159' 'sig 31 code 0x80000000' stderr
    row "$1 survives with seccomp.guard = log, and the kernel logs it" \
        "ln -s /bin/$1 softened
         SNUG_SECCOMP_GUARD=log SNUG_LOG_FILE=\$PWD/log preload ./softened filter
         ${records/NAME/softened}" -- \
        survived 'sig 0 code 0x7ffc0000'
}

# What snug relies on, without it: see facts.
fact_rows() {
    local source name
    for source in "$(dirname "$0")"/../facts/kernel/*.c; do
        name=$(basename "$source" .c)
        row "the fact $name" "/facts/$name" -- 'status 0'
    done
}

newest=$(awk '{print $1}' "$list" | sort -uV | tail -n 1)
if [ -n "$is_spare" ]; then
    spare_rows "$newest-internal" 1.22.2-internal
    yama_rows 1.22.2-static
    exit
fi
if [ -n "$is_containers" ]; then
    . "$(dirname "$0")/contained.sh"
    exit
fi
if [ -n "$is_resize" ]; then
    . "$(dirname "$0")/follow.sh"
    exit
fi

while read -r release mode name; do
    matrix_rows "$release" "$mode" "$name"
    [ "$mode" != static ] || static_rows "$release" "$name"
    case $mode in static | static-cgo | static-pie | pie-nocgo | musl-pie-nocgo)
        confined_rows "$release" "$name"
        ;;
    esac
done <"$list"

# A script of the preload suite.
script_row() { # STATUS NAME PROGRAM
    row "preload/$2.sh" "sh /preload/$2.sh /lib/libsnug.so $3" -- "status $1" stderr
}

if [ -n "$is_arm64" ]; then
    script_row 0 present /bin/preload_victim
    script_row 0 guard /bin/filters
    # Its programs in C, all of which must be well before it says that there is no Go.
    script_row 77 threads /bin/preload_workers
    c_rows readers readers-musl
    exit
fi

for name in "$newest-external" "$newest-internal" "$newest-pie" 1.22.2-internal; do
    limit_rows "${name%%-*}" "$name"
done
for name in "$newest-static" 1.22.2-static; do
    trace_rows "$name"
done
for name in "$newest-internal" 1.22.2-external; do
    mask_rows "$name"
    place_rows "$name"
    policy_rows "$name"
    child_rows "$name"
done
user_rows "$newest-internal" 2
user_rows 1.22.2-internal 8
present_rows "$newest-external"
present_rows 1.22.2-external
c_rows readers readers-musl
row 'what C code sets is shown as it was set' 'SNUG_SCOPE=all SNUG_CPU_COUNT=1 preload pins' -- 111111
seccomp_rows "$newest-seccomp"
seccomp_rows 1.22.2-seccomp
. "$(dirname "$0")/doctor.sh"
doctor_rows
n_oom=3
[ -z "$is_long" ] || n_oom=10
oom_rows "$newest-live" $n_oom
fact_rows
