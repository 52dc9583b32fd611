/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: sched_getaffinity returns how many bytes it wrote, whole words of them, and what
 * it wrote can be set again; a mask that is all ones is taken for all that are allowed.
 * Relied on by: lib/apply/window.c, lib/facts/facts.c
 */
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fact.h"

enum { MASK_BYTES = 1024, FILLING = 0xa5 };

int main(void)
{
    unsigned char before[MASK_BYTES];
    unsigned char after[MASK_BYTES];
    memset(before, FILLING, sizeof before);
    memset(after, FILLING, sizeof after);
    const long n = syscall(SYS_sched_getaffinity, 0, sizeof before, before);
    fact_expect(n > 0 && n % (long)sizeof(long) == 0 && n <= MASK_BYTES, "it returned %ld",
                n);
    for (long i = n; i > 0 && i < MASK_BYTES; i++)
        fact_expect(before[i] == FILLING, "byte %ld was written too", i);

    const long is_set = syscall(SYS_sched_setaffinity, 0, (size_t)n, before);
    fact_expect(is_set == 0, "its own mask is refused");
    unsigned char ones[MASK_BYTES];
    memset(ones, 0xff, sizeof ones);
    fact_expect(syscall(SYS_sched_setaffinity, 0, sizeof ones, ones) == 0,
                "all ones are refused");
    fact_expect(syscall(SYS_sched_getaffinity, 0, sizeof after, after) == n &&
                    memcmp(before, after, (size_t)n) == 0,
                "after all ones the mask is another");
    return fact_result();
}
