/* SPDX-License-Identifier: LGPL-2.1-or-later
 * prctl: every option passes with its result and errno, but a change of huge pages that the
 * policy owns, and a seccomp filter that is looked at first.
 */
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "snug/apply/guard.h"
#include "snug/apply/start.h"
#include "snug/base/sys.h"
#include "snug/hook/next.h"
#include "snug/stats/counters.h"

enum { EXCEPT_ADVISED = 2 }; /* PR_THP_DISABLE_EXCEPT_ADVISED, from Linux 6.18. */

/* Variadic in libc's headers. Called with fewer, the rest is what the registers hold: it
 * goes on as it is, for the kernel alone knows which arguments an option has. */
int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

static int forward(int option, unsigned long a, unsigned long b, unsigned long c,
                   unsigned long d)
{
    int (*next)(int, ...) = snug_next_find(SNUG_NEXT_PRCTL);
    if (next)
        return next(option, a, b, c, d);

    const long r = snug_sys_prctl(option, a, b, c, d);
    if (r < 0)
        snug_next_set_errno((int)-r);
    return r < 0 ? -1 : (int)r;
}

/* One that the kernel takes. Others go there to be refused. */
static bool is_thp_request(unsigned long disable, unsigned long flags, unsigned long c,
                           unsigned long d)
{
    return (flags == 0 || (flags == EXCEPT_ADVISED && disable)) && !c && !d;
}

int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    snug_counters_add_prctl(option);
    if (option != PR_SET_THP_DISABLE && option != PR_SET_SECCOMP)
        return forward(option, a, b, c, d);

    snug_start_late();
    const struct snug_plan *plan = snug_start_plan();
    if (option == PR_SET_THP_DISABLE && plan && plan->prctl.owns_thp &&
        is_thp_request(a, b, c, d))
        return 0;
    /* Without a program it is a question, whether the kernel knows filters. */
    if (option == PR_SET_SECCOMP && (a != SECCOMP_MODE_FILTER || b))
        snug_start_see_filter();
    if (option == PR_SET_THP_DISABLE || a != SECCOMP_MODE_FILTER || !plan ||
        !plan->seccomp.is_guarded)
        return forward(option, a, b, c, d);

    int turn;
    const void *program = snug_guard_begin((const void *)b, &turn);
    const int r = forward(option, a, (unsigned long)program, c, d);
    snug_guard_end(turn);
    return r;
}
