/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the threads of a Go program and its C code do around the start window, as calls of
 * the hooks; scenes [N] tries all orders of each scene, or of one. This program passes for
 * a Go program itself, and its code for that of the runtime.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schedule.h"
#include "snug/apply/start.h"

/* What makes it one: build information, and libc's mmap among its imports. */
__attribute__((used, aligned(16))) static char build_info[64] =
    "\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08go1.22.0";
__attribute__((used)) static void *(*const imported)(void *, size_t, int, int, int,
                                                     off_t) = mmap;

/* The hooks, by the names that test/model/run gives them. */
int hook_pthread_attr_destroy(pthread_attr_t *attr);
int hook_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                        void *argument);
void *hook_mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
int hook_munmap(void *at, size_t n_bytes);
long hook_fork(void);
long hook_vfork(void);
long hook_execve(const char *path, char *const *argv, char *const *envp);
long hook_posix_spawn(void);

static void call_attr_destroy(void)
{
    pthread_attr_t attr;
    schedule_note("pthread_attr_destroy");
    (void)pthread_attr_init(&attr);
    hook_pthread_attr_destroy(&attr);
}

/* What the runtime is known by. Before it, it maps other things: see run_go_slowly. */
static void map_first(void)
{
    schedule_note("the runtime's first mmap");
    hook_mmap(NULL, SCHEDULE_START_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void map_another(void)
{
    schedule_note("mmap");
    hook_mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void start_runtime(void)
{
    call_attr_destroy();
    schedule_count_cpus();
    map_first();
}

static void execute(void)
{
    hook_execve("/bin/true", NULL, NULL);
}

/* The child shares everything with the parent, which waits. */
static void spawn(void)
{
    schedule_note("vfork");
    hook_vfork();
}

/* Go with C code of its own: constructors call what opens the window. */
static void run_go(void)
{
    call_attr_destroy();
    map_another();
    start_runtime();
    hook_fork();
    call_attr_destroy();
}

/* It has counted, and is not yet known. */
static void run_go_slowly(void)
{
    call_attr_destroy();
    schedule_count_cpus();
    map_another();
    map_another();
    map_first();
    call_attr_destroy();
}

static void run_go_shortly(void)
{
    start_runtime();
    hook_munmap(NULL, 4096);
}

/* A constructor forks while another's attr_destroy has just opened the window. */
static void fork_early(void)
{
    call_attr_destroy();
    hook_fork();
    start_runtime();
}

static void fork_or_execute(void)
{
    switch (schedule_choose(3)) {
    case 0:
        hook_fork();
        break;
    case 1:
        execute();
        break;
    default:
        map_another();
    }
}

static void fork_and_execute(void)
{
    if (hook_fork() == 0)
        execute();
}

static void start_late(void)
{
    snug_start_late();
    spawn();
}

/* Go as a part of a C program: its runtime starts on a thread of its own, while the C
 * program goes on. */
static void run_c(void)
{
    hook_pthread_create(NULL, NULL, NULL, NULL);
    call_attr_destroy();
}

static void run_c_and_fork(void)
{
    call_attr_destroy();
    hook_pthread_create(NULL, NULL, NULL, NULL);
    call_attr_destroy();
    hook_fork();
}

static void run_c_and_map(void)
{
    run_c();
    map_another();
}

static void fork_beside(void)
{
    if (hook_fork() == 0)
        start_runtime();
}

static void spawn_beside(void)
{
    map_first();
    hook_posix_spawn();
}

/* Those with many orders last. */
static const struct scene scenes[] = {
    {"a Go program", run_go, .handler = fork_or_execute, .n_signals = 1},
    {"a Go program that is known later", run_go_slowly, .handler = fork_or_execute,
     .n_signals = 1},
    {"two signals", run_go_shortly, .handler = fork_or_execute, .n_signals = 2},
    {"a constructor that forks", fork_early, .handler = fork_and_execute, .n_signals = 1},
    {"a mask of the user's own", run_go, .handler = fork_or_execute, .n_signals = 1,
     .own_mask = 0x3},
    {"a mask that is known to be no restriction", run_go, .handler = fork_or_execute,
     .n_signals = 1, .has_all_cpus = true},
    {"a mask of the user's own, set since it was known", run_go, .handler = fork_or_execute,
     .n_signals = 1, .own_mask = 0x3, .has_all_cpus = true},
    {"a refused mask", run_go, .handler = fork_or_execute, .n_signals = 1,
     .is_refused = true},
    {"started late", run_go, .handler = start_late, .n_signals = 1, .is_late = true},
    {"started late, forking", run_go_shortly, .handler = fork_and_execute, .n_signals = 1,
     .is_late = true},
    {"another thread forks", run_c_and_map, fork_beside},
    {"the runtime on another thread, with the user's own mask", run_c, map_first,
     .own_mask = 0x3},
    {"the runtime on another thread, started late", run_c, map_first, .is_late = true},
    {"the C program forks meanwhile", run_c_and_fork, spawn_beside},
    {"the runtime on another thread, where no restriction is known", run_c, map_first,
     .has_all_cpus = true},
    {"the runtime on another thread", run_c, map_first, .handler = fork_and_execute,
     .n_signals = 1},
};

/* scenes count: says how many there are; scenes SWITCHES [N]: tries all of them, or one. */
int main(int argc, char **argv)
{
    enum { N_SCENES = sizeof scenes / sizeof *scenes };
    if (argc < 2)
        return 2;
    if (!strcmp(argv[1], "count")) {
        printf("%d\n", N_SCENES);
        return 0;
    }
    const unsigned n_switches = (unsigned)strtoul(argv[1], NULL, 10);
    for (unsigned i = 0; i < N_SCENES; i++)
        if (argc < 3 || strtoul(argv[2], NULL, 10) == i)
            printf("%s: %lu orders\n", scenes[i].label,
                   schedule_explore(&scenes[i], n_switches));
    return 0;
}
