/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The constructor. glibc's loader passes argc, argv and envp, to a program without libc
 * too; musl passes nothing, and only runs constructors where libc's start code calls them.
 */
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>

#include "snug/apply/start.h"

/* Exported by glibc's loader and by no other, but only found if something needs a libc. */
extern struct r_debug _r_debug __attribute__((weak));

/* Every libc has it. Where there is none, only glibc's loader would have come here. */
extern char **__environ __attribute__((weak));

__attribute__((constructor)) static void enter(int argc, char **argv, char **envp)
{
    if (&__environ && !&_r_debug)
        snug_start_late();
    else if (envp == argv + argc + 1)
        snug_start_run(envp);
}

/* Tells other copies that this one stands back where it has to: see start.c. */
void snug_one_serves(void);
void snug_one_serves(void)
{
}
