#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program sets is shown as it was set: pins.sh OBJECT PINS. See pins.c; the virtual machine,
# which has eight CPUs, runs it too.
set -eu
if [ "$(nproc)" -lt 3 ]; then
    echo 'machine lacks a third CPU'
    exit 77
fi
said=$(SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$1 "$2")
echo "$said"
[ "$said" = 111111 ]
