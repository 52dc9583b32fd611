// SPDX-License-Identifier: LGPL-2.1-or-later

// What the programs of owner.sh have in common: they say their limits whenever these change, until
// SIGUSR2.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

func watch() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGUSR2)
	procs, limit := 0, int64(0)
	for {
		if now := runtime.GOMAXPROCS(0); now != procs {
			procs = now
			fmt.Println("GOMAXPROCS", procs)
		}
		if now := debug.SetMemoryLimit(-1); now != limit {
			limit = now
			fmt.Println("limit", limit)
		}
		select {
		case <-end:
			fmt.Println("at the end", debug.SetMemoryLimit(-1))
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}
