/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A library, and a preloaded object, that say what their constructors were given: for the
 * fact constructor_order. NAME is which of the two it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAID_FD = 9 };

extern char **environ;

int library_is_linked = 1;

static void say(const char *text)
{
    if (write(SAID_FD, text, strlen(text)) < 0)
        _exit(1);
}

/* The vector ends where the auxiliary pairs begin, of which every kernel writes some; a
 * copy ends otherwise. Its strings lie above it. */
static int is_vector(void)
{
    char **end = environ;
    while (*end)
        end++;
    return environ[-1] == NULL && (uintptr_t)end[1] < 1024 && (char **)environ[0] > end;
}

__attribute__((constructor)) static void construct(int argc, char **argv, char **envp)
{
    if (!getenv("FACT_SPEAK"))
        return;
    say(NAME);
    /* What musl leaves in these registers may be anything: it is compared, and not
     * followed. */
    if (argc == 2 && envp == environ && envp == argv + argc + 1)
        say(" arguments");
    if (is_vector())
        say(" vector");
    say("\n");
}
