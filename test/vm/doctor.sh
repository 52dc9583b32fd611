# SPDX-License-Identifier: LGPL-2.1-or-later
# Cases of snug doctor and stat, for cases.sh, which sources this: see ill for what each does.

# Why a program is throttled: each answer is another's mistake. With --long ten times, for what a
# chance gives.
throttle_rows() {
    local n=1 time of=
    [ -z "$is_long" ] || n=10
    for time in $(seq $n); do
        [ $n = 1 ] || of=", time $time of $n"
        row "doctor tells a program that wants more CPUs than it has$of" 'ill over' \
            'own/cpu.max 200000 100000' -- 'warning: short' again
        row "doctor tells bursts far below the limit$of" 'ill bursts' \
            'own/cpu.max 400000 100000' -- 'warning: bursts' again
        row "doctor tells a trace by its file$of" 'ill trace' \
            'own/cpu.max 400000 100000' -- 'warning: tracing' again
        row "doctor tells a program that does nothing$of" 'ill idle' \
            'own/cpu.max 400000 100000' -- 'ok: idle' again
    done
}

doctor_rows() {
    # Others would take the CPUs that these are to use.
    local is_alone=1
    throttle_rows
    is_alone=
    row 'doctor tells nothing of a limit that is not there' 'ill idle' -- 'ok: no' again
    row 'doctor counts who was killed' 'ill killed' \
        'own/memory.max 64M' -- 'error: 1' mended
    row 'doctor tells who was slowed down' 'ill slowed' \
        'own/memory.high 24M' 'own/memory.max 256M' -- 'warning: memory' mended
    row 'doctor tells all kinds of memory that are in use' 'ill kinds' \
        'own/memory.max 256M' -- ok shared
    row 'doctor tells what the memory of a Go program is made of' 'ill parts' \
        'own/memory.max 400M' -- 'the kinds are memory.current' 'the working set' \
        'the parts are anonymous memory' 'the C heap' RSS Alloc HeapInuse tmpfs
    row "doctor tells a limit that is the pod's" 'ill pod' -- 'warning: the' mended
    row 'stat tells what the files of a cgroup say' 'ill figures' \
        'own/memory.max 64M' 'own/memory.high max' -- 'the same 5 of 5' killed there
}
