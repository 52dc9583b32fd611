# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests of a traced start share. Sourced after expect.sh, with `snug` and `traced`, the
# program whose start is traced: a copy of counter.c's.
n_starts=${SNUG_TEST_STARTS:-300}
unset SNUG_TEST_STARTS
n_cpus=$(nproc)
if [ "$n_cpus" -lt 2 ]; then
    echo 'machine lacks a second CPU'
    exit 77
fi
if ! "$snug" explain --json --cpu.count=1 -- "$traced" | grep -q 'snug run traces the start'; then
    echo 'machine lacks the right to trace'
    exit 77
fi

has_pid_namespaces() {
    [ "$(id -u)" = 0 ] && unshare -pf --mount-proc true 2>/dev/null && return
    echo 'machine lacks the right to make a PID namespace'
    return 1
}

# As PID 1: what is left over would be its children.
as_pid_1() { # OPTION…
    has_pid_namespaces || return 0
    try 3 unshare -pf --mount-proc "$snug" run "$@" --cpu.count=1 -- "$traced"
    prints_line 'children none'
    prints_line "counted 1, then $n_cpus"
}

# The variables say it then, and one line of the log does. Leaves the profile.
refused_by() { # NAMES OPTION…
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ['"$1"'],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}' >"$work/profile"
    shift
    try 3 "$snug" run --seccomp "$work/profile" -- env SNUG_LOG=error "$snug" run "$@" \
        --cpu.count=1 -- "$traced"
    complains 'its start cannot be traced (Operation not permitted)'
    prints_line 'children none'
    prints_line "counted $n_cpus, then $n_cpus"
    prints_line GOMAXPROCS=1
}

# After the count it is traced on to its first thread, where its memory limit is to be followed.
# This one has no runtime that could be steered, which one line says.
finds_no_limit() { # OPTION…
    SNUG_LOG=error try 3 "$snug" run --init "$@" --follow=on -- "$traced" thread
    complains "the runtime's limit is not where it was"
    prints_line "$(printf "thread's TracerPid:\t0")"
    prints_line "$(printf 'TracerPid:\t0')"
}

# A signal comes at any moment of the first 10 ms of many starts.
signals_within_the_window() { # OPTION…
    what="a storm, $*"
    "$(dirname "$0")/storm.py" "$n_starts" "$snug" run "$@" --cpu.count=1 -- "$traced" wait \
        >"$work/out" 2>"$work/err" || fail 'a program did not behave'
}
