// SPDX-License-Identifier: LGPL-2.1-or-later

// Heap prints what a heap of small objects that point to each other costs in CPU time: one
// read that follows a pointer to a place at random, and one allocation, of which one in four takes
// the place of another object and the rest are garbage at once.
//
//	heap [-live 1024] [-reads 10000000] [-allocations 10000000]
package main

import "C" // So that the runtime maps its heap through libc.

import (
	"flag"
	"fmt"
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

// usedNsec is the CPU time of all threads, the collector's too.
func usedNsec() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
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
	allocations := flag.Int("allocations", 10000000, "how many")
	flag.Parse()

	nodes := make([]*node, *live<<20/nodeBytes)
	for i := range nodes {
		nodes[i] = new(node)
	}
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
	allocationNsec := each(*allocations, func() {
		for i := 0; i < *allocations; i++ {
			n := new(node)
			n.next = n
			at = n
			if i%4 == 0 {
				nodes[draw(len(nodes))] = n
			}
		}
	})
	fmt.Println("read", readNsec, "allocation", allocationNsec)
}
