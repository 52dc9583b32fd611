// SPDX-License-Identifier: LGPL-2.1-or-later

package main

/*
#include <sys/mman.h>

// Stacks for signal handlers, in front of which lies a page that nobody may touch: in data, where
// the linker puts them before Go's, and in what begins as zero.
enum { PAGE = 4096 };
struct stack {
    char guard[PAGE];
    char stack[16 * PAGE];
};
static struct stack in_data __attribute__((aligned(PAGE))) = {{1}, {1}};
static struct stack in_bss __attribute__((aligned(PAGE)));

__attribute__((constructor)) static void prepare(void)
{
    mprotect(in_data.guard, sizeof in_data.guard, PROT_NONE);
    mprotect(in_bss.guard, sizeof in_bss.guard, PROT_NONE);
}
static char *where(int i) { return i ? in_data.stack : in_bss.stack; }
*/
import "C"
import "fmt"

func main() {
	fmt.Println(*C.where(0), *C.where(1))
	watch()
}
