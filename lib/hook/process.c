/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls that make a process or replace this one: each closes the start window first, for a
 * mask is inherited over fork and exec. The stubs jump to the next definition with every
 * argument register as it was, so that variadic functions, and vfork, which returns twice
 * through one stack frame, pass unharmed.
 */
#include <errno.h>

#include "snug/next.h"
#include "snug/window.h"

/* Stands where there is no next definition: without libc nobody calls it. */
static long refuse(void)
{
    snug_next_set_errno(ENOSYS);
    return -1;
}

void *snug_process_prepare(enum snug_next_name name);

__attribute__((used)) void *snug_process_prepare(enum snug_next_name name)
{
    snug_window_close();
    void *next = snug_next_find(name);
    return next ? next : (void *)refuse;
}

#if defined(__x86_64__)

/* Six argument registers and rax, which counts vector arguments: with the return address
 * that is 64 bytes, so the stack is aligned for the call. */
#define STUB(name, index)                              \
    __asm__(".pushsection .text\n"                     \
            ".globl " #name "\n"                       \
            ".type " #name ", @function\n" #name ":\n" \
            "    endbr64\n"                            \
            "    push %rdi\n"                          \
            "    push %rsi\n"                          \
            "    push %rdx\n"                          \
            "    push %rcx\n"                          \
            "    push %r8\n"                           \
            "    push %r9\n"                           \
            "    push %rax\n"                          \
            "    mov $" #index ", %edi\n"              \
            "    call snug_process_prepare\n"          \
            "    mov %rax, %r11\n"                     \
            "    pop %rax\n"                           \
            "    pop %r9\n"                            \
            "    pop %r8\n"                            \
            "    pop %rcx\n"                           \
            "    pop %rdx\n"                           \
            "    pop %rsi\n"                           \
            "    pop %rdi\n"                           \
            "    jmp *%r11\n"                          \
            ".size " #name ", . - " #name "\n"         \
            ".popsection\n")

#elif defined(__aarch64__)

#define STUB(name, index)                              \
    __asm__(".pushsection .text\n"                     \
            ".globl " #name "\n"                       \
            ".type " #name ", @function\n" #name ":\n" \
            "    hint #34\n"                           \
            "    stp x29, x30, [sp, #-96]!\n"          \
            "    stp x0, x1, [sp, #16]\n"              \
            "    stp x2, x3, [sp, #32]\n"              \
            "    stp x4, x5, [sp, #48]\n"              \
            "    stp x6, x7, [sp, #64]\n"              \
            "    str x8, [sp, #80]\n"                  \
            "    mov x29, sp\n"                        \
            "    mov w0, #" #index "\n"                \
            "    bl snug_process_prepare\n"            \
            "    mov x16, x0\n"                        \
            "    ldp x0, x1, [sp, #16]\n"              \
            "    ldp x2, x3, [sp, #32]\n"              \
            "    ldp x4, x5, [sp, #48]\n"              \
            "    ldp x6, x7, [sp, #64]\n"              \
            "    ldr x8, [sp, #80]\n"                  \
            "    ldp x29, x30, [sp], #96\n"            \
            "    br x16\n"                             \
            ".size " #name ", . - " #name "\n"         \
            ".popsection\n")

#endif

/* The assembler takes numbers, not enumerators; these are checked against them. */
_Static_assert(SNUG_NEXT_FORK == 12 && SNUG_NEXT_FEXECVE == 27,
               "the stubs' numbers are stale");

STUB(fork, 12);
STUB(vfork, 13);
STUB(clone, 14);
STUB(daemon, 15);
STUB(system, 16);
STUB(popen, 17);
STUB(posix_spawn, 18);
STUB(posix_spawnp, 19);
STUB(execve, 20);
STUB(execv, 21);
STUB(execvp, 22);
STUB(execvpe, 23);
STUB(execl, 24);
STUB(execle, 25);
STUB(execlp, 26);
STUB(fexecve, 27);
