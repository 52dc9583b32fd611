// SPDX-License-Identifier: LGPL-2.1-or-later

// Cache is a service whose cache grows to -live MiB in -grow, and memory of C code to -c MiB with it.
// Then new entries take the place of old ones, -rate a second for -hold, whether or not the ones before
// were in time. Each makes -garbage bytes of garbage. Prints as JSON the
// collector's share of the CPU time, in percent, the CPU time in ms, and the most MiB that were resident.
package main

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"flag"
	"fmt"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"
)

const (
	entryBytes = 1024
	nServers   = 4
	nSteps     = 64
)

var sink [nServers][]byte

// pace waits until it is time for step i of n.
func pace(start time.Time, grow time.Duration, i, n int) {
	time.Sleep(time.Until(start.Add(grow * time.Duration(i) / time.Duration(n))))
}

// serve is one of nServers: it has its part of the cache and of the requests.
func serve(server int, grow, hold time.Duration, nEntries, nRequests, garbageBytes int) {
	cache := make([][]byte, nEntries)
	start := time.Now()
	for i := 0; i < nEntries+nRequests; i++ {
		sink[server] = make([]byte, garbageBytes)
		entry := make([]byte, entryBytes)
		entry[0] = byte(i)
		if i < nEntries {
			cache[i] = entry
		} else {
			cache[i*7919%nEntries] = entry
		}
		switch {
		case i%nSteps != 0:
		case i < nEntries:
			pace(start, grow, i, nEntries)
		default:
			pace(start.Add(grow), hold, i-nEntries, nRequests)
		}
	}
}

func holdInC(grow time.Duration, mebibytes int) {
	start := time.Now()
	n := C.size_t(mebibytes << 20 / nSteps)
	for i := 0; i < nSteps && n > 0; i++ {
		C.memset(C.malloc(n), 1, n)
		pace(start, grow, i, nSteps)
	}
}

func seconds(name string) float64 {
	sample := []metrics.Sample{{Name: "/cpu/classes/" + name + ":cpu-seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64()
}

func main() {
	grow := flag.Duration("grow", 2*time.Second, "how long")
	live := flag.Int("live", 64, "MiB")
	c := flag.Int("c", 0, "MiB")
	hold := flag.Duration("hold", 4*time.Second, "how long")
	rate := flag.Int("rate", 25000, "requests a second")
	garbage := flag.Int("garbage", 4096, "bytes")
	flag.Parse()

	var servers sync.WaitGroup
	servers.Add(1)
	go func() {
		defer servers.Done()
		holdInC(*grow, *c)
	}()
	for i := 0; i < nServers; i++ {
		servers.Add(1)
		go func(i int) {
			defer servers.Done()
			nRequests := int(hold.Seconds() * float64(*rate))
			serve(i, *grow, *hold, *live<<20/entryBytes/nServers, nRequests/nServers, *garbage)
		}(i)
	}
	servers.Wait()

	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	// What the collector does in idle time takes nobody's.
	collected := seconds("gc/total") - seconds("gc/mark/idle")
	fmt.Printf("{\"gc_percent\": %.2f, \"cpu_ms\": %d, \"resident_mib\": %d}\n",
		100*collected/(seconds("total")-seconds("idle")-seconds("gc/mark/idle")),
		(usage.Utime.Nano()+usage.Stime.Nano())/1000000, usage.Maxrss>>10)
}
