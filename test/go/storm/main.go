// SPDX-License-Identifier: LGPL-2.1-or-later

// Storm says what a Go program finds of whoever traced its start, in the words of
// test/cli/counter.c, and waits to be ended. See test/cli/storm.py.
package main

import (
	"fmt"
	"math/bits"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func allowed() int {
	var mask [1024]uint64
	n, _, _ := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, 0, unsafe.Sizeof(mask),
		uintptr(unsafe.Pointer(&mask[0])))
	sum := 0
	for _, word := range mask[:n/8] {
		sum += bits.OnesCount64(word)
	}
	return sum
}

func main() {
	children := "some"
	if _, err := syscall.Wait4(-1, nil, syscall.WALL, nil); err == syscall.ECHILD {
		children = "none"
	}
	status, _ := os.ReadFile("/proc/self/status")
	tracer := ""
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "TracerPid:") {
			tracer = line
		}
	}
	fmt.Printf("children %s\ncounted %d, then %d\n%s\n", children, runtime.NumCPU(),
		allowed(), tracer)
	for {
		time.Sleep(time.Hour)
	}
}
