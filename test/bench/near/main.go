// SPDX-License-Identifier: LGPL-2.1-or-later

// Near makes garbage beside a heap that lives and nearly fills its limit, and prints how often the
// collector ran for it, with how many milliseconds of CPU time.
//
//	near [-live 180] [-garbage 1024] [-above 0]
//
// It begins when its memory limit is above so many MiB. What the collector does on CPUs that are idle
// otherwise does not count.
package main

import "C" // So that the runtime maps its heap through libc.

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const nodeBytes = 256

// All of it has to be followed at each collection.
type node struct {
	next *node
	rest [nodeBytes/8 - 1]uint64
}

var kept, fresh *node

func collected() (uint32, float64) {
	all := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	runtime.GC() // The account is that of the last collection.
	metrics.Read(all)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumGC, 1000 * (all[0].Value.Float64() - all[1].Value.Float64())
}

func main() {
	live := flag.Int("live", 180, "MiB that live")
	garbage := flag.Int("garbage", 1024, "MiB that do not")
	above := flag.Int64("above", 0, "MiB of the memory limit to wait for")
	flag.Parse()
	for i := 0; i < *live<<20/nodeBytes; i++ {
		kept = &node{next: kept}
	}
	runtime.GC() // How much lives is known.
	for debug.SetMemoryLimit(-1) <= *above<<20 {
		time.Sleep(10 * time.Millisecond)
	}
	n, msec := collected()
	for i := 0; i < *garbage<<20/nodeBytes; i++ {
		fresh = &node{}
	}
	nThen, msecThen := collected()
	fmt.Printf("collections %d, %.0f ms\n", nThen-n, msecThen-msec)
}
