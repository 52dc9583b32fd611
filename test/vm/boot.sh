#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots a directory tree as a Linux machine with 8 CPUs on two NUMA nodes and prints
# what comes over its serial line. Software emulation: it needs no KVM, and nested
# KVM has been seen to hang.
#
#   boot.sh KERNEL TREE [SECONDS [arm64]]
set -eu
kernel=$1 tree=$2 seconds=${3:-600}
image=$(mktemp)
trap 'rm -f "$image"' EXIT
trap 'exit 1' HUP INT TERM

qemu='qemu-system-x86_64 -cpu max' console=ttyS0
[ "${4-}" != arm64 ] || qemu='qemu-system-aarch64 -M virt -cpu cortex-a57' console=ttyAMA0
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$image"

# Level 1 keeps the kernel's reports of killed processes out of the output and lets
# a panic through.
timeout --foreground "$seconds" $qemu -accel tcg,thread=multi \
    -smp 8 -m 4G \
    -object memory-backend-ram,id=m0,size=2G -object memory-backend-ram,id=m1,size=2G \
    -numa node,memdev=m0,cpus=0-3 -numa node,memdev=m1,cpus=4-7 \
    -kernel "$kernel" -initrd "$image" \
    -append "console=$console loglevel=1 panic=-1" \
    -nodefaults -nographic -serial stdio -no-reboot </dev/null |
    tr -d '\r'
