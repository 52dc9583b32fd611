/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The constructor. glibc's loader passes argc, argv and envp, to a program without libc
 * too; musl passes nothing, and only runs constructors where libc's start code calls them.
 */
#include <stddef.h>

#include "snug/apply/start.h"
#include "snug/base/objects.h"

/* For people: `readelf -p .comment libsnug.so`. It is loaded into no process. */
__asm__(".pushsection .comment, \"MS\", %progbits, 1\n"
        ".asciz \"snug " SNUG_VERSION "\"\n"
        ".popsection");

__attribute__((constructor)) static void enter(int argc, char **argv, char **envp)
{
    if (snug_objects_has_musl())
        snug_start_late();
    else if (envp == argv + argc + 1)
        snug_start_run(envp);
}

/* Tells other copies that this one stands back where it has to: see start.c. */
void snug_one_serves(void);
void snug_one_serves(void)
{
}
