#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The system calls of a Go start before its heap, more than with an object that is empty, on this
# machine and in a virtual one with 8 CPUs, two nodes and cgroup v2: calls.sh BUILD. They do not depend
# on the machine's speed; but a long mountinfo takes more reads and each cgroup above more files, so
# that only the virtual one has a most. There one call is libc's own: with more mappings it reads
# /proc/self/maps in more pieces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
. "$here/../vm/tree.sh"
. "$here/../vm/rows.sh"
for tool in go strace; do
    command -v $tool >/dev/null || { echo "not installed: $tool"; exit 77; }
done
work=$(mktemp -d)
cpu=/sys/fs/cgroup/cpu/${work##*/} memory=/sys/fs/cgroup/memory/${work##*/}
trap 'rm -rf "$work"; rmdir $cpu $memory 2>/dev/null || true' EXIT
trap 'exit 1' HUP INT TERM
status=0
cp "$build/lib/libsnug.so" "$build/test/preload/libempty.so" "$work/"
printf 'package main\n\nimport "C"\nimport "os"\n\nfunc main() { os.Exit(0) }\n' >"$work/main.go"
(cd "$work" && GO111MODULE=off GOFLAGS= go build -o program main.go)

count() { # LABEL
    "$here/before_heap.sh" any "$1" "$work/libsnug.so" "$work/libempty.so" "$work/program" >"$work/out" ||
        status=1
    sed 's/^shown: //' "$work/out"
}

count 'without limits'
SNUG_CPU_COUNT=1 count 'without limits, a CPU taken away'
if mkdir $cpu $memory 2>"$work/why"; then
    echo 150000 >$cpu/cpu.cfs_quota_us
    echo 256M >$memory/memory.limit_in_bytes
    for group in $cpu $memory; do echo $BASHPID >$group/cgroup.procs; done
    count 'version 1, limits of its own'
    for group in $cpu $memory; do echo $BASHPID >${group%/*}/cgroup.procs; done
else
    echo "not counted: limits of version 1: $(cat "$work/why")"
fi

if ! command -v qemu-system-x86_64 >"$work/where" ||
    ! kernel=$("$here/../vm/kernel.sh" "$build/vm"); then
    echo 'not counted: version 2, for want of a virtual machine'
    exit $status
fi
tree=$work/tree dir=$work/tree/cases only=
make_tree "$tree" "$build"
put "$tree" "$(command -v strace)" "$(command -v unshare)" "$work/program"
mkdir "$dir"
cp "$work/libempty.so" "$tree/lib/"
cp "$here/../vm/init" "$tree/"
cp "$here/before_heap.sh" "$tree/bin/before_heap"
enter="/bin/unshare -Cm sh -c 'umount /sys/fs/cgroup; mount -t cgroup2 cgroup /sys/fs/cgroup; exec \"\$@\"' sh"
in_container=
counted() { # MOST LABEL BOX…
    row "$2" "${in_container:+$enter }before_heap $1 '$2' /lib/libsnug.so /lib/libempty.so /bin/program" "${@:3}" -- 'status 0'
}
limits=('own/cpu.max 150000 100000' 'own/memory.max 256M')
counted 33 'version 2, without limits, three cgroups'
counted 44 'version 2, limits of its own, three cgroups' "${limits[@]}"
counted 44 'version 2, limits of the one above, three cgroups' "${limits[@]#own/}"
in_container=1
counted 22 'version 2, without limits, in a container'
counted 33 'version 2, limits of its own, in a container' "${limits[@]}"
"$here/../vm/boot.sh" "$kernel" "$tree" 600 >"$work/serial" || status=1
sed -n 's/^# [0-9]*: //p' "$work/serial"
if grep -q '^not ok' "$work/serial" || ! grep -qx 'all cases have a result' "$work/serial"; then
    grep '^# ' "$work/serial" || true
    status=1
fi
exit $status
