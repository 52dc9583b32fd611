#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go programs in a container of podman with a limit of one CPU and 256 MiB, under podman's own
# seccomp rules; snug comes by LD_PRELOAD, or is baked into the image:
#
#   programs.sh [--long] BUILD
#
# The container's root is a tree like the virtual machine's.
set -euo pipefail
. "$(dirname "$0")/../trust/tap.sh"
. "$here/../go/cells.sh"
. "$here/../vm/tree.sh"
. "$here/../trust/servers"
tree=$work/tree
mkdir "$tree"
make_tree "$tree" "$build"
cd "$work"
trap 'podman_clean || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Runs a command in the container, by its shell.
contained() { # COMMAND
    podman_here --runtime runc run --rm --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
        --network none --cpus 1 --memory 256m --rootfs "$tree" /bin/sh -c "$1"
}

if ! contained true >"$work/why" 2>&1; then
    skip containers "machine lacks what podman needs: $(tail -n 1 "$work/why")"
    finish
    exit
fi

machine_cpus=$(nproc) planned_cpus=1 planned_limit=241172480
machine_own=$((machine_cpus < 2 ? machine_cpus : 2)) # Go's least from 1.25 on.

# What the program prints in the container must contain the lines.
test_lines() { # LABEL COMMAND LINE…
    local label=$1 command=$2 line status=0
    shift 2
    contained "$command" >"$work/why" 2>&1 || status=$?
    for line; do
        grep -Fxq -- "$line" "$work/why" || { status=1; echo "wanted: $line" >>"$work/why"; }
    done
    result $status "$label"
}

test_program() { # RELEASE MODE NAME
    local lines
    put "$tree" "$bin/$3"
    machine_affinity=$(contained "$3" | sed -n 's/^affinity //p')
    mapfile -t lines < <(cell_lines plain "$1" "$2")
    test_lines "$3 without snug" "$3" "${lines[@]}"
    mapfile -t lines < <(cell_lines snug "$1" "$2" later)
    test_lines "$3 with LD_PRELOAD" \
        "SNUG_CPU_MIN=1 preload $3 -after=1s" "${lines[@]}"
    # Every key that makes calls of its own. The counts are what is looked at.
    test_lines "$3 with LD_PRELOAD and much to do" \
        "SNUG_CPU_MIN=1 SNUG_NUMA_PLACE=interleave SNUG_NUMA_CONFINE=on SNUG_SPAN_HUGE=auto \
            SNUG_SPAN_ALIGN=2M SNUG_SPAN_GUARD=refuse SNUG_SPAN_NAME=on \
            SNUG_FOLLOW=on SNUG_STATS_FILE=/dev/shm/page SNUG_CHILD_PDEATHSIG=TERM \
            SNUG_LOG=error preload $3" \
        "${lines[@]:0:2}"
}

while read -r release mode name; do
    case $mode in
    internal | external | pie-nocgo | musl-internal | musl-external) ;;
    *) continue ;;
    esac
    [ -n "$long" ] || [ "$release" = 1.22.2 ] || [ "$release" = "$newest" ] || continue
    test_program "$release" "$mode" "$name"
done <"$list"

test_lines 'snug explain' 'SNUG_CPU_MIN=1 snug explain --json' '      "count": 1,'

# Baked into the image: no variable, every program of the container.
echo /lib/libsnug.so >"$tree/etc/ld.so.preload"
echo 'cpu.min = 1' >"$tree/etc/snug.conf"
test_lines 'snug in the image, by ld.so.preload and snug.conf' "$newest-internal" \
    'NumCPU 1' 'GOMAXPROCS 1' "GOMEMLIMIT $planned_limit"
finish
