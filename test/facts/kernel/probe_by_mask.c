/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: rt_sigprocmask with a `how` that does not exist reads the set first: EFAULT where
 * memory cannot be read, else EINVAL, and nothing is changed.
 * Relied on by: lib/base/readable.c, lib/apply/guard.c
 */
#include <errno.h>
#include <stdint.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fact.h"

enum { PAGE_BYTES = 4096, SET_BYTES = 8 };

static int probe(const void *at)
{
    return syscall(SYS_rt_sigprocmask, -1, at, NULL, SET_BYTES) == 0 ? 0 : errno;
}

int main(void)
{
    uint64_t before = 0;
    uint64_t after = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &before, SET_BYTES);
    char *page = mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(page, 0xff, PAGE_BYTES);
    fact_expect(probe(page) == EINVAL, "memory that is written gives %s",
                strerror(probe(page)));
    fact_expect(probe(page + PAGE_BYTES) == EINVAL, "new memory gives %s",
                strerror(probe(page + PAGE_BYTES)));
    mprotect(page, PAGE_BYTES, PROT_READ);
    fact_expect(probe(page) == EINVAL, "constant memory gives %s", strerror(probe(page)));
    mprotect(page, PAGE_BYTES, PROT_NONE);
    fact_expect(probe(page) == EFAULT, "memory without access gives %s",
                strerror(probe(page)));
    munmap(page, PAGE_BYTES);
    fact_expect(probe(page) == EFAULT, "no memory gives %s", strerror(probe(page)));
    fact_expect(probe((void *)1) == EFAULT, "the first page gives %s",
                strerror(probe((void *)1)));
    fact_expect(probe((void *)-PAGE_BYTES) == EFAULT, "the last page gives %s",
                strerror(probe((void *)-PAGE_BYTES)));
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &after, SET_BYTES);
    fact_expect(before == after, "the mask was %#lx and is %#lx", before, after);
    return fact_result();
}
