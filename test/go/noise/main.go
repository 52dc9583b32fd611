// SPDX-License-Identifier: LGPL-2.1-or-later

// Noise uses the CPUs of a cgroup in one of four ways, until it is killed:
//
//	noise over|bursts|trace|idle CPU_STAT
//
// over: all the time, on all CPUs. bursts: a little all the time, and now and then on all CPUs until
// one period is used up. trace: the same, while runtime/trace writes into the file "trace". It looks
// at CPU_STAT, the cgroup's file, for when that is, and not at a clock.
package main

import (
	"bytes"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func figure(name string) int {
	text, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	for _, line := range bytes.Split(text, []byte("\n")) {
		if bytes.HasPrefix(line, []byte(name+" ")) {
			n, _ := strconv.Atoi(string(line[len(name)+1:]))
			return n
		}
	}
	panic("no " + name)
}

// spin uses all CPUs until somebody says so.
func spin(isEnough func() bool) {
	var stop int32
	var all sync.WaitGroup
	for i := 0; i < 2*runtime.NumCPU(); i++ {
		all.Add(1)
		go func() {
			for atomic.LoadInt32(&stop) == 0 {
			}
			all.Done()
		}()
	}
	for !isEnough() {
		time.Sleep(time.Millisecond)
	}
	atomic.StoreInt32(&stop, 1)
	all.Wait()
}

func bursts() {
	for {
		before := figure("nr_throttled")
		spin(func() bool { return figure("nr_throttled") > before })
		for periods := figure("nr_periods"); figure("nr_periods") < periods+60; {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func main() {
	switch os.Args[1] {
	case "over":
		spin(func() bool { return false })
	case "trace":
		file, err := os.Create("trace")
		if err != nil {
			panic(err)
		}
		if err := trace.Start(file); err != nil {
			panic(err)
		}
		bursts()
	case "bursts":
		bursts()
	}
	for {
		time.Sleep(time.Hour)
	}
}
