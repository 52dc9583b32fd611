/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls before which something is done, and which then pass as they are. The stubs jump to
 * the next definition with every argument register as it was, so that variadic functions,
 * and vfork, which returns twice through one stack frame, pass unharmed.
 *
 * Those that make a process or replace this one close the start window, for a mask is
 * inherited over fork and exec. Those that split, move or change a mapping make it one that
 * is not recycled.
 */
#include <linux/mman.h>
#include <stddef.h>

#include "snug/apply/cache.h"
#include "snug/apply/window.h"
#include "snug/hook/next.h"
#include "snug/hook/stub.h"

void *snug_stub_prepare(const void *at, size_t n_bytes, size_t new_bytes, int flags,
                        const void *to, enum snug_next_name name);

/* Given the first arguments of the call, which are what their names say if it is mremap. */
__attribute__((used)) void *snug_stub_prepare(const void *at, size_t n_bytes,
                                              size_t new_bytes, int flags, const void *to,
                                              enum snug_next_name name)
{
    if (name < SNUG_NEXT_MREMAP) {
        snug_window_close();
    } else if (snug_cache_is_armed()) {
        /* All mappings of the future may be locked: those that are kept would not be. */
        if (name == SNUG_NEXT_MLOCKALL)
            snug_cache_stop();
        else
            snug_cache_forget(at, n_bytes);
        if (name == SNUG_NEXT_MREMAP && flags & MREMAP_FIXED)
            snug_cache_forget(to, new_bytes);
    }
    void *next = snug_next_find(name);
    return next ? next : (void *)snug_next_refuse;
}

#if defined(__x86_64__)

__asm__(".pushsection .text\n"
        "snug_stub:\n" SNUG_STUB_KEEP "    mov %r11d, %r9d\n"
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
        "snug_stub:\n" SNUG_STUB_KEEP "    mov w5, w16\n"
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
_Static_assert(SNUG_NEXT_FORK == 11 && SNUG_NEXT_FEXECVE == 26 && SNUG_NEXT_MREMAP == 31 &&
                   SNUG_NEXT_MLOCKALL == 37,
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
STUB(mremap, 31);
STUB(mprotect, 32);
STUB(pkey_mprotect, 33);
STUB(madvise, 34);
STUB(mlock, 35);
STUB(mlock2, 36);
STUB(mlockall, 37);
