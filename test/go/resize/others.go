// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

const stepBytes = 4 << 20

var (
	others = flag.Int("others", 0, "MiB that Go does not count, taken step by step")
	file   = flag.String("file", "", "take them by this file, and not by a mapping")
	of     = flag.Int("of", 0, "MiB of a limit: wait until what is left of it is aimed at")
	every  = flag.Duration("every", 0, "how long to rest between two steps")
	late   = flag.Bool("late", false, "begin with SIGUSR1")
)

var isBegun int32

func collections() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumGC
}

// takeStep takes memory that the runtime knows nothing of.
func takeStep(to *os.File) error {
	if to != nil {
		_, err := to.Write(make([]byte, stepBytes))
		return err
	}
	bytes, err := syscall.Mmap(-1, 0, stepBytes, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE)
	for i := 0; i < len(bytes); i += 4096 {
		bytes[i] = 1
	}
	return err
}

func isFollowed(held int64) bool {
	limit := memoryLimit(-1)
	return limit <= int64(*of)<<20-held && memory() <= limit
}

// take says "others 120" when it has taken 120 MiB and the collector has run ten times since.
// Only with -of it waits for somebody to lower the memory limit.
func take() {
	for *late && atomic.LoadInt32(&isBegun) == 0 && atomic.LoadInt32(&stop) == 0 {
		time.Sleep(time.Millisecond)
	}
	var to *os.File
	if *file != "" {
		var err error
		if to, err = os.Create(*file); err != nil {
			fmt.Println(err)
			return
		}
		defer to.Close()
	}
	for held := int64(0); held < int64(*others)<<20; held += stepBytes {
		if err := takeStep(to); err != nil {
			fmt.Println(err)
			return
		}
		for *of > 0 && !isFollowed(held) && atomic.LoadInt32(&stop) == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(*every)
	}
	for first := collections(); collections() < first+10 && atomic.LoadInt32(&stop) == 0; {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("others", *others)
}
