/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many threads in the hooks at once, before anything has started, and every way to make a
 * process: early constructor|late OBJECT. Prints what must be the same with snug and
 * without: the masks, as the kernel has them, of all threads and children.
 *
 *   constructor  the threads are created before main, on musl before snug's own constructor
 *   late         each thread loads OBJECT for itself and calls what it exports
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels_mask.h"

enum { N_THREADS = 64, N_ROUNDS = 50, STACK_BYTES = 64 << 10 };

extern char **environ;

static pthread_barrier_t all_here;
static pthread_t threads[N_THREADS];
static const char *object; /* NULL: what is preloaded, if anything. */
static unsigned long start_mask[16];

static void read_mask(unsigned long *ret)
{
    memset(ret, 0, sizeof start_mask);
    kernels_mask(ret, sizeof start_mask);
}

static int is_narrow(void)
{
    unsigned long mask[16];
    read_mask(mask);
    return memcmp(mask, start_mask, sizeof mask) != 0;
}

static void *find(const char *name)
{
    void *library = object ? dlopen(object, RTLD_NOW) : RTLD_DEFAULT;
    return dlsym(library, name);
}

static void *work(void *unused)
{
    pthread_attr_t attr;
    cpu_set_t set;
    long n_bad = 0;
    pthread_barrier_wait(&all_here);
    void *(*map)(void *, size_t, int, int, int, off_t) = find("mmap");
    int (*unmap)(void *, size_t) = find("munmap");
    int (*destroy)(pthread_attr_t *) = find("pthread_attr_destroy");
    int (*get_affinity)(pid_t, size_t, cpu_set_t *) = find("sched_getaffinity");
    long (*configured)(int) = find("sysconf");
    for (int i = 0; i < N_ROUNDS; i++) {
        n_bad += pthread_attr_init(&attr) != 0 || destroy(&attr) != 0;
        char *at =
            map(NULL, 262144, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        n_bad += at == MAP_FAILED || at[4096];
        n_bad += get_affinity(0, sizeof set, &set) != 0;
        n_bad += configured(_SC_NPROCESSORS_CONF) < 1;
        n_bad += unmap(at, 262144) != 0;
        n_bad += is_narrow();
    }
    (void)unused;
    return (void *)n_bad;
}

static void create_all(void)
{
    read_mask(start_mask);
    pthread_barrier_init(&all_here, NULL, N_THREADS);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, NULL))
            abort();
}

__attribute__((constructor)) static void begin(void)
{
    const char *mode = getenv("EARLY");
    if (mode && !strcmp(mode, "constructor"))
        create_all();
}

static int run_child(void *unused)
{
    (void)unused;
    _exit(is_narrow() ? 1 : 42);
}

/* Odd for a program, but what the hook passes on must be what came. */
static int clone_with(int flags)
{
    static _Alignas(16) char stack[STACK_BYTES];
    pthread_attr_t attr;
    int status = 0;
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    const int pid = clone(run_child, stack + sizeof stack, flags, NULL);
    return pid < 0 ? -1 : waitpid(pid, &status, __WALL) != pid ? -2 : status;
}

static void print_ways(void)
{
    static const struct {
        const char *label;
        int flags;
    } clones[] = {
        {"plain", SIGCHLD},
        {"no signal", 0},
        {"another signal", SIGUSR1},
        {"as vfork", CLONE_VM | CLONE_VFORK | SIGCHLD},
        {"shared memory", CLONE_VM | SIGCHLD},
        {"shared files", CLONE_FILES | CLONE_FS | SIGCHLD},
        {"same parent", CLONE_PARENT | SIGCHLD},
        {"shared handlers without memory", CLONE_SIGHAND | SIGCHLD},
    };
    signal(SIGUSR1, SIG_IGN);
    for (size_t i = 0; i < sizeof clones / sizeof *clones; i++)
        printf("clone %s: %d\n", clones[i].label, clone_with(clones[i].flags));

    int status = 0;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    pid_t pid = fork();
    if (pid == 0)
        run_child(NULL);
    waitpid(pid, &status, 0);
    printf("fork: %d\n", status);
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    pid = vfork();
    if (pid == 0)
        _exit(42);
    waitpid(pid, &status, 0);
    printf("vfork: %d\n", status);
    char *const argv[] = {"sh", "-c", "exit 9", NULL};
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    printf("posix_spawn: %d", posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ));
    waitpid(pid, &status, 0);
    printf(" %d\n", status);
    printf("system: %d\n", system("exit 8"));
}

int main(int argc, char **argv)
{
    long n_bad = 0;
    if (argc != 3)
        return 2;
    if (!strcmp(argv[1], "late")) {
        object = argv[2];
        create_all();
    }
    for (int i = 0; i < N_THREADS; i++) {
        void *n;
        pthread_join(threads[i], &n);
        n_bad += (long)n;
    }
    print_ways();
    printf("%ld bad, %s\n", n_bad, is_narrow() ? "narrow" : "whole");
    return 0;
}
