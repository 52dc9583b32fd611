#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a cgo program holds, and its CPU time, with each value of malloc.arenas: arenas.sh OBJECT
# [ROUNDS]. Medians of five rounds, or that many, in turn.
set -euo pipefail
object=$1 n_rounds=${2-5}
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
(cd "$here/arenas" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/arenas" .)
for round in $(seq "$n_rounds"); do
    for value in keep auto 1; do
        LD_PRELOAD=$object SNUG_MALLOC_ARENAS=$value "$work/arenas" | tr -dc '0-9 \n' >>"$work/$value"
    done
done
median() { awk -v n="$2" '{ print $n }' "$work/$1" | sort -n | sed -n $((n_rounds / 2 + 1))p; }
for value in keep auto 1; do
    echo "$value: at most $(median $value 1) KiB, $(median $value 2) KiB at the end, $(median $value 3) ms of CPU"
done
