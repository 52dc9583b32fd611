/* SPDX-License-Identifier: LGPL-2.1-or-later
 * For ThreadSanitizer: the window is opened and closed by the main thread while others see
 * mappings, and everybody counts. The mask is whole in the end.
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "snug/apply/caller.h"
#include "snug/apply/window.h"
#include "snug/stats/counters.h"

enum { N_THREADS = 8, N_ROUNDS = 20000 };

static const char image[64];

/* As the hook of mmap does. */
static void see(const char *place, size_t n_bytes, int prot)
{
    snug_window_close();
    if (snug_caller_see_mapping(place, NULL, n_bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS))
        (void)snug_window_end(place, true);
}

static void *interfere(void *argument)
{
    for (int i = 0; i < N_ROUNDS; i++) {
        see(image + 1, 4096, PROT_READ);
        (void)snug_window_state();
        snug_counters_add(SNUG_COUNT_THREADS, 1);
    }
    if (argument) { /* The runtime, on this thread, from a place of its own. */
        see(image, 256 << 10, PROT_READ | PROT_WRITE);
        see(image, 128 << 10, PROT_NONE);
        see(image, 1 << 20, PROT_NONE);
    }
    return NULL;
}

int main(void)
{
    cpu_set_t before, after;
    pthread_t threads[N_THREADS];
    sched_getaffinity(0, sizeof before, &before);
    struct snug_cpus presented = {0};
    for (unsigned i = 0; i < CPU_SETSIZE && !snug_cpus_count(&presented); i++)
        if (CPU_ISSET(i, &before))
            snug_cpus_add(&presented, i);
    snug_caller_arm(image, image + sizeof image);
    snug_window_arm(&presented, NULL, image, image + sizeof image);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&threads[i], NULL, interfere, i ? NULL : &presented))
            return 1;
    for (int i = 0; i < N_ROUNDS; i++) {
        (void)snug_window_open(image);
        if (i % 3)
            snug_window_close();
    }
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    sched_getaffinity(0, sizeof after, &after);
    return !CPU_EQUAL(&before, &after) || snug_window_state() != SNUG_WINDOW_DONE;
}
