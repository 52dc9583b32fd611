/* SPDX-License-Identifier: LGPL-2.1-or-later
 * syscall(2): libseccomp loads filters this way. Every other number jumps to libc's
 * function after one comparison, with all registers and the stack as they were.
 */
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "snug/apply/guard.h"
#include "snug/apply/heap.h"
#include "snug/apply/start.h"
#include "snug/hook/next.h"
#include "snug/hook/stub.h"

long snug_syscall_seccomp(long number, unsigned long operation, unsigned long flags,
                          const void *program, long c, long d, long e);
void snug_syscall_prepare(void);

/* The next definition; NULL until the first call. Read by the stub below. */
__attribute__((used)) static void *_Atomic next_syscall;

__attribute__((used)) void snug_syscall_prepare(void)
{
    void *next = snug_next_find(SNUG_NEXT_SYSCALL);
    atomic_store_explicit(&next_syscall, next ? next : (void *)snug_next_refuse,
                          memory_order_relaxed);
}

__attribute__((used)) long snug_syscall_seccomp(long number, unsigned long operation,
                                                unsigned long flags, const void *program,
                                                long c, long d, long e)
{
    snug_start_late();
    const struct snug_plan *plan = snug_start_plan();
    int turn = -1;
    if ((unsigned)operation == SECCOMP_SET_MODE_FILTER && plan) {
        snug_heap_see_filter();
        if (plan->seccomp.is_guarded)
            program = snug_guard_begin(program, &turn);
    }

    long (*next)(long, ...) = atomic_load_explicit(&next_syscall, memory_order_relaxed);
    const long r = next(number, operation, flags, program, c, d, e);
    snug_guard_end(turn);
    return r;
}

#if defined(__x86_64__)

_Static_assert(SYS_seccomp == 317, "the stub's number is stale");

/* The kernel looks at the lower half of the number alone, so this does too. The
 * seventh argument stays on the stack where it is. */
__asm__(".pushsection .text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    endbr64\n"
        "0:  mov next_syscall(%rip), %r11\n"
        "    test %r11, %r11\n"
        "    jz 1f\n"
        "    cmp $317, %edi\n"
        "    je snug_syscall_seccomp\n"
        "    jmp *%r11\n"
        "1:\n" SNUG_STUB_KEEP "    call snug_syscall_prepare\n" SNUG_STUB_RESTORE
        "    jmp 0b\n"
        ".size syscall, . - syscall\n"
        ".popsection\n");

#elif defined(__aarch64__)

_Static_assert(SYS_seccomp == 277, "the stub's number is stale");

__asm__(".pushsection .text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    hint #34\n"
        "0:  adrp x16, next_syscall\n"
        "    ldr x16, [x16, :lo12:next_syscall]\n"
        "    cbz x16, 1f\n"
        "    cmp w0, #277\n"
        "    b.eq snug_syscall_seccomp\n"
        "    br x16\n"
        "1:\n" SNUG_STUB_KEEP "    bl snug_syscall_prepare\n" SNUG_STUB_RESTORE "    b 0b\n"
        ".size syscall, . - syscall\n"
        ".popsection\n");

#endif
