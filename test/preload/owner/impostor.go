// SPDX-License-Identifier: LGPL-2.1-or-later

// Impostor keeps the limit that it was given in many of its variables, some among words as the
// runtime has them, and says in the end whether they are the same.
package main

/*
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>

enum { N = 512 };

// As the runtime's own words stand from Go 1.21 to 1.27: GOGC, the limit, what follows from
// GOGC, and then a heap that no collection has begun with, and mapped memory.
static volatile uint64_t filled[N] = {1}, empty[N], alike[64];

static void remember(uint64_t limit)
{
    for (int i = 0; i < N; i++)
        filled[i] = empty[i] = limit;
    alike[0] = 100;
    alike[1] = limit;
    alike[2] = 4 << 20;
    alike[11] = UINT64_MAX;
    alike[39] = 4 << 20;
}

// Before Go starts.
__attribute__((constructor)) static void begin(void)
{
    const char *limit = getenv("GOMEMLIMIT");
    remember(limit ? strtoull(limit, NULL, 10) : INT64_MAX);
}

static int is_as_it_was(uint64_t limit)
{
    for (int i = 0; i < N; i++)
        if (filled[i] != limit || empty[i] != limit)
            return 0;
    return alike[1] == limit;
}

// A filter that refuses nothing.
static int load_filter(void)
{
    struct sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    const struct sock_fprog program = {1, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
*/
import "C"

import (
	"flag"
	"fmt"
	"runtime/debug"
	"syscall"
)

type words struct {
	gogc      int32
	limit     int64
	minimum   uint64
	_         [8]uint64
	triggered uint64
	_         [27]uint64
	ready     uint64
	_         [8]uint64
}

var (
	given  = debug.SetMemoryLimit(-1)
	filled = [512]int64{1}
	empty  [512]int64
	alike  words
	own    = flag.Int64("own", 0, "the limit to set, in MiB")
	jail   = flag.String("chroot", "", "where to go")
	user   = flag.Int("user", 0, "who to be there")
	filter = flag.Bool("filter", false, "load a filter there")
	absent = flag.String("unmount", "", "what to unmount")
)

// The first that the program does: as early as it can, what it was given is in all its variables.
func init() {
	alike = words{gogc: 100, limit: given, minimum: 4 << 20, triggered: ^uint64(0), ready: 4 << 20}
	for i := range empty {
		filled[i], empty[i] = given, given
	}
}

func main() {
	flag.Parse()
	if *own != 0 {
		debug.SetMemoryLimit(*own << 20)
	}
	if *jail != "" {
		if err := syscall.Chroot(*jail); err != nil {
			panic(err)
		}
	}
	if *user != 0 {
		if err := syscall.Setuid(*user); err != nil {
			panic(err)
		}
	}
	if *filter && C.load_filter() != 0 {
		panic("no filter")
	}
	if *absent != "" {
		if err := syscall.Unmount(*absent, syscall.MNT_DETACH); err != nil {
			panic(err)
		}
	}
	first := alike.limit
	watch()
	same := C.is_as_it_was(C.uint64_t(first)) != 0 && alike.limit == first
	for i := range empty {
		same = same && filled[i] == first && empty[i] == first
	}
	fmt.Println("the same:", same && given == first)
}
