// SPDX-License-Identifier: LGPL-2.1-or-later

// Program does what its words say, one after the other: it is what facts about the Go runtime are
// looked at on.
//
//	see        prints NumCPU, GOMAXPROCS, GOMEMLIMIT
//	entries    prints the environment, an entry a line, and ends with a line "end"
//	wait       prints "ready" and waits for a line of input
//	grow       makes the heap 96 MiB larger
//	shrink     gives all of that back to the system
//	follow     prints GOMAXPROCS whenever it is another
//	NAME=      prints what the variable is
package main

import (
	"bufio"
	"fmt"
	"os"
	_ "os/user" // makes Go use the C library
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

var kept [][]byte

var input = bufio.NewReader(os.Stdin)

func main() {
	for _, word := range os.Args[1:] {
		switch {
		case word == "see":
			see()
		case word == "entries":
			fmt.Println(strings.Join(append(os.Environ(), "end"), "\n"))
		case word == "wait":
			fmt.Println("ready")
			input.ReadString('\n')
		case word == "grow":
			for i := 0; i < 96; i++ {
				kept = append(kept, make([]byte, 1<<20))
			}
		case word == "shrink":
			kept = nil
			debug.FreeOSMemory()
		case word == "follow":
			follow()
		case strings.HasSuffix(word, "="):
			fmt.Println(word + os.Getenv(strings.TrimSuffix(word, "=")))
		}
	}
}

func see() {
	fmt.Println("NumCPU", runtime.NumCPU())
	fmt.Println("GOMAXPROCS", runtime.GOMAXPROCS(0))
	fmt.Println("GOMEMLIMIT", memoryLimit())
}

// follow prints each GOMAXPROCS that is new, until the program is ended.
func follow() {
	for last := 0; ; time.Sleep(10 * time.Millisecond) {
		if now := runtime.GOMAXPROCS(0); now != last {
			fmt.Println("GOMAXPROCS", now)
			last = now
		}
	}
}
