/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of descriptor 2: `writer run PROGRAM ARGUMENT…` starts another and waits;
 * `writer close FILE` closes it and opens a file of its own in its place, `writer keep
 * FILE` does not. Then eight threads are created, which is worth a line to `threads.warn`.
 * Built with LOOKS_LIKE_GO it has the build information by which a Go program is known.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef LOOKS_LIKE_GO
#include "../cli/looks_like_go.h"
#endif

enum { N_THREADS = 8 };

static void *wait_for_all(void *barrier)
{
    (void)pthread_barrier_wait(barrier);
    return NULL;
}

static int create_threads(void)
{
    pthread_t thread[N_THREADS];
    pthread_barrier_t all;
    (void)pthread_barrier_init(&all, NULL, N_THREADS + 1);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&thread[i], NULL, wait_for_all, &all))
            return 1;
    (void)pthread_barrier_wait(&all);
    for (int i = 0; i < N_THREADS; i++)
        (void)pthread_join(thread[i], NULL);
    return 0;
}

static int run(char **argv)
{
    const pid_t child = fork();
    if (child == 0) {
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    return child < 0 || waitpid(child, &status, 0) != child || status;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 0;
    if (strcmp(argv[1], "run") == 0)
        return run(argv + 2);
    if (strcmp(argv[1], "close") == 0) {
        (void)close(STDERR_FILENO);
        if (open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600) != STDERR_FILENO)
            return 1;
    }
    return create_threads();
}
