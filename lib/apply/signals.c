/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Threads of snug's own that the program's signals do not meet. What surprises: some must,
 * for others wait for each thread's answer.
 */
#include "snug/apply/signals.h"

#include <signal.h>
#include <stddef.h>

#include "snug/base/objects.h"
#include "snug/base/sys.h"

enum {
    /* libc's own signals: glibc and musl stop all threads with one of them to change ids
     * or to cancel, and wait for each. */
    FIRST_OF_LIBC = 32,
    LAST_OF_LIBC = 34,
    LAST_OF_GLIBC = 33,
};

static uint64_t bit(int signal)
{
    return (uint64_t)1 << (signal - 1);
}

/* Those that come to any thread. Open stays what one thread causes: a fault, a filter's
 * SIGSYS. libcap's psx (2.71 to 2.75) makes a call on all threads by a SIGSYS to each, and
 * waits for its handler. Go's own handlers of these end the program on any thread. */
void snug_signals_block(void)
{
    uint64_t open = bit(SIGILL) | bit(SIGTRAP) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGSEGV) |
                    bit(SIGSYS) | bit(FIRST_OF_LIBC) | bit(LAST_OF_GLIBC);
    if (snug_objects_has_musl())
        open |= bit(LAST_OF_LIBC);
    const uint64_t set = ~open;
    (void)snug_sys_rt_sigprocmask(SIG_SETMASK, &set, NULL, sizeof set);
}
