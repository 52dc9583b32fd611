# SPDX-License-Identifier: LGPL-2.1-or-later
# The table of modes, and what is expected of a program of some release in some mode: a cell of
# the matrix. For the scripts that source this.

modes_file=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/modes

# Prints the modes in the table's order.
mode_list() {
    sed -n 's/^\([a-z][^ ]*\).*/\1/p' "$modes_file"
}

# Sets mode_… from the line of a mode; mode_program is the mode whose program it starts.
mode_read() { # MODE
    local name form
    IFS='|' read -r name form mode_build mode_ldflags mode_linked mode_start mode_reached \
        mode_also < <(sed -n "/^$1 /s/ *| */|/gp" "$modes_file")
    [ -n "$name" ] || {
        echo "no mode $1 in $modes_file" >&2
        return 1
    }
    read -r mode_form mode_since <<<"$form"
    mode_since=${mode_since:-1.17} mode_program=$1
    [[ $mode_build != '= '* ]] || mode_program=${mode_build#= }
}

minor() { # RELEASE, which may be 1.28rc1 too
    local rest=${1#1.}
    echo "${rest%%[!0-9]*}"
}

# The command that starts a program with snug, or without.
cell_command() { # snug | plain, MODE, PROGRAM
    local start
    mode_read "$2"
    start=${mode_start//%/$3}
    [ "$1" = snug ] || start=$(sed 's/^\(SNUG_[^ ]* \)*\(preload \|snug run -- \|snug run --init -- \)//' <<<"$start")
    echo "$start"
}

# Prints the given limit as the program shows it: Go before 1.19 has none.
shown_limit() { # RELEASE LIMIT
    if [ "$(minor "$1")" -lt 19 ]; then echo unknown; else echo "$2"; fi
}

# What Go makes of its own cgroup: nothing, up to 1.24.
own_gomaxprocs() { # RELEASE MODE
    if [ "$(minor "$1")" -ge 25 ] && [ "$2" != oldmod ]; then
        echo "$machine_own"
    else
        echo "$machine_cpus"
    fi
}

# The machine: how many CPUs may be used, their list, and what Go from 1.25 on makes of the
# cgroup's limit by itself; and the plan. Set by who sources this.
machine_cpus= machine_affinity= machine_own= planned_cpus= planned_limit=
no_limit=9223372036854775807

# Prints the lines that the program must print; with "later" also those after -after.
cell_lines() { # snug | plain, RELEASE, MODE, [later]
    local how=$1 release=$2 mode=$3 later=${4-} reached cpus procs limit when
    mode_read "$mode"
    reached=$mode_reached
    [ "$how" = snug ] || reached=nothing
    cpus=$machine_cpus procs=$(own_gomaxprocs "$release" "$mode") limit=$no_limit
    case $reached in
    window) cpus=$planned_cpus procs=$planned_cpus limit=$planned_limit ;;
    variables) procs=$planned_cpus limit=$planned_limit ;;
    esac
    limit=$(shown_limit "$release" "$limit")
    for when in '' ${later:+'later '}; do
        printf "$when%s\n" "NumCPU $cpus" "GOMAXPROCS $procs" "GOMEMLIMIT $limit" \
            "affinity $machine_affinity"
    done
    case $mode_also in
    plugin) printf 'plugin %s\n' "NumCPU $cpus" "GOMAXPROCS $procs" ;;
    C*)
        if [ "$how-$mode_also" = 'snug-C plan' ]; then cpus=$planned_cpus; else cpus=$machine_cpus; fi
        printf 'C %s\n' "sysconf_onln $cpus" "get_nprocs $cpus" "sched_getaffinity $cpus" \
            "pthread_getaffinity_np $cpus" "sysconf_conf $machine_cpus" \
            "get_nprocs_conf $machine_cpus" "thread affinity $machine_affinity"
        ;;
    esac
}

# Prints in one line what a program printed, or should print.
cell_summary() {
    awk '
        function add(text) { all = all (all == "" ? "" : ", ") text }
        # The same value of two is said once.
        function both(one, two) {
            if (value[one] == value[two] || value[two] == "") return value[one]
            return value[one] " then " value[two]
        }
        {
            at = $1
            if ($1 == "C" || $1 == "later" || $1 == "plugin") at = $1 " " $2
            value[at] = $NF
        }
        END {
            if (value["status"] != "" && value["status"] != 0) add("status " value["status"])
            add("NumCPU " both("NumCPU", "later NumCPU"))
            add("GOMAXPROCS " both("GOMAXPROCS", "later GOMAXPROCS"))
            limit = both("GOMEMLIMIT", "later GOMEMLIMIT")
            add("GOMEMLIMIT " (limit == 9223372036854775807 ? "none" : limit))
            add("affinity " both("affinity", "later affinity"))
            if ("plugin NumCPU" in value)
                add("plugin " both("plugin NumCPU", "plugin GOMAXPROCS"))
            if ("C sysconf_onln" in value) {
                n = value["C sysconf_onln"]
                if (value["C get_nprocs"] != n || value["C sched_getaffinity"] != n ||
                    value["C pthread_getaffinity_np"] != n)
                    n = n " " value["C get_nprocs"] " " value["C sched_getaffinity"] \
                        " " value["C pthread_getaffinity_np"]
                add("C " n " of " both("C sysconf_conf", "C get_nprocs_conf"))
                add("C thread " value["C thread"])
            }
            print all
        }'
}
