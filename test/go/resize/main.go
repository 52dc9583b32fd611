// SPDX-License-Identifier: LGPL-2.1-or-later

// Resize is a program under load that says what the Go runtime makes of its limits,
// whenever that changes: "GOMAXPROCS 4", "GOMEMLIMIT 482344960", "within 482344960" once
// its memory lies within the limit, and "C sees 4 CPUs". Its goroutines allocate, lock and
// call into C without a pause.
//
//	resize -for 10s -live 64 [-grow 96] [-goroutines 8] [-pause 1ms] [-sets]
//	       [-others 120 [-file PATH] [-of 256] [-every 10ms] [-late]]
//
// It keeps -live MiB alive, from SIGUSR1 on -grow MiB. At its end, or at SIGUSR2, it says how
// many results were wrong and how many goroutines are left over, and "finished".
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const blockBytes = 64 << 10

var (
	sets    = flag.Bool("sets", false, "call GOMAXPROCS and SetMemoryLimit all the time")
	live    = flag.Int("live", 0, "MiB to keep alive")
	grow    = flag.Int("grow", 0, "MiB to keep alive from SIGUSR1 on")
	workers = flag.Int("goroutines", 8, "how many work")
	pause   = flag.Duration("pause", 0, "how long each goroutine rests in between")
	span    = flag.Duration("for", 5*time.Second, "how long to run")
)

var (
	stop   int32
	wrong  uint64
	lock   sync.Mutex
	total  uint64
	blocks = make(chan int, 1)
)

func mix(x uint64) uint64 { return (x ^ x>>31) * 0x9e3779b97f4a7c15 }

// work allocates, locks and calls C until it is told to stop, and checks what it gets.
func work(seed uint64) {
	var kept [64][]uint64
	for i := seed; atomic.LoadInt32(&stop) == 0; i++ {
		fresh := make([]uint64, 128+i%512)
		for j := range fresh {
			fresh[j] = mix(i + uint64(j))
		}
		kept[i%64] = fresh
		old := kept[(i+1)%64]
		for j := range old {
			if old[j] != mix(i-63+uint64(j)) {
				atomic.AddUint64(&wrong, 1)
			}
		}
		if mixInC(i) != mix(i) {
			atomic.AddUint64(&wrong, 1)
		}
		lock.Lock()
		total++
		lock.Unlock()
		if *pause > 0 {
			time.Sleep(*pause)
		}
	}
}

// keep holds so many blocks alive, each with its own mark, and renews them in turn.
func keep(mib int) {
	var held [][]byte
	for i := 0; atomic.LoadInt32(&stop) == 0; i++ {
		select {
		case mib = <-blocks:
		default:
		}
		n := mib << 20 / blockBytes
		if n == 0 {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		fresh := make([]byte, blockBytes)
		for j := 0; j < blockBytes; j += 4096 {
			fresh[j] = byte(len(held))
		}
		if len(held) < n {
			held = append(held, fresh)
			continue
		}
		at := i % n
		if held[at][0] != held[at][blockBytes-4096] {
			atomic.AddUint64(&wrong, 1)
		}
		held[at] = fresh
		if i%8 == 0 {
			time.Sleep(time.Millisecond + *pause)
		}
	}
}

// memory is what GOMEMLIMIT counts.
func memory() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys - stats.HeapReleased)
}

func watch() {
	procs, seen, limit, within := 0, 0, int64(-1), int64(-1)
	for atomic.LoadInt32(&stop) == 0 {
		if now := runtime.GOMAXPROCS(0); now != procs {
			procs = now
			fmt.Println("GOMAXPROCS", procs)
		}
		if now := memoryLimit(-1); now != limit {
			limit = now
			fmt.Println("GOMEMLIMIT", limit)
		}
		if limit > 0 && within != limit && memory() <= limit {
			within = limit
			fmt.Println("within", limit)
		}
		if now := cpusInC(); now != seen {
			seen = now
			fmt.Println("C sees", seen, "CPUs")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func set() {
	for i := 0; atomic.LoadInt32(&stop) == 0; i++ {
		runtime.GOMAXPROCS(1 + i%4)
		memoryLimit(int64(200+i%100) << 20)
		time.Sleep(time.Millisecond)
	}
}

func main() {
	flag.Parse()
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, syscall.SIGUSR1)
	usr2 := make(chan os.Signal, 1)
	signal.Notify(usr2, syscall.SIGUSR2)

	var group sync.WaitGroup
	start := func(f func()) {
		group.Add(1)
		go func() {
			defer group.Done()
			f()
		}()
	}
	for i := 0; i < *workers; i++ {
		seed := uint64(i) << 32
		start(func() { work(seed) })
	}
	start(func() { keep(*live) })
	if *others > 0 {
		start(take)
	}
	if *sets {
		start(set)
	} else {
		start(watch)
	}

	end := time.After(*span)
	for running := true; running; {
		select {
		case <-usr1:
			if *late {
				atomic.StoreInt32(&isBegun, 1)
				break
			}
			blocks <- *grow
			fmt.Println("growing")
		case <-usr2:
			running = false
		case <-end:
			running = false
		}
	}
	atomic.StoreInt32(&stop, 1)
	group.Wait()
	signal.Stop(usr1)
	signal.Stop(usr2)
	fmt.Println("wrong", wrong)
	// This one and the one that delivers signals are to be left, and a call from C is one while it
	// lasts, so one more or less is waited for.
	for i := 0; i < 6000 && runtime.NumGoroutine() != 2; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("goroutines left over", runtime.NumGoroutine()-2)
	fmt.Println("finished")
}
