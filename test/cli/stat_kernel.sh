#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug stat` of any process and any cgroup: what the kernel says, for people, programs and
# collectors. stat.sh has the pages.
#
#   stat_kernel.sh SNUG KEEPER OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../cgroup.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3")
group=
clean_all() {
    exec 3>&-
    [ -z "$group" ] || { wait; rmdir $(below_groups) ${group#* }; } 2>/dev/null || :
    clean_up
}
below_groups() {
    find ${group#* } -mindepth 1 -depth -type d 2>/dev/null
}
trap clean_all EXIT
trap 'exit 1' HUP INT TERM

a_process_without_a_page() {
    begin "$keeper" 3
    try 0 "$snug" stat "$pid"
    is_calm
    prints_line "Process $pid"
    prints_line '  name            kept'
    prints_line '  threads         4'
    prints_line '  GOMEMLIMIT      none'
    prints_no '  page    '
    try 0 "$snug" stat --json "$pid" "$pid"
    holds <<END
processes 0 pid = $pid
processes 0 page = null
processes 0 is_running = true
processes 0 counters = null
processes 0 kernel name = "kept"
processes 0 kernel threads = 4
processes 0 kernel swap_bytes = 0
processes 0 kernel target_bytes = "none"
processes 0 kernel target_from = null
END
    [ "$(grep -c '"kernel": {' "$work/out")" = 1 ] || fail 'named twice, it is there twice'
    # The keeper only waits, so that its memory stays as it is.
    resident=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
    grep -q "\"resident_bytes\": $((resident * 1024))," "$work/out" || fail 'another RSS'

    try 0 "$snug" stat --openmetrics "$pid" "$pid"
    prints_line '# TYPE snug_process_threads gauge'
    prints_line "snug_process_threads{pid=\"$pid\",name=\"kept\"} 4"
    prints "snug_process_cgroups{pid=\"$pid\",name=\"kept\",cpu=\"/"
    prints_no snug_process_target_bytes{
    prints_no snug_resizes
    [ "$(grep -c '^snug_process_threads' "$work/out")" = 1 ] || fail 'a sample comes twice'
    [ "$(tail -n 1 "$work/out")" = '# EOF' ] || fail 'no end'
    finish
}

who_sets_the_target() {
    begin env GOMEMLIMIT=100MiB "$keeper"
    try 0 "$snug" stat "$pid"
    prints '  GOMEMLIMIT      100 MiB by the variable, '
    finish
    begin env GOMEMLIMIT=many "$keeper"
    try 0 "$snug" stat "$pid"
    prints_line '  GOMEMLIMIT      unknown'
    finish
    begin env SNUG_MEMORY_LIMIT=1G LD_PRELOAD="$object" "$keeper"
    try 0 "$snug" stat "$pid"
    prints '  GOMEMLIMIT      1 GiB by snug, '
    prints_line '  page            none: stats.file is not set'
    finish
}

# Of these files the process would notice the reading: it could map nothing meanwhile.
nobody_has_to_wait() {
    strace -o "$work/calls" true 2>"$work/no" || {
        untried 'machine lacks a strace that works: the files that stat opens are not seen'
        return
    }
    begin env SNUG_MEMORY_LIMIT=1G LD_PRELOAD="$object" "$keeper"
    for form in --all --json --openmetrics; do
        try 0 strace -f -o "$work/calls" "$snug" stat $form "$pid"
        what="the calls of stat $form"
        grep -q "\"/proc/$pid/status\"" "$work/calls" || fail 'were not seen'
        ! grep -o '"/proc/[0-9a-z/]*\(smaps[a-z_]*\|numa_maps\|pagemap\)"' "$work/calls" ||
            fail 'ask for what takes long'
    done
    finish
}

# Once when there is nothing to be seen, and when the process ends.
watching() {
    begin "$keeper"
    (until [ "$(grep -c "^Process $pid" "$work/out")" = 2 ]; do sleep 0.02; done; kill "$pid") &
    killer=$!
    try 0 "$snug" stat --watch --interval 1 "$pid"
    wait $killer
    finish
}

# A zombie is there until somebody waits for it, which may be never.
ended() {
    # A shell would wait for one that ends before its exec.
    begin sh -c '(until [ "$(cat /proc/$$/comm)" = kept ]; do sleep 0.01; done) &
        echo $! >"$2"; exec "$1"' sh "$keeper" "$work/zombie"
    zombie=$(cat "$work/zombie")
    until grep -q '^State:.Z' "/proc/$zombie/status"; do sleep 0.01; done
    try 125 "$snug" stat "$zombie"
    complains "there is no process $zombie"
    prints_nothing
    finish
}

for_node_exporter() {
    begin "$keeper" 1
    mkdir "$work/collected"
    echo old >"$work/collected/snug.prom"
    chmod 600 "$work/collected/snug.prom"
    old=$(stat -c %i "$work/collected/snug.prom")
    try 0 "$snug" stat --textfile "$work/collected/snug.prom" "$pid"
    prints_nothing
    is_calm
    what='the text file'
    cp "$work/collected/snug.prom" "$work/out"
    [ "$(stat -c %i "$work/collected/snug.prom")" != "$old" ] || fail 'was written in place'
    [ "$(stat -c %a "$work/collected/snug.prom")" = 644 ] || fail 'is not for everybody'
    [ "$(ls "$work/collected")" = snug.prom ] || fail "has company: $(ls "$work/collected")"
    prints_line "snug_process_threads{pid=\"$pid\",name=\"kept\"} 2"
    prints_line '# TYPE snug_cpu_periods_total counter'
    prints_no '# UNIT'
    # Again and again, until the process has ended.
    old=$(stat -c %i "$work/collected/snug.prom")
    beside "$snug" stat --watch --interval 1 --textfile "$work/collected/snug.prom" "$pid" 3>&-
    is_newer() { [ "$(stat -c %i "$work/collected/snug.prom")" != "$old" ]; }
    await_beside is_newer
    old=$(stat -c %i "$work/collected/snug.prom")
    await_beside is_newer
    finish
    wait "$running" || fail 'watching does not end well'
    running=
    [ ! -s "$work/beside" ] || fail "prints something: $(cat "$work/beside")"
    begin "$keeper" 1
    # What cannot be written leaves the old one, and nothing else.
    try 125 "$snug" stat --textfile "$work/nowhere/snug.prom" "$pid"
    complains 'No such file or directory'
    mkdir "$work/collected/full.prom"
    try 125 "$snug" stat --textfile "$work/collected/full.prom" "$pid"
    complains 'full.prom: '
    [ "$(ls "$work/collected" | wc -l)" = 2 ] || fail 'leaves something'
    # What is no file keeps its name: /dev/stdout is a link, /dev/null a device.
    mkdir "$work/odd"
    mkfifo "$work/odd/fifo"
    ln -s "$work/collected/snug.prom" "$work/odd/link"
    ln -s nowhere "$work/odd/dangling"
    for name in fifo link dangling; do
        old=$(stat -c %F-%i "$work/odd/$name")
        try 125 "$snug" stat --textfile "$work/odd/$name" "$pid"
        complains "$name: it is no regular file, and stays"
        [ "$(stat -c %F-%i "$work/odd/$name")" = "$old" ] || fail "replaced the $name"
    done
    [ "$(ls "$work/odd" | wc -l)" = 3 ] || fail 'leaves something'
    # Nor does what a limit of file sizes ends, which would be by a signal.
    try 125 sh -c 'ulimit -c 0; ulimit -f 1; exec "$@"' sh \
        "$snug" stat --textfile "$work/collected/snug.prom" "$pid"
    complains 'snug.prom: File too large'
    [ "$(ls "$work/collected" | wc -l)" = 2 ] || fail 'leaves something'
    # Nor does what is killed meanwhile.
    if command -v strace >"$work/where"; then
        old=$(stat -c %i "$work/collected/snug.prom")
        try 137 strace -o "$work/calls" -e trace=fchmod -e inject=fchmod:signal=KILL \
            "$snug" stat --textfile "$work/collected/snug.prom" "$pid"
        [ "$(stat -c %i "$work/collected/snug.prom")" = "$old" ] || fail 'replaced the file'
        [ "$(ls "$work/collected" | wc -l)" = 2 ] || fail 'leaves something'
    else
        untried 'not installed: strace'
    fi
    try 125 "$snug" stat --textfile "$work/collected/snug.prom" --json "$pid"
    complains '--textfile excludes --openmetrics and --json'
    finish
}

# Limits of a cgroup, and of the one above it.
cgroups() {
    group=$(cgroup_open) || {
        group=
        untried 'machine lets nobody make a cgroup'
        return
    }
    cgroup_limit "$group" 150000 268435456
    dirs=${group#* }
    for dir in $dirs; do mkdir "$dir/app"; done
    memory=${dirs#* }
    begin cgroup_run "${group%% *} $(for dir in $dirs; do printf '%s/app ' "$dir"; done)" \
        env GOMEMLIMIT=128MiB "$keeper" 2
    path=$(sed -n 's/^[0-9]*:memory:\|^0:://p' "/proc/$pid/cgroup" | head -n 1)
    above=${path%/app}
    try 0 "$snug" stat "$pid"
    # The row of a long name goes on in the next line.
    tr -s ' \n' ' ' <"$work/out" | grep -qF " memory cgroup $path, limited by $above " ||
        fail 'does not say where it lies'
    prints_line "CPU of $path"
    prints_line "CPU of $above"
    prints_line '  limit           1.5 CPUs'
    prints_line "Memory of $above"
    prints '  limit           256 MiB, slowed down from none'
    try 0 "$snug" stat --openmetrics "$pid"
    prints_line "snug_cpu_limit_cpus{cgroup=\"$above\"} 1.500"
    prints_line "snug_memory_limit_bytes{cgroup=\"$above\"} 268435456"
    prints_no "snug_memory_limit_bytes{cgroup=\"$path\"}"
    prints_line "snug_process_target_bytes{pid=\"$pid\",name=\"kept\"} 134217728"

    for name in "$above" "$memory" "$memory/"; do
        try 0 "$snug" stat --json --cgroup "$name"
        holds <<END
processes 0 pid = $pid
processes 0 kernel memory = "$path"
processes 0 kernel memory_limited = "$above"
memory 0 cgroup = "$above"
memory 0 limit_bytes = 268435456
END
    done
    # What the kernel counts is what is told.
    [ ! -e "$memory/memory.numa_stat" ] || {
        try 0 "$snug" stat "$pid"
        prints '  on nodes        node 0: '
        try 0 "$snug" stat --openmetrics "$pid"
        prints "snug_memory_node_bytes{cgroup=\"$above\",node=\"0\"} "
        prints_no snug_process_node_bytes
    }
    for key in anon_thp total_rss_huge; do
        ! grep -q "^$key 0$" "$memory/memory.stat" || {
            try 0 "$snug" stat --openmetrics "$pid"
            prints_line "snug_memory_huge_bytes{cgroup=\"$above\"} 0"
        }
    done
    peak=$(find "$memory" -maxdepth 1 -name 'memory.failcnt' -exec cat {} +)
    [ -z "$peak" ] || {
        try 0 "$snug" stat --openmetrics "$pid"
        prints_line "snug_memory_max_events_total{cgroup=\"$above\"} $peak"
        prints_no snug_memory_high_events_total{
        prints_no snug_memory_waiting_seconds_total{
    }
    # Without a cgroup namespace the paths stay long, and what is mounted is the container's.
    mount=${memory%"$above"}
    [ "$mount" = "$memory" ] || ! unshare -m true 2>"$work/no" ||
        for name in "$above" "$mount" /; do
            try 0 cgroup_run "$group" unshare -m sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' \
                sh "$memory" "$mount" "$snug" stat --json --cgroup "$name"
            holds <<END
processes 1 kernel memory = "$path"
processes 1 kernel memory_limited = "$above"
memory 0 cgroup = "$above"
memory 0 limit_bytes = 268435456
memory 1 cgroup = "$path"
END
        done
    # What is mounted may lie above the namespace's root: no path leads there.
    [ "$mount" = "$memory" ] || ! unshare -mC true 2>"$work/no" || {
        try 0 cgroup_run "${group%% *} $(for dir in $dirs; do printf '%s/app ' "$dir"; done)" \
            unshare -mC sh -c 'mount --bind "$1" "$2" && exec "$3" stat --json $$' \
            sh "$memory" "$mount" "$snug"
        holds <<END
processes 0 kernel memory = null
processes 0 kernel memory_limited = "$mount"
memory 0 limit_bytes = 268435456
END
    }
    finish
    # Nobody is in it any more.
    try 0 "$snug" stat --cgroup "$above"
    prints_line "Memory of $above"
    prints_no Process
    cgroup_close "${group%% *} $(for dir in $dirs; do printf '%s/app ' "$dir"; done)"
    cgroup_close "$group"
    try 125 "$snug" stat --cgroup "$above"
    complains "cgroup $above: there is none"
    group=
}

# Who may make cgroups makes them as deep as he likes.
deep_cgroups() {
    group=$(cgroup_open) || { untried 'machine lacks a cgroup that may be made' && return; }
    below=/$(seq 200 | sed 's/.*/d/' | paste -sd /)
    deepest=
    for dir in ${group#* }; do
        mkdir -p "$dir$below"
        deepest="$deepest $dir$below"
    done
    begin cgroup_run "${group%% *}$deepest" "$keeper" 2
    for command in stat doctor; do
        status=0 # doctor warns that there is no object.
        [ $command = stat ] || status=1
        try $status sh -c 'ulimit -n 32 && exec "$@"' sh "$snug" $command --json --cgroup "${group##* }"
        is_calm
        grep -q "\"pid\": *$pid\b" "$work/out" || fail "does not find process $pid"
    done
    finish
    cgroup_close "${group%% *}$deepest"
    for dir in ${group#* }; do find "$dir" -mindepth 1 -depth -type d -exec rmdir {} +; done
    cgroup_close "$group"
    group=
}

for claim in a_process_without_a_page who_sets_the_target nobody_has_to_wait watching ended for_node_exporter \
    cgroups deep_cgroups; do
    $claim
done
for name in pod ''; do
    try 125 "$snug" stat --cgroup "$name"
    complains "cgroup $name: there is none"
done
end
