/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls that close the start window, for they make a process or replace this one, or make a
 * thread inside libc, where no hook sees it; and a mask is inherited over all of these.
 * Only functions that every libc has: what looks for one by its name must not find it here
 * where there is none. The stubs jump to the next definition with every
 * argument register as it was, so that variadic functions, and vfork, which returns twice
 * through one stack frame, pass unharmed.
 */
#include <stddef.h>

#include "snug/apply/errand.h"
#include "snug/apply/window.h"
#include "snug/hook/next.h"
#include "snug/hook/stub.h"

void *snug_stub_prepare(enum snug_next_name name);

__attribute__((used)) void *snug_stub_prepare(enum snug_next_name name)
{
    snug_window_close();
    if (name == SNUG_NEXT_MQ_NOTIFY)
        snug_errand_stay();
    void *next = snug_next_find(name);
    return next ? next : (void *)snug_next_refuse;
}

#if defined(__x86_64__)

__asm__(".pushsection .text\n"
        "snug_stub:\n" SNUG_STUB_KEEP "    mov %r11d, %edi\n"
        "    call snug_stub_prepare\n"
        "    mov %rax, %r11\n" SNUG_STUB_RESTORE "    jmp *%r11\n"
        ".popsection\n");

#define STUB(name, index)                              \
    __asm__(".pushsection .text\n"                     \
            ".globl " #name "\n"                       \
            ".type " #name ", @function\n" #name ":\n" \
            "    endbr64\n"                            \
            "    mov $" #index ", %r11d\n"             \
            "    jmp snug_stub\n"                      \
            ".size " #name ", . - " #name "\n"         \
            ".popsection\n")

#elif defined(__aarch64__)

__asm__(".pushsection .text\n"
        "snug_stub:\n" SNUG_STUB_KEEP "    mov w0, w16\n"
        "    bl snug_stub_prepare\n"
        "    mov x16, x0\n" SNUG_STUB_RESTORE "    br x16\n"
        ".popsection\n");

#define STUB(name, index)                              \
    __asm__(".pushsection .text\n"                     \
            ".globl " #name "\n"                       \
            ".type " #name ", @function\n" #name ":\n" \
            "    hint #34\n"                           \
            "    mov w16, #" #index "\n"               \
            "    b snug_stub\n"                        \
            ".size " #name ", . - " #name "\n"         \
            ".popsection\n")

#endif

/* The assembler takes numbers, not enumerators; these are checked against them. */
_Static_assert(SNUG_NEXT_FORK == 11 && SNUG_NEXT_LIO_LISTIO == 35,
               "the stubs' numbers are stale");

STUB(fork, 11);
STUB(vfork, 12);
STUB(clone, 13);
STUB(daemon, 14);
STUB(system, 15);
STUB(popen, 16);
STUB(posix_spawn, 17);
STUB(posix_spawnp, 18);
STUB(execve, 19);
STUB(execv, 20);
STUB(execvp, 21);
STUB(execvpe, 22);
STUB(execl, 23);
STUB(execle, 24);
STUB(execlp, 25);
STUB(fexecve, 26);
STUB(forkpty, 27);
STUB(wordexp, 28);
STUB(thrd_create, 29);
STUB(timer_create, 30);
STUB(mq_notify, 31);
STUB(aio_read, 32);
STUB(aio_write, 33);
STUB(aio_fsync, 34);
STUB(lio_listio, 35);

SNUG_STUB_OF_LIBC(fork);
SNUG_STUB_OF_LIBC(clone);
SNUG_STUB_OF_LIBC(daemon);
SNUG_STUB_OF_LIBC(system);
SNUG_STUB_OF_LIBC(popen);

/* The second names of programs with 64-bit offsets. musl has none from 1.2.4 on. */
#define SAME(name, of) __asm__(".globl " #name "\n.set " #name ", " #of "\n")

SAME(aio_read64, aio_read);
SAME(aio_write64, aio_write);
SAME(aio_fsync64, aio_fsync);
SAME(lio_listio64, lio_listio);

/* Functions of which glibc has an old version that is another one: see
 * versions.x86_64.map. */
#if defined(__x86_64__)
#define SINCE(name, version)                                        \
    __asm__(".set snug_since_" #name ", " #name "\n"                \
            ".globl snug_since_" #name "\n"                         \
            ".symver snug_since_" #name ", " #name "@" version "\n" \
            ".symver " #name ", " #name "@@@GLIBC_2.34\n")

SINCE(timer_create, "GLIBC_2.3.3");
SINCE(lio_listio, "GLIBC_2.4");
SINCE(lio_listio64, "GLIBC_2.4");
#endif
