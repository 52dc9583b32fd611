#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug explain` on a captured machine: text for people, and the JSON names that other tools
# rely on.
#
#   explain.sh SNUG STATIC_PROGRAM DYNAMIC_GO_PROGRAM
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
snug=$(realpath "$1") static=$(realpath "$2") go=$(realpath "$3")
tree=$work/tree
make_tree "$tree"

explain() { # STATUS ARGUMENT…
    expected_status=$1
    shift
    try "$expected_status" "$snug" explain --root "$tree" "$@"
}

json_names() {
    explain 0 --json
    is_calm
    holds <<'END'
facts cpu allowed = 8
facts cpu allowed_list = "0-7"
facts cpu quota_milli = 1500
facts cpu quota_from = "/sys/fs/cgroup/cpu.max"
facts cpu quota_unknown = null
facts memory limit_bytes = 268435456
facts memory limit_from = "/sys/fs/cgroup/memory.max"
facts program is_go = true
facts program is_assumed = true
facts nodes online = 1
plan cpu count = 2
plan cpu reason = "the CPU limit, rounded"
plan cpu window = true
plan memory go_limit_bytes = 241172480
plan memory reason = "the memory limit less memory.headroom"
plan variables = {"GOMEMLIMIT": "241172480"}
policy cpu.round value = "up"
policy cpu.round source = "default"
problems = []
END
}

unknown_and_none_differ() {
    echo 'max 100000' >"$tree/sys/fs/cgroup/cpu.max"
    echo max >"$tree/sys/fs/cgroup/memory.max"
    explain 0 --json
    holds <<'END'
facts cpu quota_milli = null
facts cpu quota_unknown = null
facts memory limit_bytes = null
facts memory limit_unknown = null
plan cpu count = 8
plan memory go_limit_bytes = null
END

    rm "$tree/proc/self/status" "$tree/proc/self/mountinfo"
    explain 0 --json
    holds <<'END'
facts cpu allowed = 0
facts cpu allowed_list = null
END
    prints '"allowed_unknown": "'
    prints '"quota_unknown": "'
    prints '"limit_unknown": "'
    make_tree "$tree"
}

sources_of_values() {
    printf 'cpu.round = down\ncpu.min = 1\nmemory.headroom = 20%%\n' >"$tree/etc/snug.conf"
    try 0 env SNUG_CPU_MIN=3 "$snug" explain --root "$tree" --json --memory.headroom=0%
    holds <<'END'
policy cpu.round value = "down"
policy cpu.round source = "file"
policy cpu.round line = 1
policy cpu.min value = "3"
policy cpu.min source = "environment"
policy memory.headroom source = "command line"
plan memory go_limit_bytes = 268435456
END

    printf 'lock = cpu.*\ncpu.round = down\ncpu.min = 1\n' >"$tree/etc/snug.conf"
    try 0 env SNUG_CPU_MIN=3 "$snug" explain --root "$tree" --json
    holds <<'END'
policy cpu.min value = "1"
policy cpu.min is_locked = true
plan cpu count = 1
END
    prints 'SNUG_CPU_MIN'
    rm "$tree/etc/snug.conf"
}

which_limit_the_target_comes_from() {
    echo 134217728 >"$tree/sys/fs/cgroup/memory.high"
    explain 0
    prints '125829120 bytes (120 MiB): memory.high less half of memory.headroom'
    explain 0 --memory.headroom=0%
    prints '134217728 bytes (128 MiB): memory.high less half of memory.headroom'
    echo 255012864 >"$tree/sys/fs/cgroup/memory.high"
    explain 0
    prints '241172480 bytes (230 MiB): memory.max less memory.headroom'
    rm "$tree/sys/fs/cgroup/memory.high"
    explain 0
    prints '241172480 bytes (230 MiB): the memory limit less memory.headroom'
}

problems_are_no_failure() {
    printf 'cpu.rond = down\ncpu.min = many\nmemory.headroom = 0%%\n' >"$tree/etc/snug.conf"
    explain 0 --json
    prints '/etc/snug.conf:1'
    prints '/etc/snug.conf:2'
    holds <<'END'
plan memory go_limit_bytes = 268435456
END
    explain 0
    prints '  problem '
    prints 'cpu.round' # The nearest key is named.
    rm "$tree/etc/snug.conf"

    explain 0 --cpu.round=sideways
    prints '  problem '
    printf 'cpu.min = many\ncpu.min = 3\n' >"$tree/etc/snug.conf"
    explain 0
    prints ' is "3" (file)'
    rm "$tree/etc/snug.conf"
    explain 0 --policy "$work/missing"
    prints '  problem '
}

filters_and_huge_pages() {
    explain 0 --json
    holds <<'END'
plan prctl owns_thp = false
plan seccomp is_guarded = false
END
    explain 0
    prints_no 'seccomp filters'
    explain 0 --json --prctl.thp=own --seccomp.guard=log
    holds <<'END'
plan prctl owns_thp = true
plan prctl reason = "prctl.thp = own"
plan seccomp is_guarded = true
plan seccomp softens = true
plan seccomp reason = "seccomp.guard = log"
END
    explain 0 --prctl.thp=own --seccomp.guard=audit
    prints 'huge pages      not changed by C code: prctl.thp = own'
    prints "seccomp filters C code's are looked at: seccomp.guard = audit"
}

whose_variables() {
    printf 'GOMAXPROCS=5\0GOMEMLIMIT=7\0SNUG_SET=GOMEMLIMIT=7\0' >"$tree/proc/self/environ"
    try 0 env GOGC=50 "$snug" explain --root "$tree" --json
    holds <<'END'
facts variables GOMAXPROCS = "user"
facts variables GOMEMLIMIT = "snug"
facts variables GOGC = "nobody"
plan variables = {"GOMEMLIMIT": "241172480"}
END
    printf 'SNUG=off\0' >"$tree/proc/self/environ"
    explain 0
    prints 'nothing is changed: the variable SNUG switches it off'
    prints 'The variable SNUG switches snug off: it does nothing at all.'
    rm "$tree/proc/self/environ"

    try 0 env GOGC=50 "$snug" explain --root "$tree" --json
    holds <<'END'
facts variables GOGC = "user"
END
}

request_counts_without_a_limit() {
    echo 'max 100000' >"$tree/sys/fs/cgroup/cpu.max"
    try 0 env SNUG_CPU_REQUEST_MILLI=1500 "$snug" explain --root "$tree" --json
    holds <<'END'
plan cpu count = 3
END
    try 0 env SNUG_CPU_REQUEST_MILLI=1500 "$snug" explain --root "$tree" --json \
        --cpu.request=off
    holds <<'END'
plan cpu count = 8
END
    explain 0 --json --cpu.request=2100m
    holds <<'END'
plan cpu count = 5
END
    make_tree "$tree"
}

programs() {
    explain 0 --json -- "$static"
    holds <<'END'
facts program is_go = false
facts program is_static = true
plan is_active = false
END
    explain 0 --json -- "$go"
    holds <<'END'
facts program is_go = true
facts program go_version = "go1.22.12"
facts program is_static = false
END

    # Below the root if it is there, else here.
    mkdir -p "$tree/usr/bin"
    cp "$go" "$tree/usr/bin/service"
    try 0 env PATH=/usr/bin "$snug" explain --root "$tree" --json service
    holds <<'END'
facts program path = "/usr/bin/service"
plan cpu window = true
notes = ["Without libc, libsnug.so sets the variables and nothing else: what is traced takes snug run."]
END
    explain 0 --json -- "$static"
    prints 'The program is this machine'
    printf '[program service]\ncpu.count = 7\n' >"$tree/etc/snug.conf"
    explain 0 --json -- /usr/bin/service --an-argument
    holds <<'END'
plan cpu count = 7
END
    explain 0 --json
    holds <<'END'
plan cpu count = 2
END
    rm "$tree/etc/snug.conf"

    # Neither an ELF image nor readable as one.
    printf '#!/bin/sh\n' >"$tree/usr/bin/script"
    explain 0 --json -- /usr/bin/script
    holds <<'END'
facts program is_known = true
facts program is_go = false
END
    : >"$tree/usr/bin/empty"
    explain 0 -- /usr/bin/empty
    prints '/usr/bin/empty: not a Go program'
    head -c 4096 "$go" >"$tree/usr/bin/cut"
    explain 0 --json -- /usr/bin/cut

    explain 127 -- no-such-program
    complains 'no-such-program: No such file or directory'
    prints_nothing
    explain 126 -- /
    complains '/: Permission denied'
}

text_for_people() {
    explain 0
    is_calm
    prints '  allowed CPUs    8 (0-7)'
    prints '1.5 CPUs (150000 us each 100000 us) by /sys/fs/cgroup/cpu.max'
    prints '268435456 bytes (256 MiB) by /sys/fs/cgroup/memory.max'
    prints '/etc/snug.conf (not there)'
    prints 'all at their defaults'
    prints '  CPUs            2 '
    prints '241172480 bytes (230 MiB): the memory limit less memory.headroom'
    prints_no 'span.align'
    prints_no '  threads '
    prints_no '  children '
    prints_no 'read again'
    explain 0 --follow=on
    prints '/etc/snug.conf (not there), read again when it changes'
    explain 0 --threads.warn=100 --child.pdeathsig=SIGHUP
    prints '  threads         a line at 200 and at each doubling: threads.warn is a number'
    prints '  children        SIGHUP: child.pdeathsig is a signal'
    explain 0
    [ "$(awk 'length > 92' "$work/out")" = '' ] || fail 'a line is longer than 92 columns'
    explain 0 --all
    prints 'span.align'
    prints_no 'large ranges'
    explain 0 --span.align=3M
    prints 'span.align      3M'
    prints '  large ranges    at multiples of 2097152 bytes (2 MiB): span.align, rounded down to a'

    sed 's/Seccomp:.*/Seccomp:\t2/' "$tree/proc/self/status" >"$work/status"
    mv "$work/status" "$tree/proc/self/status"
    explain 0
    prints 'A seccomp filter is active'
    explain 0 --cpu.count=off
    prints_no 'A seccomp filter is active'
    make_tree "$tree"
}

threads_and_children() {
    explain 0 --json
    holds <<END
plan threads warn = null
plan children signal = null
END
    explain 0 --json --threads.warn=100 --child.pdeathsig=15
    holds <<END
plan threads warn = 100
plan children signal = 15
END
    explain 0 --json --threads.warn=100 --child.pdeathsig=15 -- "$static"
    holds <<END
plan threads warn = null
plan threads reason = "the program is not a Go program"
plan children signal = null
END
}

following() {
    explain 0
    prints_no '  follow'
    explain 0 --follow=on
    prints '  follow          the limits are read again each 5000 ms: follow = on'
    prints '  followed CPUs   by GOMAXPROCS and C code: follow = on'
    prints '  followed memory by the Go runtime: follow = on'
    explain 0 --json --follow=on --follow.interval=500ms --memory.limit=100M
    holds <<END
plan follow interval_ms = 500
plan follow moves_cpus = true
plan follow moves_memory = false
plan follow memory_reason = "memory.limit is a size"
plan variables = {"GOMEMLIMIT": "104857600"}
END
    explain 0 --json --follow=on -- "$static"
    holds <<END
plan follow interval_ms = null
plan follow moves_cpus = false
plan follow reason = "the program is not a Go program"
END
}

strange_bytes_stay_valid_json() {
    name=$(printf 'a\377"\\\nb')
    cp "$static" "$work/$name"
    explain 0 --json -- "$work/$name"
    holds <<END
facts program path = "$work/a\\ufffd\\"\\\\\\nb"
END
}

other_processes() {
    try 0 "$snug" explain --pid $$ --json
    holds <<'END'
facts program is_go = false
END
    try 0 "$snug" explain --pid $$
    prints 'Plan'
    try 125 "$snug" explain --pid 0
    complains 'snug: there is no process 0'
    try 125 "$snug" explain --pid 99999999
    complains 'snug: there is no process 99999999'
    try 125 "$snug" explain --root "$work/no-such-tree"
    complains "$work/no-such-tree: No such file or directory"
    try 125 "$snug" explain --root "$tree/proc/self/status"
    complains 'Not a directory'
    try 0 "$snug" explain --json
    holds <<'END'
facts program is_assumed = true
END
}

lxcfs_is_named() {
    local node=sys/devices/system/node
    make_tree "$work/lxcfs"
    (
        cd "$work/lxcfs"
        echo max >sys/fs/cgroup/memory.max
        echo '51 44 0:25 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw' >>proc/self/mountinfo
        echo 'MemTotal:         524288 kB' >proc/meminfo
        mkdir $node/node0
        echo 'Node 0 MemTotal:       4025528 kB' >$node/node0/meminfo
    )
    try 0 "$snug" explain --root "$work/lxcfs"
    prints_line '  memory limit    536870912 bytes (512 MiB) by /proc/meminfo of lxcfs'
    prints_line '  GOMEMLIMIT      482344960 bytes (460 MiB): the memory limit less memory.headroom'
}

json_names
lxcfs_is_named
unknown_and_none_differ
sources_of_values
which_limit_the_target_comes_from
problems_are_no_failure
filters_and_huge_pages
whose_variables
request_counts_without_a_limit
programs
text_for_people
threads_and_children
following
strange_bytes_stay_valid_json
other_processes
end
