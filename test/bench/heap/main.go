// SPDX-License-Identifier: LGPL-2.1-or-later

// Heap prints what a heap of small objects that point to each other costs in CPU time: an object
// while the heap grows, one read that follows a pointer to a place at random, and an allocation with
// its share of the collections. There one object in four takes the place of another one, the rest
// are garbage at once. A collection comes each time that as much was allocated as lives, as by
// GOGC=100, but is asked for: the runtime's own collections are not as many in each run. Last, the
// most MiB that were resident.
//
//	heap [-live 1024] [-reads 10000000] [-rounds 4]
package main

import "C" // So that the runtime maps its heap through libc.

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
)

const nodeBytes = 256

type node struct {
	next *node
	rest [nodeBytes/8 - 1]uint64
}

var random uint64 = 88172645463325252

func draw(below int) int {
	random ^= random << 13
	random ^= random >> 7
	random ^= random << 17
	return int(random % uint64(below))
}

func usage() syscall.Rusage {
	var ret syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ret); err != nil {
		panic(err)
	}
	return ret
}

// usedNsec is the CPU time of all threads, the collector's too.
func usedNsec() int64 {
	now := usage()
	return now.Utime.Nano() + now.Stime.Nano()
}

// each is the CPU time that f takes, per time of n.
func each(n int, f func()) int64 {
	if n == 0 {
		return 0
	}
	begin := usedNsec()
	f()
	return (usedNsec() - begin) / int64(n)
}

func main() {
	live := flag.Int("live", 1024, "MiB that live")
	reads := flag.Int("reads", 10000000, "how many")
	rounds := flag.Int("rounds", 4, "collections, and how often as much is allocated as lives")
	flag.Parse()
	debug.SetGCPercent(-1)

	nodes := make([]*node, *live<<20/nodeBytes)
	growthNsec := each(len(nodes), func() {
		for i := range nodes {
			nodes[i] = new(node)
		}
	})
	// Without reads all lie in order: what a collector pays for disorder differs from run to run.
	for i := len(nodes) - 1; i > 0 && *reads > 0; i-- {
		k := draw(i + 1)
		nodes[i], nodes[k] = nodes[k], nodes[i]
	}
	for i, n := range nodes {
		n.next = nodes[(i+1)%len(nodes)]
	}

	at := nodes[0]
	readNsec := each(*reads, func() {
		for i := 0; i < *reads; i++ {
			at = at.next
			at.rest[0]++
		}
	})
	// As long as one lives of a ring, all do.
	for _, n := range nodes {
		n.next = n
	}
	runtime.GC()
	allocationNsec := each(*rounds*len(nodes), func() {
		for round := 0; round < *rounds; round++ {
			for i := range nodes {
				n := new(node)
				n.next = n
				at = n
				if i%4 == 0 {
					nodes[draw(len(nodes))] = n
				}
			}
			runtime.GC()
		}
	})
	fmt.Println("growth", growthNsec, "read", readNsec, "allocation", allocationNsec,
		"resident", usage().Maxrss>>10)
}
