#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A collector that is busy because of the memory target has a little more room for a while:
# relief.sh OBJECT SNUG. The program is stripped, and linked to C and by itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 snug=$2
. "$here/../limited.sh"
case $(go env GOVERSION) in
go1.1[0-9]*) echo 'machine lacks Go 1.20 or newer: older ones have no account'; exit 77 ;;
esac
page=$(mktemp -u -p /dev/shm) leftovers=("$page")
mkdir "$work/busy.d"
cat >"$work/busy.d/main.go" <<'END'
package main

import (
	_ "net" // what a service imports, and what makes Go use the C library
	"os"
	"os/signal"
	"runtime/metrics"
	"syscall"
)

// All of it has to be followed at each collection.
type node struct {
	next *node
	data [30]uint64
}

var kept, fresh *node

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGUSR2)
	for i := 0; i < 150<<20/256; i++ {
		kept = &node{next: kept}
	}
	account := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	for i := 0; ; i++ {
		fresh = &node{}
		if i%100000 == 0 {
			metrics.Read(account) // The runtime makes a copy of its account for this.
			select {
			case <-end:
				return
			default:
			}
		}
	}
}
END
(cd "$work/busy.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -ldflags '-s -w' -o ../busy .)
(cd "$work/busy.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=0 go build -ldflags '-s -w' -o ../static .)
failures=0
cgroup_limit "$group" 400000 $((256 << 20))

gives() { # LABEL VARIABLE… PROGRAM…
    local label=$1 status=0
    shift
    : >"$work/log"
    cgroup_exec "$group" env LD_PRELOAD="$object" SNUG_FOLLOW_INTERVAL=100ms SNUG_LOG=info GOGC=400 \
        SNUG_LOG_FILE="$work/log" SNUG_STATS_FILE="$page" "$@" &
    running=$!
    until grep -q 'relief: the collector has [2-9][0-9]% of the CPUs' "$work/log"; do
        kill -0 "$running" 2>/dev/null || { echo "$label: has ended"; failures=$((failures + 1)); break; }
        sleep 0.05
    done
    # The command has no page.
    [ $# -gt 2 ] || "$snug" stat --json "$page" | grep -q '"follow_reliefs": *[1-9]' || {
        echo "$label: it is not counted"
        failures=$((failures + 1))
    }
    kill -USR2 "$running" || :
    wait "$running" || status=$?
    running=
    [ $status = 0 ] || { echo "$label: status $status"; failures=$((failures + 1)); }
    # Of a target of 230 or 245 MiB, 8 MiB more at most.
    set -- $(sed -n 's/.*memory \([0-9]*\) to \([0-9]*\) (relief.*/\1 \2/p' "$work/log")
    [ "${2-0}" -gt "${1-0}" ] && [ "$2" -le $(($1 + (8 << 20))) ] || {
        echo "$label: moved from ${1-nothing} to ${2-nothing}"
        failures=$((failures + 1))
    }
}

gives 'a static headroom' SNUG_FOLLOW=on "$work/busy"
gives 'a measured one' SNUG_MEMORY_HEADROOM=measured "$work/busy"
if "$snug" explain --cpu.count=1 -- "$work/static" | grep -q 'snug run traces the start'; then
    gives 'from outside' SNUG_FOLLOW=on "$snug" run --init -- "$work/static"
fi
[ $failures = 0 ]
