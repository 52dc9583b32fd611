/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The doors by which C code learns the CPU count and the memory size, and a thread
 * that is created from a constructor: it exists before Go starts, so it would keep
 * a mask that was narrowed too early for its whole life. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "readers.h"

static pthread_mutex_t early_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t early_is_ready = PTHREAD_COND_INITIALIZER;
static pid_t early_thread_id;

/* Lives as long as the process. It reports its number and never looks at its mask
 * itself: sched_getaffinity is one of the readers that are interposed. */
static void *sleep_for_ever(void *unused)
{
    pthread_mutex_lock(&early_lock);
    early_thread_id = (pid_t)syscall(SYS_gettid);
    pthread_cond_signal(&early_is_ready);
    pthread_mutex_unlock(&early_lock);
    for (;;)
        pause();
    return unused;
}

/* With attributes, since pthread_attr_destroy is what opens the start window. */
__attribute__((constructor)) static void create_early_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_destroy(&attributes);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, sleep_for_ever, NULL) != 0)
        return;
    pthread_attr_destroy(&attributes);

    pthread_mutex_lock(&early_lock);
    while (early_thread_id == 0)
        pthread_cond_wait(&early_is_ready, &early_lock);
    pthread_mutex_unlock(&early_lock);
}

static void print_early_thread(void)
{
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)early_thread_id);
    FILE *status = fopen(path, "r");
    if (!status)
        return;
    while (fgets(line, sizeof line, status))
        if (strncmp(line, "Cpus_allowed_list:\t", 19) == 0)
            printf("C thread affinity %s", line + 19);
    fclose(status);
}

int readers_count_variables(void)
{
    static const char *const names[] = {"GOMAXPROCS", "GOMEMLIMIT", "GOGC"};
    int n = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        n += getenv(names[i]) != NULL;
    return n;
}

void readers_print(void)
{
    cpu_set_t set;

    printf("C variables %d\n", readers_count_variables());
    printf("C ticks %lu\n", getauxval(AT_CLKTCK));

    printf("C sysconf_onln %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
    printf("C sysconf_conf %ld\n", sysconf(_SC_NPROCESSORS_CONF));
    printf("C get_nprocs %d\n", get_nprocs());
    printf("C get_nprocs_conf %d\n", get_nprocs_conf());
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        printf("C sched_getaffinity %d\n", CPU_COUNT(&set));
    if (pthread_getaffinity_np(pthread_self(), sizeof set, &set) == 0)
        printf("C pthread_getaffinity_np %d\n", CPU_COUNT(&set));
    printf("C phys_bytes %ld\n", sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
    print_early_thread();
    fflush(stdout);
}
