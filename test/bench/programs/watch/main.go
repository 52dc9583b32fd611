// SPDX-License-Identifier: LGPL-2.1-or-later

// Watch prints GOMAXPROCS and the memory limit in bytes, and again whenever one of them is another, with
// the time in ns since 1970. It looks each two milliseconds.
package main

import "C" // So that it has a loader, which an object can be given to.

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

func main() {
	follow()
	cpus, memory := -1, int64(-1)
	for ; ; time.Sleep(2 * time.Millisecond) {
		nowCPUs, nowMemory := runtime.GOMAXPROCS(0), debug.SetMemoryLimit(-1)
		if nowCPUs != cpus || nowMemory != memory {
			fmt.Println(nowCPUs, nowMemory, time.Now().UnixNano())
		}
		cpus, memory = nowCPUs, nowMemory
	}
}
