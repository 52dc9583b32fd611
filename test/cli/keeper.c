/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Something to look at: `keeper N [FILE]` creates N threads, maps FILE as its own page,
 * calls itself `kept`, and ends when its standard input does.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef LOOKS_LIKE_GO
#include "looks_like_go.h"
#endif

#ifdef IS_HEAVY
__attribute__((used)) static char load[48 << 20] = {1};
#endif

enum { PAGE_BYTES = 4096 };

static void *idle(void *unused)
{
    (void)pause();
    return unused;
}

int main(int argc, char **argv)
{
    const int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    for (int i = 0; i < n; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, idle, NULL))
            return 1;
    }
    if (argc > 2) {
        const int fd = open(argv[2], O_RDWR);
        if (fd < 0 ||
            mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
            return 1;
    }
    (void)prctl(PR_SET_NAME, "kept", 0, 0, 0); /* Now it is ready. */
    char byte;
    return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}
