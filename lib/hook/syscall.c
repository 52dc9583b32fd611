/* SPDX-License-Identifier: LGPL-2.1-or-later
 * syscall(2): libseccomp loads filters this way, and libcap's psx calls Landlock. Every
 * other number jumps to libc's function after two comparisons, with all registers and the
 * stack as they were. The first call after the start window was opened closes it, for it
 * may fork, execute, or pin this thread as libnuma does.
 */
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "snug/apply/follow.h"
#include "snug/apply/guard.h"
#include "snug/apply/start.h"
#include "snug/apply/window.h"
#include "snug/base/sys.h"
#include "snug/hook/next.h"
#include "snug/hook/stub.h"
#include "snug/hook/syscall.h"

/* On all architectures, and not in every header. */
enum { LANDLOCK_RESTRICT_SELF = 446 };

long snug_syscall_seccomp(long number, unsigned long operation, unsigned long flags,
                          const void *program, long c, long d, long e);
void *snug_syscall_prepare(long number);

/* The next definition; NULL until the first call, and again once the window was opened.
 * Read by the stub below. */
__attribute__((used)) static void *_Atomic next_syscall;

void snug_syscall_see_window(void)
{
    atomic_store_explicit(&next_syscall, NULL, memory_order_relaxed);
}

/* Where there is no next definition, as for a resolver that the loader calls before it has
 * relocated this object. */
static long call_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const long r = snug_sys_any(number, a, b, c, d, e, f);
    if (r >= 0 || r < -4095)
        return r;
    snug_next_set_errno((int)-r);
    return -1;
}

__attribute__((used)) void *snug_syscall_prepare(long number)
{
    if ((int)number == LANDLOCK_RESTRICT_SELF)
        snug_follow_see_sandbox();
    (void)snug_window_close();
    void *next = snug_next_find(SNUG_NEXT_SYSCALL);
    atomic_store_explicit(&next_syscall, next, memory_order_relaxed);
    return next ? next : (void *)call_kernel;
}

__attribute__((used)) long snug_syscall_seccomp(long number, unsigned long operation,
                                                unsigned long flags, const void *program,
                                                long c, long d, long e)
{
    snug_start_late();
    const struct snug_plan *plan = snug_start_plan();
    int turn = -1;
    /* Without a program it is a question, as libseccomp asks it for each flag. */
    if ((unsigned)operation == SECCOMP_SET_MODE_STRICT ||
        ((unsigned)operation == SECCOMP_SET_MODE_FILTER && program))
        snug_start_see_filter();
    if ((unsigned)operation == SECCOMP_SET_MODE_FILTER && plan && plan->seccomp.is_guarded)
        program = snug_guard_begin(program, &turn);

    long (*next)(long, ...) = (long (*)(long, ...))snug_next_find(SNUG_NEXT_SYSCALL);
    const long r =
        next ? next(number, operation, flags, program, c, d, e)
             : call_kernel(number, (long)operation, (long)flags, (long)program, c, d, e);
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
        "    mov next_syscall(%rip), %r11\n"
        "    test %r11, %r11\n"
        "    jz 1f\n"
        "    cmp $446, %edi\n"
        "    je 1f\n"
        "0:  cmp $317, %edi\n"
        "    je snug_syscall_seccomp\n"
        "    jmp *%r11\n"
        "1:\n" SNUG_STUB_KEEP "    call snug_syscall_prepare\n"
        "    mov %rax, %r11\n" SNUG_STUB_RESTORE "    jmp 0b\n"
        ".size syscall, . - syscall\n"
        ".popsection\n");

#elif defined(__aarch64__)

_Static_assert(SYS_seccomp == 277, "the stub's number is stale");

__asm__(".pushsection .text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    hint #34\n"
        "    adrp x16, next_syscall\n"
        "    ldr x16, [x16, :lo12:next_syscall]\n"
        "    cbz x16, 1f\n"
        "    cmp w0, #446\n"
        "    b.eq 1f\n"
        "0:  cmp w0, #277\n"
        "    b.eq snug_syscall_seccomp\n"
        "    br x16\n"
        "1:\n" SNUG_STUB_KEEP "    bl snug_syscall_prepare\n"
        "    mov x16, x0\n" SNUG_STUB_RESTORE "    b 0b\n"
        ".size syscall, . - syscall\n"
        ".popsection\n");

#endif
