# SPDX-License-Identifier: LGPL-2.1-or-later
# Cases of follow, for cases.sh --resize, which sources this. The programs are those of DIR/resize.

follow='SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=1s preload'

# What 256, 512 and 192 MiB leave, in whole 2 MiB.
limit_512m=482344960
limit_192m=180355072

# A load that keeps 30 MiB and would take 150 if nobody held it back: what lies above a new limit is
# killed by the kernel before anyone can follow.
follow_load() { # NAME
    echo "$1 -for 100s -goroutines 1 -pause 4ms -live 30"
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
    [ "$1" != "$newest" ] && [ -z "$is_long" ] ||
        follow_row "follows its parent's limits" "$1" "$3" SNUG_CPU_MIN=1 '' '100000 100000' 4 2 8 3
    [ "$(minor "$1")" -lt 25 ] || follow_row 'leaves alone what Go follows by itself' \
        "$1" "$3" SNUG_LOG=off own/ '200000 100000' 4 2 8 3
}

# Its heap doubles behind the shrink: 110 MiB live would take 220 of 192.
follow_oom_rows() { # NAME COUNT
    local i with load="GOGC=400 $1 -for 100s -goroutines 1 -pause 1ms -live 50 -grow 110"
    for i in $(seq "$2"); do
        with="resize SNUG_FOLLOW=off preload $load -- 'GOMEMLIMIT $limit_512m' own/memory.max=192M grow rest"
        row "$1 without follow is killed behind a shrink, run $i" \
            "$with; status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status" \
            'own/memory.max 512M' -- 'status 137' 'oom_kill 1' stderr
        with="resize $follow $load -- own/memory.max=192M 'GOMEMLIMIT $limit_192m' grow rest"
        row "$1 survives a shrink, run $i" \
            "$with; status=\$?; grep '^oom_kill ' \$BOX/own/memory.events; exit \$status" \
            'own/memory.max 512M' -- "GOMEMLIMIT $limit_192m in time" 'oom_kill 0' 'status 0'
    done
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
        "resize SNUG_SPAN_GUARD=refuse $follow $1 -for 100s -goroutines 1 -pause 1ms -live 50 \
            -grow 300 -- own/memory.max=512M 'GOMEMLIMIT $limit_512m' grow rest" \
        'own/memory.max 256M' -- "GOMEMLIMIT $limit_512m in time" 'status 0'
}

# With --long ten times with the newest release, and once with each other program.
follow_oom_times() { # RELEASE MODE, prints how often
    if [ "$(minor "$1")" -lt 19 ]; then
        echo 0
    elif [ -n "$is_long" ] && [ "$1-$2" = "$newest-external" ]; then
        echo 10
    elif [ -n "$is_long" ] || [ "$2" = external ]; then
        echo 1
    else
        echo 0
    fi
}

if [ -e "${list%/*}/resize" ]; then
    while read -r release mode name; do
        follow_rows "$release" "$mode" "$name"
        follow_oom_rows "$name" "$(follow_oom_times "$release" "$mode")"
    done <"${list%/*}/resize"
    follow_user_rows "$newest-resize-external"
    follow_guard_row "$newest-resize-external"
fi
