#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A Go program whose 64 threads grow the heap, fork, start children and map ranges, with every
# span and NUMA key on: stress.sh OBJECT. Three seconds, with SNUG_LONG set a minute.
set -eu
object=$1
here=$(cd "$(dirname "$0")" && pwd)
seconds=3
[ -z "${SNUG_LONG-}" ] || seconds=60
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
(cd "$here/../go/stress" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/stress" .)

export SNUG_NUMA_PLACE=interleave SNUG_NUMA_CONFINE=on SNUG_SPAN_HUGE=auto
export SNUG_SPAN_ALIGN=256K SNUG_SPAN_GUARD=refuse SNUG_SPAN_NAME=on
LD_PRELOAD=$object "$work/stress" -seconds $seconds
