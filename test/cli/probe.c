/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stands in for a program that snug starts: prints its arguments, the variables that matter
 * and how many CPUs it may use. Built with LOOKS_LIKE_GO it carries the build information
 * by which a Go program is known, so that no Go is needed here; with LOOKS_LIKE_GCCGO what
 * gccgo leaves.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LOOKS_LIKE_GCCGO
/* What gccgo tells other packages of this one, and no strip removes. */
__asm__(".section .go_export,\"\",@progbits\n.byte 0\n.previous");
#endif

#ifdef LOOKS_LIKE_GO
#include "looks_like_go.h"
#endif

int main(int argc, char **argv)
{
    static const char *const names[] = {
        "GOMAXPROCS", "GOMEMLIMIT",     "GOGC",        "SNUG_SET",
        "LD_PRELOAD", "SNUG_CPU_ROUND", "SNUG_POLICY", "SNUG_MEMORY_LIMIT",
    };
    for (int i = 0; i < argc; i++)
        (void)printf("argument %s\n", argv[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]))
            (void)printf("%s=%s\n", names[i], getenv(names[i]));

    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        (void)printf("CPUs %d\n", CPU_COUNT(&set));
    return 3;
}
