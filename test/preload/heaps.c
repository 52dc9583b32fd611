/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many arenas glibc's malloc has made while eight threads held memory at once: a line
 * with the number. Without glibc there is nothing to count, and the status is 77.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>

enum { N_THREADS = 8, BYTES = 1000 };

static pthread_barrier_t all_hold;

static void *hold(void *unused)
{
    void *bytes = malloc(BYTES);
    if (!bytes)
        abort();
    memset(bytes, 1, BYTES);
    pthread_barrier_wait(&all_hold);
    free(bytes);
    return unused;
}

int main(void)
{
    pthread_t thread[N_THREADS];
    char text[65536] = "";
    pthread_barrier_init(&all_hold, NULL, N_THREADS);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&thread[i], NULL, hold, NULL))
            abort();
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(thread[i], NULL);

    FILE *out = fmemopen(text, sizeof text - 1, "w");
    if (!out || malloc_info(0, out) || fclose(out))
        abort();
    int n = 0;
    for (const char *at = text; (at = strstr(at, "<heap nr=")); at++)
        n++;
    printf("%d\n", n);
    return 0;
}
#else
int main(void)
{
    return 77;
}
#endif
