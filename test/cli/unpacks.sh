#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run` of a packed program, of which nobody knows before whether it is Go. Its start is traced
# as far as it looks like that of a Go program. It starts 300 programs that get signals meanwhile, or
# as many as SNUG_TEST_STARTS says.
#
#   unpacks.sh SNUG COUNTER
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1")
# As packers leave a program: see programs.sh.
packed=$work/packed
cp "$2" "$packed"
for at in 40 41 42 58 60 62; do
    printf '\0' | dd of="$packed" bs=1 seek=$at conv=notrunc status=none
done
traced=$packed
. "$(dirname "$0")/traced.sh"

is_whole() {
    is_calm
    prints_line "counted $n_cpus, then $n_cpus"
    prints_line "$(printf 'TracerPid:\t0')"
}

counts_what_is_planned() { # OPTION…
    local way
    for way in plain other 'late 100'; do
        try 3 "$snug" run "$@" --cpu.count=1 -- "$packed" $way
        is_calm
        prints_line 'children none'
        prints_line "counted 1, then $n_cpus"
        prints_line "$(printf 'TracerPid:\t0')"
        prints_line GOMAXPROCS=1
    done
}

# Whoever is not Go, or does what no start of a Go program does.
others_are_as_without() { # OPTION…
    local way start
    for way in stranger parent 'late 1000' speak 'exec /bin/true' 'deaf /bin/true'; do
        for start in --default-signal=CHLD --ignore-signal=CHLD; do
            local status=0
            env GOMAXPROCS=1 $start "$packed" $way >"$work/without" 2>&1 || status=$?
            try $status env GOMAXPROCS=1 $start "$snug" run "$@" --cpu.count=1 -- "$packed" $way
            is_calm
            cmp "$work/without" "$work/out" || fail "$way is not as without snug, $start"
        done
    done
    try 0 env --default-signal=CHLD "$snug" run "$@" --cpu.count=1 -- "$packed" exec \
        /bin/grep SigIgn /proc/self/status
    prints_line "$(printf 'SigIgn:\t0000000000000000')"
    # A child of its own that counts has nobody who would cut that.
    try 3 "$snug" run "$@" --cpu.count=1 -- "$packed" orphan
    prints_line "counted $n_cpus, then $n_cpus"
}

# An orphan's end comes to the first process of the PID namespace, which may be the program.
others_as_pid_1() { # OPTION…
    local way
    has_pid_namespaces || return 0
    for way in stranger parent; do
        try 3 unshare -pf --mount-proc "$snug" run "$@" --cpu.count=1 -- "$packed" $way
        prints_line "child's code 7"
        is_whole
    done
}

# A process that goes before it says which one it has started is late here. Under strace nobody else
# may trace, so that one is ended: it and nobody else.
ends_none_but_its_own() {
    if ! strace -o "$work/calls" -e inject=clone:delay_exit=1 true 2>"$work/err"; then
        echo 'machine lacks a strace that delays'
        return
    fi
    try 3 strace -f -o "$work/calls" -e trace=clone,kill -e inject=clone:delay_exit=100000 \
        "$snug" run --cpu.count=1 -- "$packed"
    cut -d ' ' -f 1 "$work/calls" | sort -u >"$work/own"
    sed -n 's/.* kill(\([0-9]*\), SIG.*/\1/p' "$work/calls" | sort -u >"$work/ended"
    [ -s "$work/ended" ] || fail 'ends nobody'
    comm -13 "$work/own" "$work/ended" >"$work/out"
    prints_nothing
}

# The object is for dynamic programs, and need not be there.
without_the_object() {
    mkdir "$work/alone"
    cp "$snug" "$work/alone"
    try 3 "$work/alone/snug" run --cpu.count=1 -- "$packed"
    prints_line "counted 1, then $n_cpus"
}

follows_what_is_none() {
    finds_no_limit
    SNUG_LOG=error try 3 "$snug" run --init --follow=on -- "$packed" stranger
    is_whole
}

for options in '' --init; do
    counts_what_is_planned $options
    others_are_as_without $options
    as_pid_1 $options
    others_as_pid_1 $options
    refused_by '"ptrace"' $options
    signals_within_the_window $options
done
ends_none_but_its_own
without_the_object
follows_what_is_none
end
