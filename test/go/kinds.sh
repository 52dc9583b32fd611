# SPDX-License-Identifier: LGPL-2.1-or-later
# What memory is made of, for the script that sources this: it has group, bin, build and work. The
# file whose page cache counts lies beside the build, for temporary files may lie in memory.

# Starts the program kinds in the cgroup; leaves its number in kinds_pid, and its input open.
kinds_begin() { # RELEASE ARGUMENT…
    local release=$1
    shift
    rm -f "$work/input"
    mkfifo "$work/input"
    : >"$work/said"
    (cgroup_exec "$group" "$bin/$release-kinds" "$@") <"$work/input" >"$work/said" 2>&1 &
    kinds_pid=$!
    exec 7>"$work/input"
    until grep -qx ready "$work/said" || ! kill -0 $kinds_pid 2>/dev/null; do sleep 0.05; done
}

kinds_end() {
    exec 7>&-
    wait $kinds_pid || true
}

# What doctor says of it, as text in found.
kinds_doctor() { # ARGUMENT…
    "$build/lib/snug" doctor --pid $kinds_pid "$@" >"$work/found" 2>"$work/why" || true
}

# The grade of a check, and its mend.
kinds_grade() { # CHECK
    sed -n "s/^  $1 *\([a-z]*\): .*/\1/p" "$work/found"
}

kinds_mend() { # CHECK
    awk -v name="$1" '
        /^  [^ ]/ { on = $1 == name; is_mend = 0 }
        on && is_mend { sub(/^ */, ""); print }
        on && /^ *mend \(/ { is_mend = 1 }' "$work/found"
}

# Notes what the check says unless it has that grade.
kinds_expect() { # CHECK GRADE
    [ "$(kinds_grade "$1")" = "$2" ] && return
    grep -A 6 "^  $1" "$work/found" >>"$work/wrong"
    echo "$1 is not $2" >>"$work/wrong"
}

# Each kind, of each release: as the kernel and the runtime have it.
test_parts() {
    local program release status shared memory
    shared=$(tmpfs_make) || { skip 'what memory is made of' "$shared"; return; }
    # A fresh one: page cache is that of the cgroup that has read the file first.
    cgroup_close "$group"
    group=$(cgroup_open)
    memory=${group##* }
    cgroup_limit "$group" 200000 $((512 << 20))
    for program in "$bin"/*-kinds; do
        release=${program##*/} release=${release%-kinds} status=0
        kinds_begin "$release" -live 24 -idle 16 -c 16 -threads 3 -metrics \
            -files 8 -cache "$build/kinds.cache" -shared "$shared/file"
        kinds_doctor --json
        "$here/kinds.py" "$work/found" "$work/said" $kinds_pid "$memory" 17 8 \
            >"$work/why" 2>&1 || status=1
        [ ! -s "$work/why" ] || status=1
        "$build/lib/snug" capture --pid $kinds_pid "$work/tree" >>"$work/why" 2>&1 || status=1
        { "$build/lib/snug" doctor --root "$work/tree" || true; } | diff - "$work/tree/doctor" >>"$work/why" ||
            status=1
        rm -r "$work/tree"
        kinds_end
        rm "$build/kinds.cache" "$shared/file"
        result $status "$release-kinds: each kind of memory is told as it is"
    done
    rm -r "$shared"
}

# Two processes of one file: where the account stands is searched in the first alone.
test_several() {
    local status=0 other
    kinds_begin "$newest_kinds" -live 8
    (cgroup_exec "$group" "$bin/$newest_kinds-kinds" -live 64) <"$work/input" >"$work/other" 2>&1 7>&- &
    other=$!
    until grep -qx ready "$work/other" || ! kill -0 $other 2>/dev/null; do sleep 0.05; done
    "$build/lib/snug" doctor --json --cgroup "${group##* }" >"$work/found" 2>"$work/why" || true
    kinds_end
    wait $other || true
    python3 -c 'if True:
        import json, sys
        found = [process["memory"]["process"] for process in json.load(open(sys.argv[1]))["processes"]]
        for one in found:
            if one["go_why"]:
                print(one["go_why"])
        allocated = sorted(one["go_alloc_bytes"] >> 20 for one in found)
        if len(found) != 2 or not 8 <= allocated[0] < 32 or not 64 <= allocated[1] < 96:
            print("MiB that are allocated:", allocated)' "$work/found" >>"$work/why" 2>&1
    [ ! -s "$work/why" ] || status=1
    result $status 'two processes of one file, each with its own account'
}

# A heap that has no room: by GOMEMLIMIT, by the limit, and with what mends either.
test_live() {
    local status=0 mend
    : >"$work/wrong"
    cgroup_limit "$group" 200000 $((256 << 20))
    export GOMEMLIMIT=40MiB
    kinds_begin "$newest_kinds" -live 40
    kinds_doctor
    kinds_end
    kinds_expect memory.live error
    mend=$(kinds_mend memory.live)
    [ "$mend" = GOMEMLIMIT=241172480 ] || echo "the mend is $mend" >>"$work/wrong"
    export "${mend:-GOMEMLIMIT=40MiB}"
    kinds_begin "$newest_kinds" -live 40
    kinds_doctor
    kinds_end
    kinds_expect memory.live ok
    unset GOMEMLIMIT

    cgroup_limit "$group" 200000 $((96 << 20))
    export GOGC=20
    kinds_begin "$newest_kinds" -live 58
    kinds_doctor
    kinds_end
    kinds_expect memory.live warning
    mend=$(kinds_mend memory.live | sed -n 's/^resources: {limits: {memory: "\([0-9]*\)Mi"}}$/\1/p')
    cgroup_limit "$group" 200000 $((${mend:-96} << 20))
    kinds_begin "$newest_kinds" -live 58
    kinds_doctor
    kinds_end
    kinds_expect memory.live ok
    unset GOGC
    [ ! -s "$work/wrong" ] || status=1
    mv "$work/wrong" "$work/why"
    result $status 'a live heap that is near its limit, and mended'
}

# Threads of C, each with an arena of its own.
test_arenas() {
    local status=0 mend way
    : >"$work/wrong"
    cgroup_limit "$group" 100000 $((256 << 20))
    kinds_begin "$newest_kinds" -c 24
    kinds_doctor
    kinds_end
    kinds_expect memory.arenas ok
    for way in plain snug; do
        [ $way = plain ] || export LD_PRELOAD="$object" SNUG_POLICY="$work/policy"
        : >"$work/policy"
        kinds_begin "$newest_kinds" -threads 40 -each 1024
        kinds_doctor
        kinds_end
        kinds_expect memory.arenas warning
        mend=$(kinds_mend memory.arenas)
        case $way-$mend in
        plain-MALLOC_ARENA_MAX=2) export "$mend" ;;
        snug-'malloc.arenas = auto') echo "$mend" >"$work/policy" ;;
        *) echo "$way: the mend is $mend" >>"$work/wrong" ;;
        esac
        kinds_begin "$newest_kinds" -threads 40 -each 1024
        kinds_doctor
        kinds_end
        kinds_expect memory.arenas ok
        unset MALLOC_ARENA_MAX
    done
    unset LD_PRELOAD SNUG_POLICY
    [ ! -s "$work/wrong" ] || status=1
    mv "$work/wrong" "$work/why"
    result $status 'more arenas of malloc than CPUs can use, and mended'
}

test_kinds() {
    local newest_kinds
    newest_kinds=$(cd "$bin" && ls -- *-kinds | sort -V | tail -n 1)
    newest_kinds=${newest_kinds%-kinds}
    if [ -z "$group" ] && ! group=$(cgroup_open); then
        group=
        skip 'what memory is made of' 'machine lacks a cgroup that may be made'
        return
    fi
    test_parts
    test_several
    test_live
    test_arenas
}
