/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A thread's mask as the kernel has it, by an instruction: syscall(2) closes the window
 * that is to be looked at, and libc's own function is shown the plan.
 */
#pragma once

#include <stddef.h>
#include <sys/syscall.h>

/* Of the calling thread. What the kernel does not fill stays. */
static inline void kernels_mask(unsigned long *ret, size_t n_bytes)
{
#ifdef __x86_64__
    long r = SYS_sched_getaffinity;
    __asm__ volatile("syscall"
                     : "+a"(r)
                     : "D"(0L), "S"(n_bytes), "d"(ret)
                     : "rcx", "r11", "memory");
#else
    register long r __asm__("x0") = 0;
    register size_t n __asm__("x1") = n_bytes;
    register unsigned long *mask __asm__("x2") = ret;
    register long number __asm__("x8") = SYS_sched_getaffinity;
    __asm__ volatile("svc 0" : "+r"(r) : "r"(n), "r"(mask), "r"(number) : "memory");
#endif
}
