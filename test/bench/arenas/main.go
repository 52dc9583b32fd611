// SPDX-License-Identifier: LGPL-2.1-or-later

// Arenas has 64 threads in C that allocate and free, eight of them at a time, as in a service whose
// load moves from thread to thread. A little of each turn stays. It prints what is resident at the
// end, what was at most, and the CPU time.
package main

/*
#include <stdlib.h>
#include <string.h>

enum { N_SLOTS = 2000 };

static unsigned next(unsigned *seed) { return *seed = *seed * 1664525u + 1013904223u; }

// Sizes from 16 bytes to 32 KiB, the small ones more often.
static void work(unsigned seed, int rounds)
{
	void *slot[N_SLOTS] = {0};
	for (int i = 0; i < rounds; i++) {
		const unsigned at = next(&seed) >> 8;
		const size_t n = (size_t)16 << (next(&seed) >> 16) % 12;
		free(slot[at % N_SLOTS]);
		slot[at % N_SLOTS] = malloc(n);
		memset(slot[at % N_SLOTS], 1, n);
	}
	for (int i = 0; i < N_SLOTS; i++)
		if (i % 64)
			free(slot[i]);
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

const threads, busy, turns, rounds = 64, 8, 10, 8000

func main() {
	var all sync.WaitGroup
	turn := make(chan int, busy)
	for i := 0; i < threads; i++ {
		all.Add(1)
		go func(seed int) {
			runtime.LockOSThread()
			for i := 0; i < turns; i++ {
				turn <- i
				C.work(C.uint(seed*turns+i), C.int(rounds))
				<-turn
			}
			all.Done()
		}(i)
	}
	all.Wait()
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmHWM") || strings.HasPrefix(line, "VmRSS") {
			fmt.Print(strings.Join(strings.Fields(line), " "), ", ")
		}
	}
	var use syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	fmt.Printf("CPU %d ms\n", (use.Utime.Nano()+use.Stime.Nano())/1000000)
}
