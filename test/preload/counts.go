// SPDX-License-Identifier: LGPL-2.1-or-later

// Counts says how many CPUs the Go runtime has found, and with an argument lives until it is ended.
package main

import (
	"fmt"
	"os"
	_ "os/user" // What makes Go use the C library.
	"runtime"
	"time"
)

func main() {
	fmt.Println("NumCPU", runtime.NumCPU())
	for len(os.Args) > 1 {
		time.Sleep(time.Hour)
	}
}
