// SPDX-License-Identifier: LGPL-2.1-or-later

// See prints what the Go runtime made of the machine it was started on.
//
//	go build -o see . && LD_PRELOAD=/usr/lib/libsnug.so ./see
//
// In a container with 1.5 CPUs and 256 MiB on a machine with 8 CPUs:
//
//	go go1.22.12
//	NumCPU 2
//	GOMAXPROCS 2
//	GOMEMLIMIT 241172480
//	affinity 0-7
//
// Without libsnug.so NumCPU and GOMAXPROCS are 8 (Go 1.25 and newer may make
// GOMAXPROCS 2 by themselves) and GOMEMLIMIT is 9223372036854775807: none.
// With "-after 3s" it looks again after that time and prints "later NumCPU 2" …
package main

import (
	"flag"
	"fmt"
	_ "net" // what a service imports, and what makes Go use the C library
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	after := flag.Duration("after", 0, "look again after this time")
	flag.Parse()

	fmt.Println("go", runtime.Version())
	look("")
	if *after > 0 {
		time.Sleep(*after)
		look("later ")
	}
}

func look(when string) {
	fmt.Println(when+"NumCPU", runtime.NumCPU())
	fmt.Println(when+"GOMAXPROCS", runtime.GOMAXPROCS(0))
	fmt.Println(when+"GOMEMLIMIT", memoryLimit())
	fmt.Println(when+"affinity", affinity())
}

// affinity returns the CPUs that the kernel lets this process use.
func affinity() string {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "Cpus_allowed_list:") {
			return strings.TrimSpace(line[len("Cpus_allowed_list:"):])
		}
	}
	return "unknown"
}
