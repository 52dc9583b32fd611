#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run` of a program into which nothing can be preloaded: its start is traced until it has
# counted the CPUs. Where tracing is refused, it is as without. It starts 300 programs that get
# signals meanwhile, or as many as SNUG_TEST_STARTS says.
#
#   trace.sh SNUG COUNTER VAGUE STATIC
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1") counter=$(realpath "$2") vague=$(realpath "$3") static=$(realpath "$4")
traced=$counter
. "$(dirname "$0")/traced.sh"

counts_what_is_planned() { # OPTION…
    local way
    for way in plain other wait-not; do
        try 3 "$snug" run "$@" --cpu.count=1 -- "$counter" $way
        is_calm
        prints_line 'children none'
        prints_line "counted 1, then $n_cpus"
        prints_line "$(printf 'TracerPid:\t0')"
        [ $way != other ] || prints_line "others $n_cpus $n_cpus"
    done
    # A child of its own that counts first has a mask of its own, whole as its parent's, and is
    # waited for as ever.
    try 3 "$snug" run "$@" --cpu.count=1 -- "$counter" orphan
    prints_line "counted 1, then $n_cpus"
    try 3 timeout 60 "$snug" run "$@" --cpu.count=1 -- "$counter" parent
    prints_line "child's code 7"
    prints_line "counted 1, then $n_cpus"
    prints_line "$(printf 'TracerPid:\t0')"
    # What it execs first starts as without snug, and is traced by nobody.
    try 3 "$snug" run "$@" --cpu.count=1 -- "$counter" exec "$counter"
    prints_line "counted $n_cpus, then $n_cpus"
    prints_line "$(printf 'TracerPid:\t0')"
}

# What it goes on to before it has counted has SIGCHLD as it would have without snug, and no child.
leaves_sigchld() { # OPTION…
    local way start
    for way in exec deaf; do
        for start in --default-signal=CHLD --ignore-signal=CHLD; do
            try 0 env "$start" "$counter" "$way" /bin/grep SigIgn /proc/self/status
            mv "$work/out" "$work/without"
            try 0 env "$start" "$snug" run "$@" --cpu.count=1 -- "$counter" "$way" \
                /bin/grep SigIgn /proc/self/status
            cmp "$work/without" "$work/out" || fail "SIGCHLD is not as it was, $way, $start"
        done
    done
    try 3 env --default-signal=CHLD "$snug" run "$@" --cpu.count=1 -- "$counter" exec "$counter"
    prints_line 'children none'
}

# Whoever turns out to be no Go program that starts has its children, and nobody who traces it: one
# that makes many calls, or C code with Go linked in, which it may be if no build mode is recorded.
others_are_as_without() { # PROGRAM WAY OPTION…
    local program=$1 way=$2 start
    shift 2
    for start in --default-signal=CHLD --ignore-signal=CHLD; do
        try 3 env "$start" "$program" "$way"
        mv "$work/out" "$work/without"
        try 3 timeout 60 env "$start" "$snug" run "$@" --cpu.count=1 -- "$program" "$way"
        is_calm
        cmp "$work/without" "$work/out" || fail "$way is not as without snug, $start"
    done
    has_pid_namespaces || return 0
    try 3 unshare -pf --mount-proc "$snug" run "$@" --cpu.count=1 -- "$program" "$way"
    prints_line "child's code 7"
    prints_line 'another child no'
    prints_line "$(printf 'TracerPid:\t0')"
}

# What cannot be known to be a program of Go alone has its count in the variables too.
vague_one_has_both() {
    try 3 "$snug" run --cpu.count=1 -- "$vague"
    prints_line GOMAXPROCS=1
    prints_line 'children none'
    prints_line "counted 1, then $n_cpus"
    try 0 "$snug" explain --cpu.count=1 -- "$vague"
    prints 'says whether it is C code with Go linked in'
    prints 'GOMAXPROCS      1'
    try 0 "$snug" explain --cpu.count=1 -- "$counter"
    prints_no "says whether it is C code"
}

# What is opened meanwhile may not come into the place of a standard stream.
closed_streams() { # PROGRAM OPTION…
    local program=$1 closed
    shift
    for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- >&- 2>&-'; do
        what="closed streams, $closed, $*"
        : >"$work/err"
        eval '"$program" closed 3>"$work/without"' "$closed" || :
        eval '"$snug" run "$@" --cpu.count=1 -- "$program" closed 3>"$work/out"' "$closed" || :
        prints_line "$(head -n 1 "$work/without")"
        prints_line "counted 1, then $n_cpus"
        prints_line 'children none'
        prints_line "$(printf 'TracerPid:\t0')"
    done
}

# A program that waits is anybody's to trace after a while.
is_not_traced_for_ever() { # PROGRAM
    local pid i
    what='a program that waits'
    mkfifo "$work/pipe"
    env --default-signal=CHLD "$snug" run --cpu.count=1 -- "$1" block 3<>"$work/pipe" \
        >"$work/out" 2>"$work/err" &
    pid=$!
    for ((i = 0; i < 600; i++)); do
        [ "$(readlink "/proc/$pid/exe")" = "$1" ] && grep -q "^TracerPid:.0$" "/proc/$pid/status" && break
        sleep 0.1
    done
    [ $i -lt 600 ] || fail 'it is still traced'
    echo >"$work/pipe"
    wait $pid || :
    prints_line "child's code 7"
    prints_line 'another child no'
    rm "$work/pipe"
}

# … but a call that a stop would end is left alone. Twice as many ticks of the tracer as it waits.
is_not_interrupted() { # PROGRAM
    local pid tracer first ticks=
    what='a program that waits for events'
    : >"$work/out"
    mkfifo "$work/pipe"
    env --default-signal=CHLD "$snug" run --cpu.count=1 -- "$1" epoll 3<>"$work/pipe" \
        >"$work/out" 2>"$work/err" &
    pid=$!
    until grep -q waits "$work/out" && grep -q '^State:.S' "/proc/$pid/status"; do
        sleep 0.1
    done
    tracer=$(sed -n 's/^TracerPid:.//p' "/proc/$pid/status")
    first=$(slept "$tracer")
    until [ "${ticks:-0}" -ge $((first + 4)) ] || [ "$tracer" = 0 ] || grep -q events "$work/out"; do
        sleep 0.1
        ticks=$(slept "$tracer")
    done
    echo 1<>"$work/pipe" # The program may have ended.
    wait $pid || :
    prints_line 'events 1, no error'
    prints_line "child's code 7"
    prints_line 'another child no'
    prints_line "$(printf 'TracerPid:\t0')"
    rm "$work/pipe"
}

slept() { # PID
    sed -n 's/^voluntary_ctxt_switches:.//p' "/proc/$1/status" 2>"$work/where" || :
}

counts_as_without() { # OPTION…
    try 3 "$snug" run "$@" -- "$counter"
    prints_line "counted $n_cpus, then $n_cpus"
}

follows_what_is_none() { # OPTION…
    finds_no_limit "$@"
    prints_line 'children none'
    # One without a thread is traced to its end.
    try 3 "$snug" run --init "$@" --follow=on -- "$counter"
    is_calm
    prints_line 'children none'
    # What it becomes is another program, and nobody's to trace.
    SNUG_LOG=error try 3 "$snug" run --init "$@" --follow=on -- "$counter" become "$counter"
    is_calm
    prints_line "$(printf 'TracerPid:\t0')"
    case " $* " in *' --pin '*) ;; *) prints_line "counted $n_cpus, then $n_cpus" ;; esac
    # Without an init nobody stays.
    SNUG_LOG=error try 3 "$snug" run "$@" --follow=on -- "$counter" thread
    complains 'no limit is followed: the object cannot follow here; snug run --init follows'
    # A value of the user's is left alone.
    SNUG_LOG=error GOMEMLIMIT=1GiB try 3 "$snug" run --init "$@" --follow=on -- "$counter" thread
    is_calm
}

nothing_to_cut() {
    counts_as_without
    SNUG=off counts_as_without --cpu.count=1
    try 127 "$snug" run --cpu.count=1 -- "$counter" exec /none
    cp "$counter" "$work/gone"
    printf '#!/no/such/interpreter\n' >"$work/script"
}

refused() { # OPTION…
    local names
    for names in '"ptrace"' '"socketpair", "pipe2", "pipe"'; do
        refused_by "$names" "$@"
        # Nothing is tried for a program that is not Go.
        try 3 "$snug" run --seccomp "$work/profile" -- env SNUG_LOG=error "$snug" run \
            --cpu.count=1 -- "$static"
        is_calm
    done
    try 0 "$snug" run --seccomp "$work/profile" -- "$snug" explain --cpu.count=1 -- "$counter"
    prints 'tracing is refused'
    prints 'GOMAXPROCS      1: the Go runtime would count otherwise'
}

# A process that could not be started: codes stay what they are.
not_started() { # OPTION…
    cp "$counter" "$work/broken"
    chmod 755 "$work/broken"
    "$snug" run "$@" --cpu.count=1 --seccomp "$work/none" -- "$counter" >"$work/out" 2>&1 && fail 'starts'
    try 127 "$snug" run "$@" --cpu.count=1 -- "$counter" exec /none
}

# Without privileges, and root without all of them, whom an exec gives them back.
as_others() {
    local mine
    [ "$(id -u)" = 0 ] && command -v setpriv >"$work/where" || return 0
    mine=$(mktemp -d)
    chmod 755 "$mine"
    cp "$snug" "$counter" "$mine"
    try 3 setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all "$mine/snug" run --cpu.count=1 -- "$mine/counter"
    prints_line "counted 1, then $n_cpus"
    rm -r "$mine"
}

for options in '' --init; do
    counts_what_is_planned $options
    leaves_sigchld $options
    refused $options
    not_started $options
    as_pid_1 $options
    signals_within_the_window $options
    closed_streams "$counter" $options
    closed_streams "$vague" $options
    others_are_as_without "$counter" many $options
    others_are_as_without "$vague" many $options
    others_are_as_without "$vague" library $options
done
is_not_traced_for_ever "$counter"
is_not_traced_for_ever "$vague"
is_not_interrupted "$counter"
vague_one_has_both
nothing_to_cut
follows_what_is_none
follows_what_is_none --cpu.count=1
follows_what_is_none --pin --cpu.count=1
as_others
end
