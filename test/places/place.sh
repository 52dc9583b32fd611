# SPDX-License-Identifier: LGPL-2.1-or-later
# For the scripts PLACE/run, which source this: a root with Go programs and snug, cgroups, and what the
# programs must say in the place.
#
#   run [--long] BUILD
#
# A place defines `enter`, which starts `sh /proof` in the root under 1.5 CPUs and 256 MiB, and calls
# `prove`. What is in its cgroups at the end is killed. What it mounts is in a mount namespace of its own.

places=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${IS_PLAIN-}" ] || exec "$places/../plain.py" "$0" "$@"
. "$places/../own_mounts.sh"
has_own_mounts=1
part_mounts "$0" "$@" || has_own_mounts=
. "$places/../trust/tap.sh"
. "$places/../go/cells.sh"
. "$places/../vm/tree.sh"
. "$places/../cgroup.sh"
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
place=$(basename "$here") tree=$work/tree name=
cd "$work"

# Ends the script: the place cannot be tried here.
lack() { # WHAT
    skip "$place" "machine lacks $1"
    finish
    exit
}

# Those of version 1, and of version 2, where this machine has them.
cgroup_mounts() {
    awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts
}

# The cgroup `name` with all below it: in each hierarchy, since some runtimes go into each.
remove_groups() {
    local mount dirs i
    for ((i = 0; i < 600; i++)); do
        dirs=()
        for mount in $(cgroup_mounts); do
            [ ! -d "$mount/$name" ] || dirs+=("$mount/$name")
        done
        [ ${#dirs[@]} != 0 ] || return 0
        find "${dirs[@]}" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx 0 | sort -u |
            xargs -r kill -9 2>/dev/null
        find "${dirs[@]}" -depth -type d -exec rmdir {} + 2>/dev/null && return
        sleep 0.1
    done
    echo "cgroups are left: ${dirs[*]}" >&2
    return 1
}

# What a place has started outside of its cgroups; it may define this anew.
stop_place() {
    :
}

leave() {
    local status=$?
    trap '' HUP INT TERM
    stop_place
    [ -z "$name" ] || remove_groups || status=1
    awk -v begin="$work/" 'index($2, begin) == 1 { print $2 }' /proc/mounts | tac | xargs -r umount -l
    rm -rf --one-file-system "$work"
    exit $status
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

[ "$(id -u)" = 0 ] || lack 'permission to start containers'
[ -n "$has_own_mounts" ] || lack 'permission to mount'
mount -t tmpfs none /run # Where some would leave folders behind.
name=$(cgroup_name) # It is cgroup_open's too.
group=$(cgroup_open) || lack 'a cgroup that may be made'

# For a place that is in the cgroup in which it starts.
limit_group() {
    cgroup_limit "$group" 150000 268435456
}

# Adds the hierarchies without limits to `group`, where systemd would make cgroups of its own.
widen_group() {
    local mount
    for mount in $(cgroup_mounts); do
        # A new one of cpuset takes no process.
        if [ ! -e "$mount/cpuset.cpus" ] && [ ! -d "$mount/$name" ]; then
            mkdir "$mount/$name"
            group+=" $mount/$name"
        fi
    done
}

# Ends the script where a command is not installed.
has_command() { # COMMAND…
    local command
    for command; do
        command -v "$command" >/dev/null || lack "$command"
    done
}

# Lines "RELEASE MODE NAME" of the matrix: those that are tried.
place_programs() {
    local release mode file
    while read -r release mode file; do
        case $mode in internal | musl-internal | static) ;; *) continue ;; esac
        [ "$release" != 1.22.2 ] && [ "$release" != "$newest" ] || echo "$release $mode $file"
    done <"$list"
}

# Each program without snug, with it, and shown one CPU: 1.5 are two, which the machine may have.
ways='plain snug fewer'

write_proof() { # DIR, where the place sees the root: empty if it is its own
    local release mode file way command
    echo "PATH=$1/bin:\$PATH"
    echo 'echo "== here"'
    while read -r release mode file; do
        for way in $ways; do
            command=$(cell_command snug "$mode" "$file")
            case $way in
            plain) command="LD_PRELOAD= $file" ;;
            fewer) command="SNUG_CPU_ROUND=down SNUG_CPU_MIN=1 $command" ;;
            esac
            echo "echo '== $file $way'"
            echo "${command/preload /LD_PRELOAD=$1/lib/libsnug.so }"
        done
    done < <(place_programs)
}

# The folder `tree`, a root.
make_place() { # [DIR], as write_proof has it
    local release mode file
    mkdir "$tree"
    make_tree "$tree" "$build"
    while read -r release mode file; do
        put "$tree" "$bin/$file"
    done < <(place_programs)
    write_proof "${1-}" >"$tree/proof"
}

# What a program must say. By `is_known` the place shows its limits, by `is_traced` a static program's
# start may be traced.
machine_cpus=$(nproc) planned_limit=241172480 is_known=1 is_traced=1
machine_affinity=$("$bin/$newest-static" | sed -n 's/^affinity //p')

program_lines() { # RELEASE MODE NAME
    local way planned_cpus planned_limit=$planned_limit machine_own=$machine_cpus
    [ $machine_own -lt 2 ] || [ -z "$is_known" ] || machine_own=2 # Go's least from 1.25 on.
    [ -n "$is_known" ] || planned_limit=$no_limit
    for way in $ways; do
        planned_cpus=$machine_own
        [ $way$is_known != fewer1 ] || planned_cpus=1
        echo "== $3 $way"
        cell_lines "${way/fewer/snug}" "$1" "$2" | if [ "$2$is_traced" = static ]; then
            sed "s/^NumCPU .*/NumCPU $machine_cpus/"
        else
            cat
        fi
    done
}

# Starts the place, and tries each program.
prove() { # LABEL
    local release mode file status=0
    enter </dev/null >seen 2>&1 || status=$?
    [ $status != 0 ] || grep -qx '== here' seen || status=1
    tail -n 20 seen >why
    result $status "$1 starts and ends"
    [ $status = 0 ] || return 0
    while read -r release mode file; do
        awk -v begin="== $file " '/^== / { on = index($0, begin) == 1 } on && !/^go /' seen >found
        status=0
        program_lines "$release" "$mode" "$file" | diff - found >why || status=1
        result $status "$1: $file"
    done < <(place_programs)
}

# A bundle for a runtime: the folder `bundle`.
make_bundle() {
    mkdir bundle
    sed "s|TREE|$tree|; s|GROUP|$name|" "$places/config.json" >bundle/config.json
}
