#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor --cgroup`: the Go programs in a cgroup and below it, what is wrong with them, and how
# many others there are.
#
#   survey.sh SNUG KEEPER_GO OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/../cgroup.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3")

try 125 "$snug" doctor --cgroup /no-such-cgroup
complains 'cgroup /no-such-cgroup: No such file or directory'
try 125 "$snug" doctor --cgroup / --pid 1
complains '--cgroup excludes'
try 125 "$snug" doctor --cgroup / -- "$keeper"
complains '--cgroup excludes'

group=$(cgroup_open) || { untried 'machine lacks a cgroup that may be made'; end; }
below=${group##* }/below
mkdir "$below"
mkfifo "$work/input"
clean_all() {
    exec 3>&-
    wait
    rmdir "$below" 2>/dev/null || :
    cgroup_close "$group"
    clean_up
}
trap clean_all EXIT
trap 'exit 1' HUP INT TERM

# A process in a cgroup until the input ends.
keep() { # CGROUP COMMAND…
    directory=$1
    shift
    sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$directory" "$@" <"$work/input" 3>&- \
        2>"$work/told" &
    pid=$!
    [ -n "${has_input-}" ] || exec 3>"$work/input"
    has_input=1
    until case $(cat "/proc/$pid/comm") in kept | cat) true ;; *) false ;; esac; do
        kill -0 "$pid"
        sleep 0.01
    done
}

grade_of() { # PID CHECK, in JSON
    python3 -c 'if True:
        import json, sys
        for process in json.load(open(sys.argv[1]))["processes"]:
            if process["pid"] == int(sys.argv[2]):
                print(process["name"], *[check["grade"] for check in process["checks"]
                                         if check["name"] == sys.argv[3]])' "$work/out" "$@"
}

# Whatever the machine has besides.
doctor() {
    status=0
    what="doctor $*"
    "$snug" doctor "$@" >"$work/out" 2>"$work/err" || status=$?
}

keep "$below" env LD_PRELOAD="$object" "$keeper"
well=$pid
doctor --cgroup "$below" --json
[ "$(grade_of "$well" object.loaded)" = 'kept ok' ] || fail 'the object is not found'
doctor --cgroup "$below"
prints '1 process, 1 of them in Go: 0 with errors'
prints_no object.loaded
keep "${group##* }" cat
keep "${group##* }" "$keeper"
doctor --cgroup "${group##* }" --json
[ "$(grade_of "$well" object.loaded)" = 'kept ok' ] || fail 'the one below is not found'
[ "$(grade_of "$pid" object.loaded)" = 'kept warning' ] || fail 'the other is not found'
[ "$(grep -c '"pid":' "$work/out")" = 2 ] || fail 'a process that is not Go is there'
doctor --cgroup "${group##* }"
[ "$status" = 1 ] || fail "ended with status $status"
prints '3 processes, 2 of them in Go: 0 with errors'
finds object.loaded warning 'no libsnug.so is in the process'
sed -n "/^Process $pid, kept$/,/^$/p" "$work/out" | grep -q 'object.loaded *warning' ||
    fail "there is no heading above it"

# Cgroups that come and go meanwhile are no reason to know nothing.
python3 -c 'if True:
    import os, sys
    names = [sys.argv[2] + f"/{n}" for n in range(20)]
    while os.path.exists(sys.argv[1]):
        for name in names:
            os.mkdir(name)
        for name in names:
            os.rmdir(name)' "$work/input" "$below" 3>&- &
churn=$!
for n in $(seq 100); do
    what='stat beside cgroups that come and go'
    "$snug" stat --json --cgroup "${group##* }" >"$work/out" 2>"$work/err" || { fail "at $n"; break; }
    [ "$(grep -c '"pid":' "$work/out")" = 3 ] || { fail 'does not find all'; break; }
done
rm "$work/input"
wait $churn

# Who looks from inside, as kubectl exec does, is not one of those who share the limit.
inside() { # COMMAND…
    sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$below" "$@"
}
cgroup_limit "$group" 100000 $((256 << 20))
what='doctor from inside'
inside "$snug" doctor --pid "$well" >"$work/out" 2>"$work/err" || :
finds memory.shared ok 'no other process is in the cgroup'
try 0 inside "$snug" capture --pid "$well" "$work/captured"
doctor --root "$work/captured"
finds memory.shared ok 'no other process is in the cgroup'
cmp -s "$work/out" "$work/captured/doctor" || fail 'says something else than there'
doctor --pid "$pid"
finds memory.shared note '2 processes are in the cgroup'
# Each cgroup is counted for itself, one after the other.
doctor --cgroup "${group##* }" --json
[ "$(grade_of "$pid" memory.shared)" = 'kept note' ] || fail 'the others are not counted'
[ "$(grade_of "$well" memory.shared)" = 'kept ok' ] || fail 'those of another cgroup are counted'
end
