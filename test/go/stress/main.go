// SPDX-License-Identifier: LGPL-2.1-or-later

// Stress grows a heap, forks and maps at the same time, in many threads:
//
//	stress [-threads 64] [-seconds 3] [-mib 1024]
//
// Half of the threads are Go's, each bound to its goroutine. They make blocks, which must be
// zero, write a mark into each page, and look before they drop a block whether the mark is
// still there; now and then a forked copy looks, or a child is started that does the like.
// What lives grows by the second, up to that many MiB. The other half are of C and do as
// preload/crowd.c says. Ends with status 1 and the first thing that was wrong.
package main

/*
#cgo CFLAGS: -D_GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include "throng.h"
*/
import "C"

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	pageWords = 512
	pagesMax  = 256 // Of a block: 32 KiB to 1 MiB, so that each has pages of its own.
	pagesMin  = 8
	first     = 0x0101010101010101 // The first worker's number, its mark's complement.
)

var nBlocks, nCopies, nChildren, nBytes int64

func fail(what string, at *uint64) {
	fmt.Printf("%s at %p\n", what, at)
	os.Exit(1)
}

// check looks at three words of each page, which stand for all.
func check(b []uint64, mark uint64, what string) {
	for ; len(b) > 0; b = b[pageWords:] {
		if b[0] != mark || b[77] != mark || b[pageWords-1] != mark {
			fail(what, &b[0])
		}
	}
}

func fill(b []uint64, mark uint64) {
	for ; len(b) > 0; b = b[pageWords:] {
		b[0], b[77], b[pageWords-1] = mark, mark, mark
	}
}

type worker struct {
	mark, random uint64
	blocks       [][]uint64
	pages        int
}

func (w *worker) draw(below int) int {
	w.random ^= w.random << 13
	w.random ^= w.random >> 7
	w.random ^= w.random << 17
	return int(w.random % uint64(below))
}

func (w *worker) add() {
	b := make([]uint64, pageWords*(pagesMin+w.draw(pagesMax-pagesMin+1)))
	check(b, 0, "not zero")
	fill(b, w.mark)
	w.blocks = append(w.blocks, b)
	w.pages += len(b) / pageWords
	atomic.AddInt64(&nBlocks, 1)
	atomic.AddInt64(&nBytes, int64(len(b))*8)
}

func (w *worker) drop() {
	i, last := w.draw(len(w.blocks)), len(w.blocks)-1
	b := w.blocks[i]
	check(b, w.mark, "someone else's")
	w.pages -= len(b) / pageWords
	w.blocks[i], w.blocks[last] = w.blocks[last], nil
	w.blocks = w.blocks[:last]
}

func (w *worker) fork() {
	b := w.blocks[w.draw(len(w.blocks))]
	at := (*C.uint64_t)(unsafe.Pointer(&b[0]))
	if C.throng_copy(at, C.size_t(len(b)/pageWords), C.uint64_t(w.mark)) == 0 {
		fail("a forked copy failed", &b[0])
	}
	atomic.AddInt64(&nCopies, 1)
}

func (w *worker) start() {
	out, err := exec.Command(os.Args[0], "-child").CombinedOutput()
	if err != nil {
		fmt.Printf("a child: %v\n%s", err, out)
		os.Exit(1)
	}
	atomic.AddInt64(&nChildren, 1)
}

// run keeps up to so many pages alive, the more the nearer the end is.
func (w *worker) run(pages int, seconds time.Duration) {
	runtime.LockOSThread()
	for begin, now := time.Now(), time.Duration(0); now < seconds; now = time.Since(begin) {
		for n := w.draw(8); n > 0; n-- {
			w.add()
		}
		most := pages * int(now/time.Millisecond) / int(seconds/time.Millisecond)
		for w.pages > most {
			w.drop()
		}
		switch w.draw(20) {
		case 0:
			w.start()
		case 1, 2, 3:
			if len(w.blocks) > 0 {
				w.fork()
			}
		case 4:
			// One of them is enough, for all others wait.
			if w.mark == ^uint64(first) {
				debug.FreeOSMemory()
			}
		}
	}
	for len(w.blocks) > 0 {
		w.drop()
	}
}

// child does a little of the same in a process of its own.
func child() {
	w := worker{mark: uint64(os.Getpid()), random: uint64(os.Getpid())}
	for i := 0; i < 20; i++ {
		w.add()
	}
	w.fork()
	for len(w.blocks) > 0 {
		w.drop()
	}
}

func ranges(threads, seconds int) C.int {
	arguments := C.malloc(C.size_t(4 * unsafe.Sizeof(uintptr(0))))
	argv := (*[4]*C.char)(arguments)
	*argv = [4]*C.char{C.CString("ranges"), C.CString(strconv.Itoa(threads)),
		C.CString(strconv.Itoa(seconds)), nil}
	return C.throng_run(3, &argv[0])
}

func main() {
	threads := flag.Int("threads", 64, "threads")
	seconds := flag.Int("seconds", 3, "how long")
	mib := flag.Int("mib", 1024, "MiB of heap that live at the end")
	isChild := flag.Bool("child", false, "be a child")
	flag.Parse()
	if *isChild {
		child()
		return
	}

	var all sync.WaitGroup
	n := *threads / 2
	runtime.GOMAXPROCS(n) // All of them run at once.
	for i := 0; i < n; i++ {
		all.Add(1)
		number := first * uint64(i+1)
		w := &worker{mark: ^number, random: number}
		go func() {
			w.run(*mib*256/n, time.Duration(*seconds)*time.Second)
			all.Done()
		}()
	}
	if ranges(*threads-n, *seconds) != 0 {
		os.Exit(1)
	}
	C.fflush(nil)
	all.Wait()
	fmt.Println("shown:", nBlocks, "blocks of", nBytes>>20, "MiB,", nCopies, "copies,",
		nChildren, "children")
	fmt.Println("no page was lost or wrong")
}
