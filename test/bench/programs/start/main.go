// SPDX-License-Identifier: LGPL-2.1-or-later

// A Go program that starts and ends. With an argument it says what it was told: GOMAXPROCS, and the
// memory limit in bytes. The tags say who tells it: libraries, own (Go 1.25 and later), or nobody.
package main

import "C" // So that it has a loader, which an object can be given to.

import (
	"os"
	"runtime"
	"runtime/debug"
)

func main() {
	if len(os.Args) > 1 {
		println(runtime.GOMAXPROCS(0), debug.SetMemoryLimit(-1))
	}
	os.Exit(0)
}
