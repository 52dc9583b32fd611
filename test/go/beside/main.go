// SPDX-License-Identifier: LGPL-2.1-or-later

// Beside uses memory that is not its heap, or that the kernel gives up, or waits for a line
// before its heap grows:
//
//	beside arena		C code reserves address space and commits 4 MiB at a time
//	beside names DIR N	the kernel keeps an entry for each of N names that are not there
//	beside wait MIB
package main

/*
#include <string.h>
#include <sys/mman.h>

enum { MIB = 1 << 20, RESERVED = 256 * MIB, PIECE = 4 * MIB };
enum { ANON = MAP_PRIVATE | MAP_ANONYMOUS, RW = PROT_READ | PROT_WRITE };

static void fill(void)
{
	memset(mmap(0, 122 * MIB, RW, ANON, -1, 0), 1, 122 * MIB);
}

static int commit(int n)
{
	char *low = mmap(0, RESERVED + 64 * MIB, PROT_NONE, ANON, -1, 0);
	char *at = (char *)(((unsigned long)low + PIECE - 1) / PIECE * PIECE);
	for (int i = 0; i < n; i++, at += PIECE) {
		if (mmap(at, PIECE, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED)
			return i;
		at[0] = 1;
	}
	return n;
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

var kept [][]byte

func grow(nMiB int) {
	for i := 0; i < nMiB; i++ {
		block := make([]byte, 1<<20)
		for j := 0; j < len(block); j += 4096 {
			block[j] = 1
		}
		kept = append(kept, block)
	}
}

func main() {
	switch os.Args[1] {
	case "arena":
		C.fill()
		n := C.commit(40)
		fmt.Println("all", n, "pieces")
		if n != 40 {
			os.Exit(1)
		}
	case "names":
		n, _ := strconv.Atoi(os.Args[3])
		long := os.Args[2] + "/" + strings.Repeat("a-name-that-is-not-there-", 4)
		var status syscall.Stat_t
		for i := 0; i < n; i++ {
			_ = syscall.Stat(long+strconv.Itoa(i), &status)
		}
		grow(60)
	case "wait":
		n, _ := strconv.Atoi(os.Args[2])
		fmt.Println("ready")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		grow(n)
	}
}
