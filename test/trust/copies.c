/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program that is not position-independent has a copy of libc's `environ` of its own. It
 * prints its environment by every door, but what the object needs to be there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(const char *door, char *const *entries)
{
    for (; *entries; entries++)
        if (strncmp(*entries, "LD_PRELOAD=", 11) && strncmp(*entries, "SNUG_SET=", 9))
            printf("%s %s\n", door, *entries);
}

int main(int argc, char **argv, char **envp)
{
    print("environ", environ);
    print("envp", envp);
    print("vector", argv + argc + 1);
    printf("getenv %s\n", getenv("PROBE") ? getenv("PROBE") : "-");
    if (setenv("ANOTHER", "one", 1) || setenv("PROBE", "changed", 1))
        return 1;
    print("changed", environ);
    return unsetenv("ANOTHER") || unsetenv("PROBE") || getenv("PROBE");
}
