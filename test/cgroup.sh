# SPDX-License-Identifier: LGPL-2.1-or-later
# A cgroup of this machine's own, v2 or v1, for the scripts that source this.

# Where the controllers are mounted, empty if nowhere. A hybrid machine has cgroup2
# without controllers, so v2 counts only where it has these two.
cgroup_mount() { # v2 | CONTROLLER
    awk -v what="$1" '
        what == "v2" && $3 == "cgroup2" { print $2; exit }
        $3 == "cgroup" && index("," $4 ",", "," what ",") { print $2; exit }' /proc/mounts
}

# The name of a cgroup of this script, by which minder.py knows it. It is that of a container or a
# machine too: letters, digits and single dashes, whatever TMPDIR has.
cgroup_name() {
    local begin
    begin=$(basename -- "${TMPDIR-/tmp}" | tr -cs A-Za-z0-9 -)
    begin=${begin#-}
    printf '%.40ssnug-%d\n' "$begin" $$
}

# Makes a cgroup without limits and prints "v2 DIR" or "v1 CPU_DIR MEMORY_DIR"; fails
# where the machine lets nobody make one.
cgroup_open() {
    local name v2 cpu memory controller
    name=$(cgroup_name) v2=$(cgroup_mount v2)
    if [ -n "$v2" ] && grep -qw cpu "$v2/cgroup.controllers" 2>/dev/null; then
        for controller in cpu memory; do
            grep -qw $controller "$v2/cgroup.subtree_control" ||
                echo "+$controller" 2>/dev/null >"$v2/cgroup.subtree_control" || return 1
        done
        mkdir "$v2/$name" 2>/dev/null || return 1
        if [ -e "$v2/$name/cpu.max" ] && [ -e "$v2/$name/memory.max" ]; then
            echo "v2 $v2/$name"
            return
        fi
        rmdir "$v2/$name"
        return 1
    fi

    cpu=$(cgroup_mount cpu) memory=$(cgroup_mount memory)
    [ -n "$cpu" ] && [ -n "$memory" ] && mkdir "$cpu/$name" 2>/dev/null || return 1
    if [ -w "$cpu/$name/cpu.cfs_quota_us" ] && mkdir "$memory/$name" 2>/dev/null; then
        echo "v1 $cpu/$name $memory/$name"
        return
    fi
    rmdir "$cpu/$name"
    return 1
}

cgroup_limit() { # GROUP QUOTA_USEC MEMORY_BYTES; the period is 100 ms
    local dirs=${1#* }
    local cpu=${dirs% *} memory=${dirs#* }
    case $1 in
    v2*)
        echo "$2 100000" >"$cpu/cpu.max"
        echo "$3" >"$memory/memory.max"
        ;;
    v1*)
        echo 100000 >"$cpu/cpu.cfs_period_us"
        echo "$2" >"$cpu/cpu.cfs_quota_us"
        echo "$3" >"$memory/memory.limit_in_bytes"
        ;;
    esac
}

# The files that hold them: "CPU_FILE MEMORY_FILE". Either takes a bare number.
cgroup_files() { # GROUP
    local dirs=${1#* }
    case $1 in
    v2*) echo "$dirs/cpu.max $dirs/memory.max" ;;
    v1*) echo "${dirs% *}/cpu.cfs_quota_us ${dirs#* }/memory.limit_in_bytes" ;;
    esac
}

# In the place of the shell that calls it, so that `$!` is the command's own number.
cgroup_exec() { # GROUP COMMAND…
    local dirs=${1#* }
    shift
    exec sh -c 'for dir in $1; do echo $$ >"$dir/cgroup.procs" || exit 125; done
        shift; exec "$@"' sh "$dirs" "$@"
}

cgroup_run() { # GROUP COMMAND…
    (cgroup_exec "$@")
}

# A process that has just ended may hold its cgroup for a moment.
cgroup_close() { # GROUP
    local i
    for i in $(seq 600); do
        ! rmdir ${1#* } 2>/dev/null || return 0
        sleep 0.1
    done
    rmdir ${1#* }
}
