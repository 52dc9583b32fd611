#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug capture`: explain and doctor say of the tree what they say of the process, and the tree
# holds nothing that is nobody's business.
#
#   capture.sh SNUG KEEPER OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../public.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3")

# Without the checks on what moves while it is looked at, and the sum of all.
still() { # FILE
    awk '
        /^  [^ ]/ { on = $1 !~ /^(cpu\.(throttled|pressure)|memory\.(kinds|working|events|shared|swap))$/ }
        /^error / { on = 0 }
        on { print }' "$1"
}

# The tree says what was said when it was made, to the byte, and what the process says now.
is_replayed() { # TREE PID
    for command in explain doctor; do
        "$snug" $command --root "$1" >"$work/out" 2>"$work/err" || true
        what="$command of a tree" && is_calm
        cmp -s "$work/out" "$1/$command" || fail 'is not what was said'
    done
    for command in 'explain --all' 'explain --json' 'doctor'; do
        status=0
        "$snug" $command --pid "$2" >"$work/live" 2>"$work/err" || status=$?
        try "$status" "$snug" $command --root "$1"
        case $command in
        doctor)
            still "$work/live" >"$work/live.still"
            still "$work/out" | diff -u "$work/live.still" - >"$work/difference"
            ;;
        *) diff -u "$work/live" "$work/out" >"$work/difference" ;;
        esac || fail "another answer: $(cat "$work/difference")"
    done
}

a_process() {
    begin env -u MALLOC_PERTURB_ -u TZ SECRET=hunter2 SNUG_CPU_MIN=1 SNUG_CPU_COUNT=many GOGC=50 LD_PRELOAD="$object" \
        "$keeper" 3
    try 0 "$snug" capture --pid "$pid" "$work/tree.1"
    is_calm
    prints_nothing
    is_replayed "$work/tree.1" "$pid"
    "$snug" doctor --root "$work/tree.1" >"$work/out" || true
    finds object.loaded ok "$object is in the process"
    finds object.policy warning 'SNUG_CPU_COUNT'
    finds process.threads ok '4 threads'

    # What is read twice is read alike.
    for command in 'explain' 'doctor'; do
        "$snug" $command --root "$work/tree.1" >"$work/one" || true
        "$snug" $command --root "$work/tree.1" >"$work/two" || true
        cmp -s "$work/one" "$work/two" || fail 'a tree does not say the same twice'
    done
    finish
}

# What a process names is kept only if its own user may read it, and nobody waits for it.
files_of_others() {
    printf 'cpu.count = 1\n' >"$work/own.conf"
    chmod 600 "$work/own.conf"
    begin env SNUG_POLICY="$work/own.conf" "$keeper" 1
    try 0 "$snug" capture --pid "$pid" "$work/tree.own"
    cmp -s "$work/own.conf" "$work/tree.own$work/own.conf" || fail 'lacks the policy'
    finish

    mkfifo "$work/fifo"
    begin env SNUG_POLICY="$work/fifo" "$keeper" 1
    try 0 timeout 300 "$snug" capture --pid "$pid" "$work/tree.fifo"
    finish
    what='a capture with a FIFO'
    SNUG_POLICY="$work/fifo" timeout 300 "$snug" capture "$work/tree.own_fifo" || fail 'does not end'

    [ "$(id -u)" = 0 ] || return 0
    public=$(public_make) || return 0
    cp "$keeper" "$public/keeper"
    mkdir "$work/closed" "$public/of-root" "$public/of-group"
    chmod 700 "$work/closed"
    chmod 750 "$public/of-root" "$public/of-group"
    chgrp 65532 "$public/of-group"
    for file in "$public/closed.conf" "$work/closed/open.conf" "$public/of-root/group.conf" \
        "$public/of-group/group.conf"; do
        printf 'cpu.count = 1\n' >"$file"
    done
    chmod 640 "$public/closed.conf"
    chmod 644 "$work/closed/open.conf" "$public"/of-*/group.conf
    for file in "$public/closed.conf" "$work/closed/open.conf" "$public/of-root/group.conf"; do
        begin as_other_user env SNUG_POLICY="$file" "$public/keeper" 1
        try 0 "$snug" capture --pid "$pid" "$work/tree.$(basename "$file")"
        [ ! -f "$work/tree.$(basename "$file")$file" ] || fail "holds $file, which its user may not read"
        finish
    done
    file=$public/of-group/group.conf
    begin setpriv --reuid 65534 --regid 65534 --groups 65532 env SNUG_POLICY="$file" "$public/keeper" 1
    try 0 "$snug" capture --pid "$pid" "$work/tree.group"
    [ -f "$work/tree.group$file" ] || fail "lacks $file, which a group of its user may read"
    finish
    rm -r "$public"
}

# A process names files of any size, and of any number.
many_bytes() {
    preloads=
    for i in 1 2 3 4; do
        truncate -s 20M "$work/sparse.$i"
        preloads=$preloads${preloads:+:}$work/sparse.$i
    done
    begin env LD_PRELOAD="$preloads" "$keeper" 1
    try 0 "$snug" capture --pid "$pid" "$work/tree.sparse"
    is_calm
    n_kib=$(du -sk --apparent-size "$work/tree.sparse" | cut -f 1)
    [ "$n_kib" -gt 20480 ] && [ "$n_kib" -lt 40960 ] || fail "keeps $n_kib KiB"
    [ -f "$work/tree.sparse/proc/self/status" ] || fail 'lacks what the kernel says'
    rm -r "$work/tree.sparse"
    finish
}

# Of the kernel's files those that snug reads, whatever a process names.
files_of_the_kernel() {
    for name in self/smaps self/auxv self/stack self/limits 1/task/1/status; do
        tree=$work/tree.${name##*/}
        begin env TZ="/proc/$name" "$keeper" 1
        try 0 "$snug" capture --pid "$pid" "$tree"
        [ ! -f "$tree/proc/$name" ] || fail "holds $name"
        finish
    done
}

# Neither variables that are not known, nor command lines, memory, addresses, programs.
no_secrets() {
    what='a capture'
    ! grep -rqaF hunter2 "$work/tree.1" || fail 'holds a secret'
    tr '\0' '\n' <"$work/tree.1/proc/self/environ" | sed 's/=.*//' | sort | tr '\n' ' ' \
        >"$work/names"
    [ "$(cat "$work/names")" = 'GOGC LD_PRELOAD SNUG_CPU_COUNT SNUG_CPU_MIN ' ] ||
        fail "holds these variables: $(cat "$work/names")"
    for file in mem exe cmdline stat; do
        [ ! -e "$work/tree.1/proc/self/$file" ] || fail "holds $file"
    done
    ! grep -qv '^0-0 ' "$work/tree.1/proc/self/maps" || fail 'holds addresses'
    [ "$(stat -c %s "$work/tree.1$object")" = 64 ] || fail 'holds an object'
    [ "$(stat -c %a "$work/tree.1")" = 700 ] || fail 'is for everybody'
    find "$work/tree.1" ! -type f ! -type d | grep -q . && fail 'holds what is no file' || true
    ! grep -rqE '^[0-9]+ \((.+\) [^Z]|.*\) . [0-9]+ )' "$work/tree.1/proc" ||
        fail 'holds more of a stat'
    for file in "$work/tree.1/proc"/[0-9]*/status; do
        ! grep -qvE '^(Name|PPid|NSpid|Sig(Blk|Ign|Cgt)):' "$file" || fail 'holds more of a status'
    done
}

in_an_archive() {
    begin "$keeper" 3
    try 0 "$snug" capture --pid "$pid" "$work/one.tar"
    "$snug" capture --pid "$pid" - >"$work/two.tar"
    for name in one two; do
        mkdir "$work/$name.tree"
        try 0 tar -C "$work/$name.tree" -xf "$work/$name.tar"
        is_calm
        is_replayed "$work/$name.tree/capture" "$pid"
    done
    finish
}

# Names of more than 99 bytes, as cgroups of pods have them.
long_names() {
    deep=$work/deep i=0
    while [ $i -lt 4 ]; do
        deep=$deep/0123456789-0123456789-0123456789-0123456789-0123456789
        i=$((i + 1))
    done
    mkdir -p "$deep"
    cp "$object" "$deep/libsnug.so"
    begin env LD_PRELOAD="$deep/libsnug.so" "$keeper"
    try 0 "$snug" capture --pid "$pid" "$work/long.tar"
    mkdir "$work/long"
    try 0 tar -C "$work/long" -xf "$work/long.tar"
    is_calm
    is_replayed "$work/long/capture" "$pid"
    finish
}

a_container() {
    try 0 "$snug" capture "$work/tree.2"
    try 0 "$snug" explain --root "$work/tree.2"
    prints 'none given: a cgo Go program'
    "$snug" doctor --root "$work/tree.2" >"$work/out" || true
    finds process.threads skipped 'no process was named'
    [ ! -e "$work/tree.2/snug/program" ] || fail 'holds a program'
}

what_cannot_be_written() {
    mkdir "$work/there"
    try 125 "$snug" capture "$work/there"
    complains 'File exists'
    : >"$work/there.tar"
    try 125 "$snug" capture "$work/there.tar"
    complains 'File exists'
    try 125 "$snug" capture --pid 4194305 "$work/none"
    complains 'there is no process 4194305'
    [ ! -e "$work/none" ] || fail 'makes a directory'
    try 125 "$snug" capture
    complains 'one directory or archive is to be named'
    status=0
    what='capture to a full device'
    "$snug" capture - >/dev/full 2>"$work/err" || status=$?
    [ $status = 125 ] || fail 'does not tell'
}

# A tree is what somebody else has made.
records_that_lie() {
    mkdir -p "$work/tree.1/snug"
    for line in 'form 4711' 'executable.via 9' 'facts.program.libc 77' \
        'facts.program.follows_container 3'; do
        sed -i "/^${line% *} /d" "$work/tree.1/snug/program"
        cp "$work/tree.1/snug/program" "$work/program"
        echo "$line" >>"$work/tree.1/snug/program"
        status=0
        what="explain with $line"
        "$snug" explain --root "$work/tree.1" >"$work/out" 2>"$work/err" || status=$?
        [ $status = 0 ] || fail "ended with status $status"
        cp "$work/program" "$work/tree.1/snug/program"
    done
}

for claim in a_process files_of_others many_bytes files_of_the_kernel no_secrets in_an_archive long_names a_container \
    what_cannot_be_written records_that_lie; do
    $claim
done
end
