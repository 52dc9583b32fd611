# SPDX-License-Identifier: LGPL-2.1-or-later
# Cases of follow, for cases.sh --resize, which sources this. The programs are those of DIR/resize.

follow='SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=1s preload'

# Without --long, what is the same for each program of a kind is shown by one of them.
is_shown_by() { # NAME
    [ -n "$is_long" ] || [ "$1" = "$newest-resize-external" ] || [ "$1" = "$newest-resize-static" ]
}

# What 256, 512 and 192 MiB leave, in whole 2 MiB.
limit_512m=482344960
limit_192m=180355072
limit_160m=150994944
limit_140m_high=138412032 # Half of the headroom is kept below memory.high.

# A load that keeps 30 MiB and would take 150 if nobody held it back: what lies above a new limit is
# killed by the kernel before anyone can follow.
follow_load() { # NAME
    echo "$1 -for 1h -goroutines 1 -pause 4ms -live 30"
}

follow_steps() { # RELEASE PREFIX COUNT…, in the order 4, 2, max, 3
    local step lines=() release=$1 at=$2
    shift 2
    # CPUs and memory change together.
    for step in "400000 100000|512M|$1|$limit_512m" "200000 100000|192M|$2|$limit_192m" \
        "max 100000|max|$3|$no_limit" "300000 100000|max|$4|$no_limit"; do
        IFS='|' read -r cpu memory count limit <<<"$step"
        steps="$steps '${at}cpu.max=$cpu' '${at}memory.max=$memory' 'GOMAXPROCS $count'"
        lines+=("GOMAXPROCS $count in time")
        [ "$(minor "$release")" -ge 19 ] || continue
        steps="$steps 'GOMEMLIMIT $limit' 'within $limit'"
        lines+=("GOMEMLIMIT $limit in time" "within $limit in time")
    done
    expected=("${lines[@]}")
}

follow_row() { # LABEL RELEASE NAME VARIABLES PREFIX FIRST COUNT…
    local label=$1 release=$2 name=$3 variables=$4 at=$5 first=$6 steps= expected
    shift 6
    follow_steps "$release" "$at" "$@"
    row "$name $label" "resize GOGC=400 $variables $follow $(follow_load "$name") -- \
        'GOMAXPROCS ${first%%00000*}' $steps" \
        "${at}cpu.max $first" "${at}memory.max 256M" -- \
        "GOMAXPROCS ${first%%00000*} in time" "${expected[@]}" 'status 0'
}

follow_rows() { # RELEASE MODE NAME
    follow_row 'follows its own limits' "$1" "$3" SNUG_CPU_MIN=1 own/ '100000 100000' 4 2 8 3
    is_shown_by "$3" || return 0
    follow_row "follows its parent's limits" "$1" "$3" SNUG_CPU_MIN=1 '' '100000 100000' 4 2 8 3
    [ "$(minor "$1")" -lt 25 ] || follow_row 'leaves alone what Go follows by itself' \
        "$1" "$3" SNUG_LOG=off own/ '200000 100000' 4 2 8 3
}

# The memory limit of a program into which nothing can be preloaded, by the init that waits for it.
outside='SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=1s snug run --init'

outside_row() { # LABEL NAME PREFIX
    local step limit steps= lines=()
    for step in "512M $limit_512m" "192M $limit_192m" "max $no_limit" "512M $limit_512m"; do
        limit=${step#* }
        steps="$steps '${3}memory.max=${step% *}' 'GOMEMLIMIT $limit' 'within $limit'"
        lines+=("GOMEMLIMIT $limit in time" "within $limit in time")
    done
    row "$2 $1 from outside" "resize GOGC=400 $outside $(follow_load "$2") -- \
            'GOMEMLIMIT $planned_limit' $steps" \
        "${3}memory.max 256M" 'own/cpu.max 150000 100000' -- \
        "GOMEMLIMIT $planned_limit in time" "${lines[@]}" 'status 0'
}

outside_rows() { # RELEASE NAME
    outside_row 'has its own limit followed' "$2" own/
    is_shown_by "$2" || return 0
    outside_row "has its parent's limit followed" "$2" ''
    row "$2 keeps the user's GOMEMLIMIT through a resize" \
        "resize GOMEMLIMIT=100MiB $outside $(follow_load "$2") -- own/memory.max=512M rest \
            'GOMEMLIMIT 104857600'" \
        'own/memory.max 256M' -- 'GOMEMLIMIT 104857600 in time' 'status 0'
    [ "$1" = "$newest" ] || return 0
    row "$2 is followed as another user without any privileges" \
        "printf '#!/bin/sh\nexec snug run --init $(follow_load "$2")\n' >start; chmod 755 start
            resize GOGC=400 ${outside% snug*} setpriv --nnp su -s \$PWD/start nobody -- \
            'GOMEMLIMIT $planned_limit' own/memory.max=512M 'GOMEMLIMIT $limit_512m'" \
        'own/memory.max 256M' -- "GOMEMLIMIT $planned_limit in time" \
        "GOMEMLIMIT $limit_512m in time" 'status 0'
}

# Its heap doubles behind the shrink: 110 MiB live would take 220 of 192.
follow_oom_rows() { # NAME COUNT FOLLOW
    local i with load="$1 -for 1h -goroutines 1 -pause 1ms -live 50 -grow 110"
    local follow=$3 starts=preload
    case $follow in *' snug run --init') starts='snug run --init' ;; esac
    for i in $(seq "$2"); do
        with="resize GOGC=400 SNUG_FOLLOW=off $starts $load -- 'GOMEMLIMIT $limit_512m' own/memory.max=192M grow end"
        ! is_shown_by "$1" || row "$1 without follow is killed behind a shrink, run $i" \
            "$with; status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status" \
            'own/memory.max 512M' -- 'status 137' 'oom_kill 1' stderr
        with="resize GOGC=400 $follow $load -- own/memory.max=192M 'GOMEMLIMIT $limit_192m' grow rest"
        row "$1 survives a shrink, run $i" \
            "$with; status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status" \
            'own/memory.max 512M' -- "GOMEMLIMIT $limit_192m in time" 'oom_kill 0' 'status 0'
    done
}

# Most of what it uses is garbage. The order of libsnug(7): memory.high, wait, memory.max.
follow_shrink_rows() { # NAME
    local with="GOGC=400 $follow $1 -for 1h -goroutines 1 -pause 1ms -live 50 -- 'over 200'"
    local end="status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status"
    row "$1 is killed where memory.max falls below its use" \
        "resize $with own/memory.max=160M rest; status=\$?
            grep -q '^oom_kill [1-9]' \$BOX/own/memory.events && echo for memory; exit \$status" \
        'own/memory.max 256M' -- 'over 200 in time' 'for memory' 'status 137' stderr
    row "$1 shrinks where memory.high falls below its use" \
        "resize $with own/memory.high=140M 'GOMEMLIMIT $limit_140m_high' 'under 150' \
            own/memory.max=160M rest own/memory.max=256M own/memory.high=max \
            'GOMEMLIMIT $planned_limit' rest; $end" \
        'own/memory.max 256M' -- 'over 200 in time' "GOMEMLIMIT $limit_140m_high in time" \
        'under 150 in time' "GOMEMLIMIT $planned_limit in time" 'oom_kill 0' 'status 0'
}

# 80 MiB alive and 120 that Go does not count: a tenth kept back lets the heap grow to 160.
measured_rows() { # RELEASE NAME [STARTS]
    local load="$2 -for 1h -goroutines 1 -pause 1ms -live 80 -others 120" starts=${3:-preload}
    local measured="SNUG_MEMORY_HEADROOM=measured SNUG_FOLLOW_INTERVAL=100ms $starts"
    [ "$(minor "$1")" -ge 19 ] || return 0
    ! is_shown_by "$2" || row "$2 is killed beside memory that Go does not count" \
        "SNUG_LOG=off $starts $load" 'own/memory.max 256M' -- 'status 137' stderr
    row "$2 lives beside it where the headroom is measured" \
        "resize $measured $load -of 256 -- 'others 120'" \
        'own/memory.max 256M' -- 'others 120 in time' 'status 0'
    [ "$1" = "$newest" ] && is_shown_by "$2" || return 0
    row "$2 lives beside it under its parent's limit" \
        "resize $measured $load -of 256 -- 'others 120'" \
        'memory.max 256M' -- 'others 120 in time' 'status 0'
}

# The same ten times, under 256 MiB and 1 GiB. Who watches has left the cgroup.
measured_times() { # NAME
    local mib load from="echo \$\$ >\$BOX/own/cgroup.procs" is_alone=
    for mib in 256 1024; do
        load="$1 -for 1h -goroutines 1 -pause 1ms -live $((mib * 5 / 16)) -others $((mib * 15 / 32))"
        row "$1 is killed beside memory that Go does not count, of $mib MiB, ten times" \
            "n=0; for i in \$(seq 10); do SNUG_LOG=off preload $load >/dev/null
                [ \$? = 137 ] && n=\$((n + 1)); done; echo killed \$n" \
            "own/memory.max ${mib}M" -- 'killed 10' stderr
        row "$1 lives beside it where the headroom is measured, of $mib MiB, ten times" \
            "n=0; for i in \$(seq 10); do $from
                resize SNUG_MEMORY_HEADROOM=measured SNUG_FOLLOW_INTERVAL=100ms preload $load \
                    -of $mib -- 'others ${load##* }' >said && grep -q ' in time' said && n=\$((n + 1)); done
            echo lived \$n; cat said" "own/memory.max ${mib}M" -- 'lived 10'
        is_alone=1 # Four of these are more than the machine has.
    done
}

# The script that runs under version 1 on the machine itself.
several_row() { # RELEASE NAME
    [ "$(minor "$1")" -ge 19 ] || return 0
    [ -n "$is_long" ] || [ "$2" = "$newest-resize-external" ] || return 0
    row "$2 beside others like it, under version 2" \
        "mkdir -p /dev/shm; disk=\$(ls /dev/nvme0n1 /dev/vda 2>/dev/null | head -n 1)
            SNUG_TEST_DISK=\$disk SNUG_TEST_RESIZE=/bin/$2 ${is_long:+SNUG_LONG=1} bash \
            /test/preload/several.sh /lib/libsnug.so /bin/tide" -- 'status 0' stderr
}

# The kernel kills at once where memory.max falls below what is in use.
announced_row() { # NAME
    local with="SNUG_FOLLOW_ANNOUNCE=/announced GOGC=400 $follow $1 -for 1h -goroutines 1"
    local end="status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status"
    row "$1 shrinks where a smaller limit is announced" \
        "resize $with -pause 1ms -live 50 -- 'over 200' ../../../../announced=167772160 \
            'GOMEMLIMIT $limit_160m' 'under 158' own/memory.max=160M rest; $end" \
        'own/memory.max 256M' -- 'over 200 in time' "GOMEMLIMIT $limit_160m in time" \
        'under 158 in time' 'oom_kill 0' 'status 0'
}

# A user's values stay.
follow_user_rows() { # NAME
    row "$1 keeps the user's GOMAXPROCS and GOMEMLIMIT through a resize" \
        "resize GOMAXPROCS=5 GOMEMLIMIT=100MiB $follow $(follow_load "$1") -- \
            'own/cpu.max=400000 100000' own/memory.max=512M \
            'GOMAXPROCS 5' 'GOMEMLIMIT 104857600'; cat lines" \
        "${box_15[@]}" -- 'GOMAXPROCS 5 in time' 'GOMEMLIMIT 104857600 in time' \
        'GOMAXPROCS 5' 'GOMEMLIMIT 104857600' 'C sees 4 CPUs'
}

# 300 MiB are more than the guard of the start allowed.
follow_guard_row() { # NAME
    row "$1 with span.guard = refuse may grow up to its new limit" \
        "resize SNUG_SPAN_GUARD=refuse $follow $1 -for 1h -goroutines 1 -pause 1ms -live 50 \
            -grow 300 -- own/memory.max=512M 'GOMEMLIMIT $limit_512m' grow rest" \
        'own/memory.max 256M' -- "GOMEMLIMIT $limit_512m in time" 'status 0'
}

# With --long ten times with the newest release, and once with each other program.
follow_oom_times() { # RELEASE MODE, prints how often
    if [ "$(minor "$1")" -lt 19 ]; then
        echo 0
    elif [ -n "$is_long" ] && [[ "$2" = static || "$1-$2" = "$newest-external" ]]; then
        echo 10
    elif [ -n "$is_long" ] || [ "$2" = external ] || [ "$1-$2" = "$newest-static" ]; then
        echo 1
    else
        echo 0
    fi
}

if [ -e "${list%/*}/resize" ]; then
    while read -r release mode name; do
        n_times=$(follow_oom_times "$release" "$mode")
        case $mode in
        static | pie-nocgo)
            outside_rows "$release" "$name"
            measured_rows "$release" "$name" 'snug run --init'
            follow_oom_rows "$name" "$n_times" "$outside"
            ;;
        *)
            follow_rows "$release" "$mode" "$name"
            measured_rows "$release" "$name"
            [ -z "$is_long" ] || case $(minor "$release")-$mode in
            19-*ternal | 22-*ternal | 26-*ternal | "$(minor "$newest")"-*ternal) measured_times "$name" ;;
            esac
            several_row "$release" "$name"
            follow_oom_rows "$name" "$n_times" "$follow"
            ;;
        esac
    done <"${list%/*}/resize"
    follow_user_rows "$newest-resize-external"
    follow_guard_row "$newest-resize-external"
    follow_shrink_rows "$newest-resize-external"
    announced_row "$newest-resize-external"
fi
