/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stands in for a program that snug starts: prints its arguments, the variables that matter
 * and how many CPUs it may use. Built with LOOKS_LIKE_GO it carries the build information
 * by which a Go program is known, so that no Go is needed here.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LOOKS_LIKE_GO
/* The header: magic, size of a pointer, flags (2: the strings follow in line), padding to
 * 32 bytes; then version and module information, each behind its length. */
__attribute__((used, aligned(16),
               section(".go.buildinfo"))) static char build_information[] =
    "\xff Go buildinf:\x08\x02"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x09go1.22.12"
    "\0";
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
