/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a preloaded object's constructor runs before the program's own; glibc runs it
 * behind those of the program's libraries and gives it argc, argv and envp, musl runs it
 * before them and gives it nothing. By then environ is the start vector, for glibc and for
 * musl.
 * Relied on by: lib/hook/entry.c, lib/hook/sysconf.c, lib/apply/shown.c,
 * lib/apply/start.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { SAID_BYTES = 256, SAID_FD = 9 };

/* In library.so, which says its name too. */
extern int library_is_linked;

__attribute__((constructor)) static void construct(void)
{
    static const char name[] = "program\n";
    if (getenv("FACT_SPEAK") && write(SAID_FD, name, sizeof name - 1) < 0)
        _exit(1);
}

int main(int argc, char **argv)
{
    const char *libc = getenv("FACTS_LIBC");
    const char *objects = getenv("FACTS_OBJECTS");
    char preload[SAID_BYTES];
    char said[SAID_BYTES] = {0};
    int way[2];
    if (argc > 1 || !libc || !objects || pipe(way) < 0)
        return !library_is_linked;

    snprintf(preload, sizeof preload, "%s/preload.so", objects);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(way[1], SAID_FD);
        setenv("LD_PRELOAD", preload, 1);
        setenv("FACT_SPEAK", "1", 1);
        execl("/proc/self/exe", argv[0], "look", NULL);
        _exit(127);
    }
    close(way[1]);
    size_t n = 0;
    ssize_t r;
    while (n < sizeof said - 1 && (r = read(way[0], said + n, sizeof said - 1 - n)) > 0)
        n += (size_t)r;
    waitpid(pid, NULL, 0);
    const char *wanted =
        strcmp(libc, "glibc") == 0
            ? "library arguments vector\npreload arguments vector\nprogram\n"
            : "preload vector\nlibrary vector\nprogram\n";
    fact_expect(strcmp(said, wanted) == 0, "in this order: %s", said);
    return fact_result();
}
