// SPDX-License-Identifier: LGPL-2.1-or-later

// Kinds holds memory of several kinds, says what its runtime counts of it, and stands still until
// its input ends:
//
//	kinds -live 24 -idle 16 -c 16 -threads 4 -each 256 -cache FILE -shared FILE -files 8
//
// In MiB: what lives, what Go has freed, what C holds, the size of the two files that it writes.
// -threads are threads of C, each with so many KiB of its own. With -metrics it asks for all of
// runtime/metrics, with -busy it goes on allocating.
package main

/*
#cgo LDFLAGS: -pthread
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 16 << 10 };

// Blocks that malloc does not map one by one.
static void hold(long n_bytes)
{
	for (; n_bytes > 0; n_bytes -= BLOCK_BYTES)
		memset(malloc(BLOCK_BYTES - 16), 1, BLOCK_BYTES - 16);
}

static pthread_barrier_t all_hold;

static void *stay(void *n_bytes)
{
	hold((long)n_bytes);
	pthread_barrier_wait(&all_hold);
	for (;;)
		pause();
}

static void start(int n, long n_bytes)
{
	pthread_t thread;
	pthread_barrier_init(&all_hold, NULL, n + 1);
	for (int i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, stay, (void *)n_bytes) != 0)
			abort();
	pthread_barrier_wait(&all_hold);
}
*/
import "C"

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
)

const (
	pageBytes  = 4096
	blockBytes = 512 << 10
)

// What lives is reachable from package variables.
var (
	kept  [][]byte
	small [][]byte
	spare [][]byte
	churn [64][]byte
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// block touches each page of what it returns.
func block(n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += pageBytes {
		b[i] = 1
	}
	return b
}

func blocks(mib int) (ret [][]byte) {
	for i := 0; i < mib<<20/blockBytes; i++ {
		ret = append(ret, block(blockBytes))
	}
	return
}

func write(name string, mib int) {
	if name == "" {
		return
	}
	file, err := os.Create(name)
	check(err)
	for i := 0; i < mib; i++ {
		_, err = file.Write(make([]byte, 1<<20))
		check(err)
	}
	check(file.Sync())
	check(file.Close())
}

func readMetrics() {
	var samples []metrics.Sample
	for _, d := range metrics.All() {
		samples = append(samples, metrics.Sample{Name: d.Name})
	}
	metrics.Read(samples)
}

func main() {
	live := flag.Int("live", 1, "MiB that live")
	idle := flag.Int("idle", 0, "MiB that Go has freed")
	c := flag.Int("c", 0, "MiB of C")
	threads := flag.Int("threads", 0, "threads of C")
	each := flag.Int64("each", 64, "KiB of each")
	cache := flag.String("cache", "", "a file on a disk")
	shared := flag.String("shared", "", "a file on a tmpfs")
	files := flag.Int("files", 8, "MiB of each of these")
	isBusy := flag.Bool("busy", false, "go on allocating")
	hasMetrics := flag.Bool("metrics", false, "ask for all of runtime/metrics")
	flag.Parse()

	write(*cache, *files)
	write(*shared, *files)
	for i := 0; i < 10000; i++ { // Objects of many sizes.
		small = append(small, block(8+i%3000))
	}
	kept = blocks(*live)
	spare = blocks(*idle)
	spare = nil
	C.hold(C.long(*c << 20))
	if *threads > 0 {
		C.start(C.int(*threads), C.long(*each<<10))
	}
	runtime.GC()
	if *hasMetrics {
		readMetrics()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println("Alloc", m.Alloc)
	fmt.Println("HeapInuse", m.HeapInuse)
	fmt.Println("HeapIdle", m.HeapIdle)
	fmt.Println("StackInuse", m.StackInuse)
	fmt.Println("Ready", m.Sys-m.HeapReleased)
	fmt.Println("ready")
	for *isBusy {
		for i := range churn {
			churn[i] = block(1 + i*1000)
		}
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}
