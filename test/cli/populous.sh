#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `snug doctor --cgroup` asks of the kernel for each process more: populous.sh SNUG KEEPER_GO.
# Each process has a socket, which makes the kernel walk its table of connections.
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/../cgroup.sh"
snug=$(realpath "$1") keeper=$(realpath "$2")
few=3 many=23
most_roots=4  # How often the root of a Go program's process is opened;
most_calls=8  # and all calls for a process that is none.

strace -o "$work/calls" true 2>"$work/err" || {
    echo 'machine lacks a strace that works'
    exit 77
}
group=$(cgroup_open) || { echo 'machine lacks a cgroup that may be made' && exit 77; }
mkfifo "$work/input"
clean_all() {
    exec 3>&-
    wait
    cgroup_close "$group"
    clean_up
}
trap clean_all EXIT
trap 'exit 1' HUP INT TERM

# So many in the cgroup, until the input ends. They inherit one socket that listens.
populate() { # N COMMAND…
    python3 -c 'if True:
        import os, socket, subprocess, sys
        listener = socket.create_server(("127.0.0.1", 0))
        with open(sys.argv[1] + "/cgroup.procs", "w") as file:
            file.write(str(os.getpid()))
        children = [subprocess.Popen(sys.argv[4:], pass_fds=[listener.fileno()])
                    for _ in range(int(sys.argv[3]))]
        with open(sys.argv[2], "w") as file:
            file.write("done")
        for child in children:
            child.wait()' "${group##* }" "$work/done" "$@" <"$work/input" 3>&- &
    crowd=$!
    exec 3>"$work/input"
    until [ -s "$work/done" ]; do
        kill -0 "$crowd"
        sleep 0.01
    done
    rm "$work/done"
}

depopulate() {
    exec 3>&-
    wait "$crowd"
}

# All calls of a survey of N such processes.
survey() { # N COMMAND…
    populate "$@"
    what="of $*"
    status=0
    strace -f -y -o "$work/calls" "$snug" doctor --cgroup "${group##* }" >"$work/out" \
        2>"$work/err" || status=$?
    [ "$status" -le 1 ] || fail "ended with status $status"
    grep -q "^$(($1 + 1)) processes, " "$work/out" || fail 'does not see all'
    depopulate
}

n_calls() { # EXPRESSION
    grep -cE "$1" "$work/calls" || :
}

# What is the same for many is read once. How much there is to read of each, and how deep its cgroups
# lie, is the machine's.
counted='^[0-9]+ +read\([0-9]+<.*/cgroup.procs>'
survey $few "$keeper"
n_counted=$(n_calls "$counted")
survey $many "$keeper"
grep -q "^$((many + 1)) processes, $many of them in Go" "$work/out" || fail 'not all are in Go'
n=$(n_calls '/net/tcp6?"')
[ "$n" = 2 ] || fail "tables of connections are read: $n, not 2"
n=$(n_calls "$counted")
[ "$n" = "$n_counted" ] ||
    fail "the cgroup's processes are counted: $n reads, $n_counted for fewer processes"
n=$(n_calls '"/proc/[0-9]+/root"')
[ "$n" -le $((most_roots * many)) ] || fail "roots are opened: $n for $many processes"

survey $few cat
n_few=$(n_calls .)
survey $many cat
n=$((($(n_calls .) - n_few) / (many - few)))
[ "$n" -le $most_calls ] || fail "$n calls for each that is no Go program"
n=$(n_calls '/net/tcp6?"')
[ "$n" = 0 ] || fail 'tables of connections are read'
end
