#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about a pod of several containers, from its node: limits that are the pod's and not
# the container's, threads by container, and a limit of process ids that is near.
#
#   doctor_pod.sh SNUG KEEPER_GO
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../cgroup.sh"
snug=$(realpath "$1") keeper=$(realpath "$2")
parent=/kubepods.slice pod_name=kubepods-burstable-pod1234.slice
mib=1048576

made=$(cgroup_open) || { untried 'machine lacks a cgroup that may be made'; end; }
version=${made%% *}
# That of process ids too, where it is mounted by itself.
dirs=${made#* }
memory=${dirs##* } ids=$memory
if [ "$version" = v1 ]; then
    mount=$(cgroup_mount pids)
    ids=$mount/${ids##*/}
    [ -z "$mount" ] || ! mkdir "$ids" || dirs="$dirs $ids"
fi
close_all() {
    exec 3>&-
    wait
    for dir in $dirs; do
        find "$dir" -mindepth 1 -depth -type d -exec rmdir {} \; 2>/dev/null || :
    done
    cgroup_close "${made%% *} $dirs"
    clean_up
}
trap close_all EXIT
trap 'exit 1' HUP INT TERM

# A pod's cgroup in each hierarchy, with containers in it; the controllers go down to these.
make_group() { # PATH
    for dir in $dirs; do
        mkdir "$dir$1"
        if [ "$version" = v2 ]; then
            for controller in cpu memory pids; do
                echo "+$controller" >"$dir$1/../cgroup.subtree_control" 2>/dev/null || :
            done
        fi
    done
}

limit() { # PATH BYTES|max CPUS|max
    bytes=$2 quota=max
    [ "$3" = max ] || quota=${3}00000
    if [ "$version" = v2 ]; then
        echo "$bytes" >"$dirs$1/memory.max"
        echo "$quota 100000" >"$dirs$1/cpu.max"
        return
    fi
    echo "$quota" | sed s/max/-1/ >"${dirs%% *}$1/cpu.cfs_quota_us"
    echo "$bytes" | sed s/max/-1/ >"$memory$1/memory.limit_in_bytes"
}

# In a container, in the place of the shell that calls it.
in_container() { # PATH COMMAND…
    path=$1
    shift
    set -- sh -c 'for dir in $1; do echo $$ >"$dir$2/cgroup.procs" || exit 125; done
        shift 2; exec "$@"' sh "$dirs" "$path" "$@"
    exec "$@"
}

doctor() { # ARGUMENT…
    status=0
    what="doctor $*"
    "$snug" doctor "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
}

# Two containers, one keeper each: the second begins first, and both end with the input.
begin_pod() { # ENVIRONMENT…
    begin env "$@" sh -c "$both" sh "$dirs" "$pod/one" "$pod/two" "$keeper"
    await_first "$first"
}

await_first() { # PID
    pid=$1
    for _ in $(seq 6000); do
        [ "$(cat "/proc/$pid/comm")" != kept ] || return 0
        sleep 0.1
    done
    what='the first keeper' && fail 'does not start'
}

# A keeper has the name `kept` once its threads are there. The first, in the second container, has
# it before the other starts.
both='exec 4<&0
    in_container() { for dir in $1; do
        sh -c "echo \$PPID" >"$dir$2/cgroup.procs" || exit 125
    done; }
    (in_container "$1" "$3"; exec "$4" 5 <&4) &
    until [ "$(cat /proc/$!/comm)" = kept ]; do sleep 0.1; done
    in_container "$1" "$2"
    exec "$4" 3'

pod=$parent/$pod_name
make_group $parent
make_group "$pod"
make_group "$pod/one"
make_group "$pod/two"

limits_of_the_pod() {
    limit "$pod" $((512 * mib)) 2
    limit "$pod/one" $((512 * mib)) 2
    limit "$pod/two" $((512 * mib)) 2
    begin_pod
    doctor --pid "$pid"
    finds limits.pod warning "the memory limit is the pod's, 512 MiB, and 2 containers share it"
    has_mend limits.pod 'policy file' 'memory.share = 50%'
    mend_of limits.pod >"$work/policy"
    try 0 "$snug" capture --pid "$pid" "$work/captured"
    doctor --root "$work/captured"
    finds limits.pod warning "the memory limit is the pod's"
    # All that is wrong is told of all processes too.
    doctor --cgroup "$memory$parent" --json
    grep -q "the memory limit is the pod's" "$work/out" || fail 'does not tell of it'
    finish
    begin_pod SNUG_POLICY="$work/policy"
    doctor --pid "$pid"
    finds limits.pod note "the CPU limit is the pod's, 2 CPUs, and 2 containers share it"
    has_mend limits.pod pod 'resources: {limits: {cpu: "1000m"}}'
    limit "$pod/one" $((512 * mib)) 1
    doctor --pid "$pid"
    finds limits.pod ok 'the policy says'
    finish
}

limits_that_are_not_there() {
    limit "$pod/one" max max
    begin_pod
    doctor --pid "$pid"
    finds limits.pod warning '2 containers share it'
    has_mend limits.pod pod 'resources: {limits: {memory: "256Mi"}}'
    limit "$pod/one" $((256 * mib)) 1
    doctor --pid "$pid"
    finds limits.pod ok 'the limits are its own'
    limit "$pod" max max
    limit "$pod/one" max max
    doctor --pid "$pid"
    finds limits.pod ok 'the limits are its own'
    finish
}

# The sandbox is none that takes memory.
one_container() {
    limit "$pod" $((512 * mib)) 2
    limit "$pod/one" $((512 * mib)) 2
    cp "$(command -v sleep)" "$work/pause"
    in_container "$pod/two" "$work/pause" 100000 &
    sandbox=$!
    begin in_container "$pod/one" "$keeper" 3
    doctor --pid "$pid"
    finds limits.pod ok 'no other container is in its pod'
    finish
    kill "$sandbox"
    wait "$sandbox" 2>/dev/null || :
    # And a folder that is no pod's has containers of nobody's.
    begin in_container $parent "$keeper" 3
    doctor --pid "$pid"
    finds limits.pod skipped 'no cgroup of a pod is to be seen'
    finish
}

# shareProcessNamespace: true.
threads_by_container() {
    begin unshare -pf --mount-proc sh -c "$both" sh "$dirs" "$pod/one" "$pod/two" "$keeper"
    await_first $(cat /proc/"$first"/task/*/children)
    doctor --pid "$pid"
    finds process.threads ok '4 threads; by container: kept 4, kept 6'
    # As it is to be seen from inside: the cgroup of the doctor is the top.
    what='doctor in a container'
    (in_container "$pod/one" unshare -C "$snug" doctor --pid "$pid") >"$work/out" 2>"$work/err" || :
    finds process.threads ok '4 threads; by container: kept 4, kept 6'
    finds limits.pod skipped
    # Who looks by kubectl exec is none of those.
    (in_container "$pod/one" nsenter -t "$pid" -m -p "$snug" doctor --pid 1) >"$work/out" \
        2>"$work/err" || :
    finds process.threads ok '4 threads; by container: kept 4, kept 6'
    finish
    # All in one container: nothing to tell apart.
    begin in_container "$pod/one" "$keeper" 3
    doctor --pid "$pid"
    finds process.threads ok '4 threads'
    ! grep -q 'by container' "$work/finding" || fail 'tells containers apart'
    finish
}

ids_that_run_out() {
    [ -e "$ids$pod/one/pids.max" ] || { untried 'machine lacks the controller pids'; return; }
    echo 10 >"$ids$pod/one/pids.max"
    begin in_container "$pod/one" "$keeper" 8
    doctor --pid "$pid"
    finds process.threads warning 'its cgroup has 9 threads and processes, and may have 10'
    has_mend process.threads 'shell of the container' "echo 20 >$ids$pod/one/pids.max"
    sh -c "$(mend_of process.threads)"
    doctor --pid "$pid"
    finds process.threads ok '9 threads'
    finish
    echo max >"$ids$pod/one/pids.max"
}

limits_of_the_pod
limits_that_are_not_there
one_container
if unshare -pfC --mount-proc true 2>/dev/null; then threads_by_container; fi
ids_that_run_out
end
