#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots a directory tree as a Linux machine with 8 CPUs and 4 GiB and prints what comes
# over its serial line. Software emulation: it needs no KVM, and nested KVM has been seen
# to hang. Ends as serial.py does: a machine that says nothing for minutes stands still.
#
#   boot.sh KERNEL TREE SECONDS [MACHINE]
#
# MACHINE: two     two NUMA nodes of 4 CPUs and 2 GiB, and an empty disk to read (the default)
#          four    nodes 0 and 1 of 3 CPUs, 1.5 GiB each; node 2 with 2 CPUs and
#                  without memory; node 3 with 1 GiB and without CPUs
#          spare   like two, of which CPUs 4 to 7 could be plugged in
#          arm64   like two, of that architecture
set -eu
kernel=$1 tree=$2 seconds=$3 machine=${4:-two}
here=$(cd "$(dirname "$0")" && pwd)
silent_seconds=300
qemu='qemu-system-x86_64 -cpu max' console=ttyS0 size=2G cpus_0=0-3 cpus_1=4-7 more= append= has_disk=
case $machine in
two) has_disk=1 ;;
four)
    size=1536M cpus_0=0-2 cpus_1=3-5
    # The kernel numbers nodes with CPUs first.
    more='-object memory-backend-ram,id=m2,size=1G -numa node,nodeid=2,cpus=6-7
        -numa node,nodeid=3,memdev=m2'
    ;;
spare) append=maxcpus=4 ;;
arm64) here=$(cd "$(dirname "$0")" && pwd)
silent_seconds=300
qemu='qemu-system-aarch64 -M virt -cpu cortex-a57' console=ttyAMA0 ;;
esac
image=$(mktemp) disk=$(mktemp)
trap 'rm -f "$image" "$disk"' EXIT
trap 'exit 1' HUP INT TERM

# Empty, and once for each driver that a distribution's kernel has built in.
if [ -n "$has_disk" ]; then
    truncate -s 512M "$disk"
    for driver in nvme,serial=1 virtio-blk-pci; do
        more="$more -drive if=none,id=${driver%%[,-]*},format=raw,readonly=on,file=$disk
            -device $driver,drive=${driver%%[,-]*}"
    done
fi

(cd "$tree" && find . | cpio -o -H newc --quiet) >"$image"

# Level 1 keeps the kernel's reports of killed processes out of the output and lets
# a panic through.
"$here/serial.py" "$seconds" $silent_seconds $qemu -name test,debug-threads=on -accel tcg,thread=multi \
    -smp 8 -m 4G \
    -object memory-backend-ram,id=m0,size=$size -object memory-backend-ram,id=m1,size=$size \
    -numa node,nodeid=0,memdev=m0,cpus=$cpus_0 -numa node,nodeid=1,memdev=m1,cpus=$cpus_1 \
    $more \
    -kernel "$kernel" -initrd "$image" \
    -append "console=$console loglevel=1 panic=-1 $append" \
    -nodefaults -nographic -serial stdio -no-reboot
