#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug stat`, and what `snug explain --pid` takes from a page: stat.sh SNUG OBJECT KEEPER. The
# keeper creates threads and ends when its standard input does.
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/../tmpfs.sh"
snug=$1 object=$2 keeper=$3

pages=$(tmpfs_make) || { echo "$pages"; exit 77; }
elsewhere=$pages

mkfifo "$work/input"
start() { # STATS-FILE THREADS [FILE]
    SNUG_SCOPE=all SNUG_STATS_FILE=$1 LD_PRELOAD=$object "$keeper" "$2" ${3-} <"$work/input" &
    pid=$! running=$!
    exec 3>"$work/input"
    await_beside is_kept
}
is_kept() {
    [ "$(cat "/proc/$pid/comm")" = kept ]
}
finish() {
    exec 3>&-
    wait "$pid"
    running=
}

start "$pages/page" 3
try 0 "$snug" stat "$pid"
prints_line "Process $pid"
prints_line "  page            $pages/page"
prints_line '                   3  threads created through libc'
prints_line '                   1  calls of prctl with option 15'
prints_no mappings
is_calm
try 0 "$snug" stat --all "$pid"
prints_line '                   0  mappings aligned'
try 0 "$snug" stat "$pages/page"
prints_line "Process $pid"

try 0 "$snug" stat --json "$pid" "$pages/page"
holds <<END
processes 0 pid = $pid
processes 0 page = "$pages/page"
processes 0 is_running = true
processes 0 is_forked_copy = false
processes 0 counters threads = 3
processes 0 counters mappings_named = 0
processes 0 node_bytes = {}
processes 0 prctl_calls = {"15": 1}
processes 0 resize = null
END
try 0 "$snug" stat --openmetrics "$pid" "$pid"
prints_line "snug_threads_total{pid=\"$pid\",page=\"$pages/page\"} 3"
[ "$(grep -c '^snug_threads_total' "$work/out")" = 1 ] || fail 'a sample comes twice'
[ "$(tail -n 1 "$work/out")" = '# EOF' ] || fail 'no end'

# One that can be read is shown beside one that cannot.
try 125 "$snug" stat "$pid" 4194305
prints_line "Process $pid"
complains 'there is no process 4194305'

# Without its name a page is found by its mapping, which the kernel shows to root only.
if [ "$(id -u)" = 0 ] && [ -r "/proc/$pid/map_files" ]; then
    mv "$pages/page" "$pages/moved"
    rm "$pages/moved"
    echo "not the page" >"$pages/page"
    status=0
    "$snug" stat "$pid" >"$work/out" 2>"$work/err" || status=$?
    what='a page without its name'
    [ $status = 0 ] || fail "status $status"
    grep -q 'page  *not known: Operation not permitted' "$work/out" ||
        prints_line '                   3  threads created through libc'
    rm "$pages/page"
fi
finish

# A container has its own files and its own numbers of processes.
if unshare -rmpf true 2>"$work/no"; then
    SNUG_SCOPE=all SNUG_STATS_FILE=/mnt/snug-%p unshare -rmpf --mount-proc sh -euc '
        mount -t tmpfs none /mnt
        LD_PRELOAD=$0 exec "$1" 4' "$object" "$keeper" <"$work/input" &
    outer=$! running=$! pid=
    exec 3>"$work/input"
    is_inner_kept() {
        read -r pid _ <"/proc/$outer/task/$outer/children" || : # No newline.
        [ -n "$pid" ] && is_kept
    }
    await_beside is_inner_kept
    try 0 "$snug" stat --json "$pid"
    holds <<END
processes 0 pid = $pid
processes 0 page = "/mnt/snug-1"
processes 0 is_forked_copy = false
processes 0 counters threads = 4
END
    exec 3>&-
    wait $outer
    running=
else
    untried 'machine lacks namespaces for everyone: no container is tried'
fi

# The change of a live resize, written into the page of a process as following does.
start "$pages/changed" 1
cp "$pages/changed" "$work/page"
finish
poke() { # OFFSET NUMBER below 2^16
    printf "\\$(printf %03o $(($2 % 256)))\\$(printf %03o $(($2 / 256)))" |
        dd of="$work/page" bs=1 seek="$1" conv=notrunc 2>"$work/no"
}
poke 1216 4    # two changes
poke 1232 1    # from one CPU
poke 1240 4    # to four
poke 1256 4096 # to so many bytes
poke 1272 9000 # in nanoseconds
try 0 "$snug" stat "$work/page"
prints_line '  live resize     2 changes, the last at 1970-01-01T00:00:00Z in 9 us: CPUs from 1 to 4,'
prints 'memory target from none to 4096 bytes (4 KiB)'
try 0 "$snug" stat --json "$work/page"
holds <<END
processes 0 is_running = false
processes 0 resize changes = 2
processes 0 resize cpus_from = 1
processes 0 resize cpus_to = 4
processes 0 resize memory_from_bytes = 0
processes 0 resize memory_to_bytes = 4096
processes 0 resize took_ns = 9000
END
# `explain --pid` finds it, too: the keeper maps the file that it is given.
chmod u+w "$work/page"
start none 1 "$work/page"
try 0 "$snug" explain --pid "$pid"
prints_line 'Live resize'
prints '2 changes, the last at 1970-01-01T00:00:00Z in 9 us: CPUs from 1 to'
try 0 "$snug" explain --json --pid "$pid"
holds <<END
resize changes = 2
resize cpus_to = 4
resize memory_to_bytes = 4096
END
try 0 "$snug" stat "$pid"
prints 'a forked copy'
prints '  GOMEMLIMIT      4 KiB by follow'
finish
# What follows CPUs alone leaves the target to the variable.
poke 1256 0
GOMEMLIMIT=100MiB start none 1 "$work/page"
try 0 "$snug" stat "$pid"
prints '  GOMEMLIMIT      100 MiB by the variable'
finish

# Watching ends with the process.
start "$pages/watched" 2
: >"$work/out"
(until [ "$(grep -c "^Process $pid" "$work/out")" = 2 ]; do sleep 0.02; done; kill "$pid") &
try 0 "$snug" stat --watch --interval 1 "$pid"
wait $!
exec 3>&-
wait "$pid" || true
try 0 "$snug" stat --watch "$pages/watched"
prints_line "Process $pid, which has ended"

start none 1
try 0 "$snug" stat "$pid"
prints_line '  page            none: stats.file is not set'
prints_no 'threads created through libc'
try 0 "$snug" explain --pid "$pid"
prints_no 'Live resize'
finish
try 125 "$snug" stat "$0"
complains 'is not a page of counters'
try 125 "$snug" stat "$work/nowhere"
complains 'No such file or directory'
for pid in 0 99999999999999999999; do
    try 125 "$snug" stat $pid
    complains "there is no process $pid"
done
try 125 "$snug" stat
complains 'a process id, the file of a page, or --cgroup is needed'
for interval in 0 1.5 3601 x; do
    try 125 "$snug" stat --interval $interval 1
    complains '--interval is a number of seconds from 1 to 3600'
done
try 125 "$snug" stat 1 --json
complains 'options come before the processes: --json 1'
try 125 "$snug" stat -- --json
complains '--json: No such file'
try 125 "$snug" stat --openmetrics --watch 1
complains '--openmetrics excludes --json and --watch'
try 125 "$snug" stat --cpu.min=1 1
complains 'there is no option --cpu.min'
end
