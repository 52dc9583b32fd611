#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go programs in a container of podman with a limit of one CPU and 256 MiB, under podman's own
# seccomp rules; snug comes by LD_PRELOAD, or is baked into the image:
#
#   container.sh [--long] BUILD
#
# The container's root is a directory with the programs, their libraries and snug.
set -euo pipefail
. "$(dirname "$0")/tap.sh"
. "$here/../go/cells.sh"
root=$work/root
container=(podman --root "$work/r" --runroot "$work/rr" --tmpdir "$work/t" --storage-driver vfs
    --events-backend none --cgroup-manager cgroupfs --runtime runc run --rm
    --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 --network none --cpus 1 --memory 256m)
trap 'umount "$work/r/vfs" 2>/dev/null || true; rm -rf "$work"' EXIT

# A program at its own path below DIR, and the libraries that the loader finds for it.
put() { # DIR FILE
    cp "$2" "$root/$1/"
    local library
    for library in $(ldd "$2" 2>/dev/null | grep -o '/[^ ]*'); do
        [ ! -e "$library" ] || install -D "$library" "$root$library"
    done
}

mkdir -p "$root"/{bin,lib,proc,sys,dev,etc,tmp}
put bin /bin/busybox
ln -s busybox "$root/bin/sh"
put bin "$build/lib/snug"
put lib "$object"
for loader in /lib/ld-musl-*; do
    [ ! -e "$loader" ] || cp -L "$loader" "$root/lib/"
done

if ! "${container[@]}" --rootfs "$root" /bin/sh -c true >"$work/why" 2>&1; then
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
    "${container[@]}" --rootfs "$root" /bin/sh -c "$command" >"$work/why" 2>&1 || status=$?
    for line; do
        grep -Fxq -- "$line" "$work/why" || { status=1; echo "wanted: $line" >>"$work/why"; }
    done
    result $status "$label"
}

test_program() { # RELEASE MODE NAME
    local lines
    put bin "$bin/$3"
    machine_affinity=$("${container[@]}" --rootfs "$root" "/bin/$3" | sed -n 's/^affinity //p')
    mapfile -t lines < <(cell_lines plain "$1" "$2")
    test_lines "$3 without snug" "/bin/$3" "${lines[@]}"
    mapfile -t lines < <(cell_lines snug "$1" "$2" later)
    test_lines "$3 with LD_PRELOAD" \
        "SNUG_CPU_MIN=1 LD_PRELOAD=/lib/libsnug.so /bin/$3 -after=1s" "${lines[@]}"
    # Every key that makes calls of its own. GOMEMLIMIT has a mark, by which follow finds it.
    test_lines "$3 with LD_PRELOAD and much to do" \
        "SNUG_CPU_MIN=1 SNUG_NUMA_PLACE=interleave SNUG_NUMA_CONFINE=on SNUG_SPAN_HUGE=auto \
            SNUG_SPAN_ALIGN=2M SNUG_SPAN_CACHE=16M SNUG_SPAN_GUARD=refuse SNUG_SPAN_NAME=on \
            SNUG_FOLLOW=on SNUG_STATS_FILE=/dev/shm/page SNUG_CHILD_PDEATHSIG=TERM \
            SNUG_LOG=error LD_PRELOAD=/lib/libsnug.so /bin/$3" \
        "${lines[@]:0:2}"
}

newest=$(awk '{ print $1 }' "$list" | sort -uV | tail -n 1)
while read -r release mode name; do
    case $mode in
    internal | external | pie-nocgo | musl-internal | musl-external) ;;
    *) continue ;;
    esac
    [ -n "$long" ] || [ "$release" = 1.22.12 ] || [ "$release" = "$newest" ] || continue
    test_program "$release" "$mode" "$name"
done <"$list"

test_lines 'snug explain' 'SNUG_CPU_MIN=1 snug explain --json' '      "count": 1,'

# Baked into the image: no variable, every program of the container.
echo /lib/libsnug.so >"$root/etc/ld.so.preload"
echo 'cpu.min = 1' >"$root/etc/snug.conf"
test_lines 'snug in the image, by ld.so.preload and snug.conf' "/bin/$newest-internal" \
    'NumCPU 1' 'GOMAXPROCS 1' "GOMEMLIMIT $planned_limit"
finish
