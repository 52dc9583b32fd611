// SPDX-License-Identifier: LGPL-2.1-or-later

// Heap fills a heap and says on which NUMA nodes its pages lie.
//
//	heap -fill 512 [-node 1] [-weights 0,1] [-threads 1000] [-sparse 1024] [-budget 460] [-moved] [-filter]
//
// Lines that begin with "shown:" are figures. The others are claims: with -node that at
// least 99 % of the heap's pages lie there, with -weights that the nodes' shares are those
// of their free memory at the start, each but for one arena. With -sparse an
// object of so many MiB is made and not touched; with -budget so many MiB may be advised to
// be huge pages. With -moved the heap is filled once the allowed CPUs are others, and what it
// had before does not count; with -filter by a thread that is under a seccomp filter of its own.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	_ "net"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	blockBytes = 64 << 10
	arenaBytes = 64 << 20
)

var kept [][]byte // What lives.

// lines calls f with the fields of each line.
func lines(path string, f func([]string)) {
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		f(strings.Fields(scanner.Text()))
	}
}

// freeBytes is the free memory of each node.
func freeBytes(nodes []int) map[int]float64 {
	ret := map[int]float64{}
	for _, node := range nodes {
		lines(fmt.Sprintf("/sys/devices/system/node/node%d/meminfo", node), func(f []string) {
			if len(f) > 3 && f[2] == "MemFree:" {
				ret[node], _ = strconv.ParseFloat(f[3], 64)
			}
		})
	}
	return ret
}

// fill keeps that much, each page touched.
func fill(mib int) {
	for i := 0; i < mib<<20/blockBytes; i++ {
		b := make([]byte, blockBytes)
		for j := 0; j < len(b); j += 4096 {
			b[j] = byte(i)
		}
		kept = append(kept, b)
	}
}

// arenasOfHeap has the number of each arena that a kept block lies in.
func arenasOfHeap() map[uint64]bool {
	ret := map[uint64]bool{}
	for _, b := range kept {
		var at uint64
		fmt.Sscanf(fmt.Sprintf("%p", &b[0]), "0x%x", &at)
		ret[at/arenaBytes] = true
	}
	return ret
}

// pages counts the heap's pages on each node, and the mappings whose pages lie on several.
func pages() (perNode map[int]float64, policies map[string]bool, mappings, mixed int) {
	heap := arenasOfHeap()
	perNode = map[int]float64{}
	policies = map[string]bool{}
	lines("/proc/self/numa_maps", func(f []string) {
		at, _ := strconv.ParseUint(f[0], 16, 64)
		// From Go 1.26 on a heap may start in the last chunks of an arena.
		if !heap[at/arenaBytes] && !heap[at/arenaBytes+1] {
			return
		}
		nodes := 0
		for _, word := range f {
			node, n := 0, 0
			if _, err := fmt.Sscanf(word, "N%d=%d", &node, &n); err == nil {
				perNode[node] += float64(n)
				nodes++
			}
		}
		if nodes > 0 {
			policies[f[1]] = true
			mappings++
		}
		if nodes > 1 {
			mixed++
		}
	})
	return
}

// huge counts the heap's MiB that are advised to be huge pages, and all that are. The
// runtime advises a table of its own.
func huge(heap map[uint64]bool) (advised, are int) {
	size, isHeap := 0, false
	lines("/proc/self/smaps", func(f []string) {
		n := 0
		if len(f) > 1 {
			n, _ = strconv.Atoi(f[1])
		}
		var from, to uint64
		if n, _ := fmt.Sscanf(f[0], "%x-%x", &from, &to); n == 2 {
			isHeap = false
			for arena := range heap {
				isHeap = isHeap || from < (arena+1)*arenaBytes && arena*arenaBytes < to
			}
		}
		switch f[0] {
		case "Size:":
			size = n
		case "AnonHugePages:":
			are += n
		case "VmFlags:":
			if strings.Contains(strings.Join(f, " ")+" ", " hg ") && isHeap {
				advised += size
			}
		}
	})
	return advised >> 10, are >> 10
}

// reportHuge says what there is of them.
func reportHuge(heap map[uint64]bool, sparse, budget int) {
	advised, are := huge(heap)
	fmt.Println("shown:", advised, "MiB advised,", are, "MiB in huge pages")
	switch {
	case advised == 0:
		fmt.Println("nothing is advised")
	case advised <= budget:
		fmt.Println("the advised bytes are within the budget")
	case advised >= sparse:
		fmt.Println("all of it is advised")
	}
	if are > 0 {
		fmt.Println("huge pages: yes")
	} else {
		fmt.Println("huge pages: no")
	}
}

// isNamed says whether /proc/self/maps gives any mapping the name that span.name is for.
func isNamed() (ret bool) {
	lines("/proc/self/maps", func(f []string) {
		ret = ret || strings.HasSuffix(strings.Join(f, " "), " [anon:snug: go heap]")
	})
	return
}

// churn creates threads and ends them, and says on which CPUs each may run.
func churn(n int) {
	seen := map[string]int{}
	for i := 0; i < n; i++ {
		done := make(chan string)
		go func() {
			runtime.LockOSThread() // It ends with the goroutine.
			lines("/proc/thread-self/status", func(f []string) {
				if f[0] == "Cpus_allowed_list:" {
					done <- f[1]
				}
			})
		}()
		seen[<-done]++
	}
	for list, n := range seen {
		fmt.Println(n, "threads may run on", list)
	}
}

// allowed is the CPUs of the main thread.
func allowed() (ret string) {
	lines("/proc/self/status", func(f []string) {
		if f[0] == "Cpus_allowed_list:" {
			ret = f[1]
		}
	})
	return
}

func list(text string) (ret []int) {
	for _, word := range strings.Split(text, ",") {
		if n, err := strconv.Atoi(word); err == nil {
			ret = append(ret, n)
		}
	}
	return
}

func main() {
	mib := flag.Int("fill", 512, "MiB of heap")
	node := flag.Int("node", -1, "where all of it should lie")
	weighted := flag.String("weights", "", "nodes that it should be shared out to")
	sparse := flag.Int("sparse", 0, "MiB of an object that is not touched")
	budget := flag.Int("budget", 0, "MiB that may be advised to be huge pages")
	threads := flag.Int("threads", 0, "threads to create one after the other")
	moved := flag.Bool("moved", false, "wait until the allowed CPUs are others")
	filter := flag.Bool("filter", false, "fill the heap from a thread that a filter may kill")
	flag.Parse()
	first := allowed()

	fmt.Println("NumCPU", runtime.NumCPU(), "GOMAXPROCS", runtime.GOMAXPROCS(0))
	early := map[int]float64{} // What lies where it lay before the CPUs moved.
	if *moved {
		kept = append(kept, make([]byte, blockBytes)) // By which the heap is found.
		for allowed() == first {
			time.Sleep(10 * time.Millisecond)
		}
		early, _, _, _ = pages()
	}
	free := freeBytes(list(*weighted))
	churn(*threads)
	if *filter {
		done := make(chan bool)
		go fillForbidden(*mib, done)
		<-done
		fmt.Println("filled under a filter")
	} else {
		fill(*mib)
	}
	untouched := make([]byte, *sparse<<20)
	perNode, policies, mappings, mixed := pages()
	heap := arenasOfHeap()
	for i := 0; i < len(untouched); i += arenaBytes {
		var at uint64
		fmt.Sscanf(fmt.Sprintf("%p", &untouched[i]), "0x%x", &at)
		heap[at/arenaBytes] = true
	}
	reportHuge(heap, *sparse, *budget)
	if isNamed() {
		fmt.Println("the heap has a name")
	}
	runtime.KeepAlive(untouched)

	total, totalFree := 0.0, 0.0
	nodes := []int{}
	for node := range perNode {
		perNode[node] -= early[node]
		nodes = append(nodes, node)
		total += perNode[node]
	}
	sort.Ints(nodes)
	for _, n := range free {
		totalFree += n
	}
	if total == 0 {
		panic("the heap is not found")
	}
	follows := len(free) > 0
	// An arena lies on one node, and any run of arenas is at most one away from its weights.
	tolerance := 100*float64(arenaBytes>>20)/float64(*mib) + 1
	for _, node := range nodes {
		share, weight := 100*perNode[node]/total, 0.0
		fmt.Printf("shown: node %d has %.1f %% of the heap", node, share)
		if len(free) > 0 {
			weight = 100 * free[node] / totalFree
			fmt.Printf(", its weight is %.1f %%", weight)
			follows = follows && math.Abs(share-weight) < tolerance
		}
		fmt.Println()
	}
	fmt.Println("shown:", mappings, "mappings,", mixed, "on several nodes")
	if follows {
		fmt.Println("the shares are those of the weights")
	}
	if mixed == 0 {
		fmt.Println("every mapping lies on one node")
	}
	names := []string{}
	for policy := range policies {
		names = append(names, policy)
	}
	sort.Strings(names)
	fmt.Println("policy", strings.Join(names, " "))
	for _, n := range perNode {
		if n >= 0.99*total {
			fmt.Println("the heap lies on one node")
		}
	}
	if *node >= 0 && perNode[*node] >= 0.99*total {
		fmt.Println("the heap lies on node", *node)
	}
}
