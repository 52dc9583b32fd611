#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor --pid`: processes with something wrong, and without it. Those that need another
# namespace are tried where there may be one.
#
#   ill.sh SNUG KEEPER OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../public.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3")

# Whatever the machine has.
doctor() {
    status=0
    what="doctor $*"
    "$snug" doctor "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
}

whether_the_object_is_there() {
    begin "$keeper" 3
    doctor --pid "$pid"
    finds object.program ok 'go1.22.12'
    finds object.loaded warning 'no libsnug.so is in the process'
    finds process.threads ok '4 threads'
    has_mend object.loaded environment LD_PRELOAD=/snug/libsnug.so
    mend=$(mend_of object.loaded)
    finish
    # The mend, with the place where the object lies here.
    begin env "${mend%%/*}$object" "$keeper"
    doctor --pid "$pid"
    finds object.preload ok
    finds object.loaded ok "$object is in the process"
    finish

    begin env LD_PRELOAD="$work/libsnug.so" "$keeper"
    doctor --pid "$pid"
    finds object.preload warning "LD_PRELOAD names $work/libsnug.so, which is not there"
    finds object.loaded warning
    finish
}

threads_that_come_meanwhile() {
    begin "$keeper" 2
    doctor --pid "$pid" --for 1
    finds process.threads ok '3 threads'
    ! grep -q 'of them in the last' "$work/finding" || fail 'tells of new ones'
    finish

    begin python3 -c 'if True:
        import select, sys, threading, time
        open("/proc/self/comm", "w").write("kept")
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            threading.Thread(target=time.sleep, args=(86400,), daemon=True).start()'
    for _ in $(seq 600); do
        doctor --pid "$pid" --for 1
        ! grep -q 'of them in the last' "$work/out" || break
    done
    grep -q 'of them in the last 1 s' "$work/out" || fail 'tells of no new ones'
    finish
}

many_threads() {
    begin "$keeper" $((250 + 4 * $(nproc --all)))
    doctor --pid "$pid"
    finds process.threads warning 'threads, more than'
    has_mend process.threads 'policy file'
    mend_of process.threads >"$work/policy"
    finish
    # It names who makes them.
    begin env SNUG_POLICY="$work/policy" SNUG_SCOPE=all LD_PRELOAD="$object" "$keeper" \
        $((250 + 4 * $(nproc --all)))
    finish
    grep -q 'threads' "$work/told" || fail 'the mend names nobody'
}

# By the file that is open for writing, and has been written to; what else looks alike is none.
traces() {
    make_tree "$tree"
    mkdir "$tree/snug"
    : >"$tree/proc/self/maps" # It is a process.
    printf 'usage_usec 15000000\nnr_periods 1000\nnr_throttled 200\nthrottled_usec 12500000\n' \
        >"$group/cpu.stat"
    while read -r told how by text; do
        printf "$text" >"$work/trace"
        begin sh -c "write() { printf \"\$3\" >&5; }; exec 5$how\"\$1\"; $by \"\$@\"; exec \"\$2\"" sh "$work/trace" "$keeper" "$text"
        try 0 "$snug" capture --pid "$pid" "$work/captured"
        finish
        cp "$work/captured/snug/program" "$tree/snug/"
        rm -r "$work/captured"
        doctor --root "$tree"
        finds cpu.throttled warning "$told: throttled in 20 % of 1000 periods so far, for 12.5 s, although only 10 %"
    done <<'END'
tracing <> write go 1.22 trace\0\0\0\0
tracing <> write go 1.9 trace\0\0\0\0\0
bursts <> : go 1.22 trace\0\0\0\0
bursts >> write go 1.22 trace\0\0\0\0
bursts < : go 1.22 trace\0\0\0\0
bursts <> write go 1.22 tracks\0\0\0
bursts <> write go 1.22 trace
END
}

signals() {
    begin "$keeper"
    doctor --pid "$pid"
    finds process.term ok 'SIGTERM ends it'
    finish
    begin sh -c 'trap "" TERM; exec "$@"' sh "$keeper"
    doctor --pid "$pid"
    finds process.term warning 'it is ignored'
    finish
}

# Of the namespace that unshare has made.
pid_1() {
    echo $(cat /proc/"$first"/task/*/children)
}

in_a_namespace_of_its_own() {
    unshare -pf --mount-proc true 2>/dev/null || return 0
    begin unshare -pf --mount-proc "$keeper"
    doctor --pid "$pid"
    finds process.term warning 'it is PID 1 and has no handler for it'
    finds process.zombies ok
    finds process.chain ok 'it is PID 1'
    finds process.reaper ok 'has no children'
    has_mend process.term shell "snug run --init -- $keeper"
    mend=$(mend_of process.term)
    finish
    begin env PATH="$(dirname "$snug"):$PATH" unshare -pf --mount-proc sh -c "exec $mend"
    doctor --pid "$(pid_1)" # Which is snug now.
    finds process.term ok 'it waits for signals'
    doctor --pid "$pid"
    finds process.term ok 'SIGTERM ends it'
    finish

    # It gets an orphan, which ends, and does not know of it.
    orphan='sh -c "exec 3<&-; cat '"$work"'/go &"; exec '"$keeper"
    mkfifo "$work/go"
    begin unshare -pf --mount-proc sh -c "$orphan"
    doctor --pid "$pid"
    finds process.reaper note 'it is PID 1, and has 1 child'
    has_mend process.reaper shell "snug run --init -- $keeper"
    : >"$work/go"
    for _ in $(seq 6000); do
        doctor --pid "$pid"
        ! grep -q 'process.zombies warning' "$work/out" || break
        sleep 0.1
    done
    finds process.zombies warning '1 child has ended and was not waited for: cat'
    has_mend process.zombies shell "snug run --init -- $keeper"
    mend=$(mend_of process.zombies)
    finish
    begin env PATH="$(dirname "$snug"):$PATH" unshare -pf --mount-proc sh -c \
        "exec ${mend% *} sh -c '$orphan'"
    doctor --pid "$(pid_1)"
    finds process.reaper ok 'hears of children that end'
    doctor --pid "$pid"
    finds process.reaper ok 'but to PID 1, which is snug'
    : >"$work/go"
    # The orphan is gone when nobody is left but the two, and this takes no more than minutes.
    init=$(pid_1)
    for _ in $(seq 6000); do
        [ "$(cat /proc/"$init"/task/*/children | wc -w)" != 1 ] || break
        sleep 0.1
    done
    for pid in $init $pid; do
        doctor --pid "$pid"
        finds process.zombies ok
    done
    finish
    rm "$work/go"
}

who_stands_above() {
    unshare -pf --mount-proc true 2>/dev/null || return 0
    # A name that would be more than a name, where it is copied.
    cp "$keeper" "$work/kept; echo"
    begin unshare -pf --mount-proc "$work/kept; echo"
    doctor --pid "$pid"
    has_mend process.term shell 'snug run --init -- PROGRAM'
    finish
    begin unshare -pf --mount-proc sh -c "$keeper; true"
    doctor --pid "$pid"
    finds process.chain warning 'PID 1 is sh, and SIGTERM does nothing to it'
    finds process.reaper ok 'but to PID 1, which is sh'
    has_mend process.chain shell "snug run --init -- $keeper"
    mend=$(mend_of process.chain)
    finish
    begin env PATH="$(dirname "$snug"):$PATH" unshare -pf --mount-proc sh -c "exec $mend"
    doctor --pid "$pid"
    finds process.chain ok 'PID 1 is snug, which takes it'
    finish

    # As tini does it, by whose name it is known.
    cp "$snug" "$work/tini"
    begin env SNUG=off unshare -pf --mount-proc "$work/tini" run --init --single -- sh -c "$keeper; true"
    doctor --pid "$pid"
    finds process.chain note 'sh stands between PID 1, which is tini, and the program'
    [ "$(mend_of process.chain)" = "$mend" ] || fail 'another mend'
    finish
}

where_nothing_may_be_executed() {
    unshare -m true 2>/dev/null || return 0
    mkdir "$work/snug"
    begin unshare -m sh -c 'mount -t tmpfs -o noexec none "$1"/snug &&
        cp "$2" "$1"/snug/libsnug.so && LD_PRELOAD=$1/snug/libsnug.so exec "$3"' \
        sh "$work" "$object" "$keeper"
    doctor --pid "$pid"
    finds object.preload ok
    finds object.mount warning "lies on $work/snug, which is mounted noexec"
    finds object.loaded warning
    has_mend object.mount shell "mount -o remount,exec $work/snug"
    mend=$(mend_of object.mount)
    finish
    begin unshare -m sh -c 'mount -t tmpfs -o noexec none "$1"/snug && sh -c "$4" &&
        cp "$2" "$1"/snug/libsnug.so && LD_PRELOAD=$1/snug/libsnug.so exec "$3"' \
        sh "$work" "$object" "$keeper" "$mend"
    doctor --pid "$pid"
    finds object.mount ok
    finds object.loaded ok
    finish
}

# Whoever may not look into a process is told so, and no figure that would be 0.
memory_of_others() {
    public=$(public_make) || return 0
    cp "$snug" "$public/snug"
    begin "$keeper"
    status=0
    what='doctor of a process of another user'
    as_other_user "$public/snug" doctor --pid "$pid" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
    finds memory.kinds skipped
    finds memory.live skipped 'its memory may not be read: Permission denied'
    finds memory.arenas skipped 'its memory may not be read: Permission denied'
    finish
    rm -r "$public"
}

whether_the_object_is_there
threads_that_come_meanwhile
many_threads
traces
signals
if [ "$(id -u)" = 0 ]; then
    in_a_namespace_of_its_own
    who_stands_above
    where_nothing_may_be_executed
    memory_of_others
fi
end
