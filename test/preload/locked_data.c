/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A page of its own data that nobody may read while snug starts, and that holds what a Go
 * program is known by behind it: neither is looked at, and the program has its page as it
 * was.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static struct {
    char secret[PAGE];
    char behind[PAGE];
} data __attribute__((aligned(PAGE))) = {.secret = "secret", .behind = "behind"};

static void lock_away(int n, char **arguments, char **variables)
{
    (void)n;
    (void)arguments;
    (void)variables;
    (void)mprotect(data.secret, PAGE, PROT_NONE); /* main says if it could not. */
}

/* Before any constructor, which snug's start is. */
__attribute__((section(".preinit_array"),
               used)) static void (*before_all)(int, char **, char **) = lock_away;

int main(void)
{
    unsigned char is_there;
    if (mincore(data.secret, PAGE, &is_there) < 0 ||
        mprotect(data.secret, PAGE, PROT_READ) < 0 || strcmp(data.secret, "secret") != 0 ||
        strcmp(data.behind, "behind") != 0)
        return 1;
    puts("alive");
    return 0;
}
