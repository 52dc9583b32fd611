/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Threads from C: `workers keep N` has N at once besides the main thread, `workers end N`
 * one after the other, `workers waves N` N at once, three times. `workers crowd N` has N
 * created by each of four threads at the same time. `workers copy N` has N, and so has a
 * forked copy of it.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_MAX = 1000, N_WAVES = 3, N_CREATORS = 4 };

static pthread_t thread[N_MAX];
static int n_each;
static sem_t may_end;

static void *work(void *unused)
{
    sem_wait(&may_end);
    return unused;
}

/* Not inlined, so that the creator has a name of its own. */
__attribute__((noinline)) static void start(pthread_t *at)
{
    for (int i = 0; i < n_each; i++) {
        errno = 4711;
        if (pthread_create(&at[i], NULL, work, NULL) || errno != 4711)
            exit(1);
    }
}

static void end(int n)
{
    for (int i = 0; i < n; i++)
        sem_post(&may_end);
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
}

static void make_waves(int n)
{
    for (int i = 0; i < n; i++) {
        start(thread);
        end(n_each);
    }
}

static void *create(void *at)
{
    start(at);
    return NULL;
}

static void make_crowd(void)
{
    pthread_t creator[N_CREATORS];
    for (int i = 0; i < N_CREATORS; i++)
        if (pthread_create(&creator[i], NULL, create, thread + (ptrdiff_t)i * n_each))
            exit(1);
    for (int i = 0; i < N_CREATORS; i++)
        pthread_join(creator[i], NULL);
    end(N_CREATORS * n_each);
}

static int make_copy(void)
{
    const pid_t child = fork();
    make_waves(1);
    int status = 0;
    return child < 0 || (child && (waitpid(child, &status, 0) != child || status));
}

int main(int argc, char **argv)
{
    const int n = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
    if (n < 1 || n > N_MAX / N_CREATORS)
        return 2;
    sem_init(&may_end, 0, 0);

    n_each = strcmp(argv[1], "end") ? n : 1;
    if (!strcmp(argv[1], "copy"))
        return make_copy();
    if (!strcmp(argv[1], "crowd"))
        make_crowd();
    else if (!strcmp(argv[1], "keep"))
        make_waves(1);
    else if (!strcmp(argv[1], "waves"))
        make_waves(N_WAVES);
    else
        make_waves(n);
    return 0;
}
