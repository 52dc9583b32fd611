/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls the versions of glibc's functions that programs got long ago. `versions spawn FILE`
 * and `versions spawnp FILE` give a file that is neither a program nor names its
 * interpreter to a shell, as glibc did before 2.15; with `new-` in front they do not.
 * `versions timer` makes a timer by the call that knew it by an int, and says whether what
 * lies beside that is as it was; `versions list` names the calls of lio_listio.
 * `versions masks` reads and sets masks by the calls of glibc 2.3.3, which have no length,
 * and prints how many CPUs there are.
 */
#include <aio.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const *, char *const *);
spawn_function old_spawn, old_spawnp;
int old_get(pid_t pid, cpu_set_t *ret);
int old_set(pid_t pid, const cpu_set_t *mask);
int old_thread_get(pthread_t thread, cpu_set_t *ret);
int old_thread_set(pthread_t thread, const cpu_set_t *mask);
int old_attr_set(pthread_attr_t *attr, const cpu_set_t *mask);
int old_timer(clockid_t clock, struct sigevent *event, int *ret);
int old_list64(int mode, struct aiocb64 *const list[], int n, struct sigevent *event);

__asm__(".symver old_timer, timer_create@GLIBC_2.2.5\n"
        ".symver old_list64, lio_listio64@GLIBC_2.2.5\n"
        ".symver old_spawn, posix_spawn@GLIBC_2.2.5\n"
        ".symver old_spawnp, posix_spawnp@GLIBC_2.2.5\n"
        ".symver old_get, sched_getaffinity@GLIBC_2.3.3\n"
        ".symver old_set, sched_setaffinity@GLIBC_2.3.3\n"
        ".symver old_thread_get, pthread_getaffinity_np@GLIBC_2.3.3\n"
        ".symver old_thread_set, pthread_setaffinity_np@GLIBC_2.3.3\n"
        ".symver old_attr_set, pthread_attr_setaffinity_np@GLIBC_2.3.3\n");

static int start(spawn_function *spawn, char *file)
{
    char *const argv[] = {file, NULL};
    pid_t child;
    const int r = spawn(&child, file, NULL, NULL, argv, environ);
    if (r == 0)
        (void)waitpid(child, NULL, 0);
    (void)printf("%s\n", strerror(r));
    return 0;
}

static int make_timer(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    int timer[2] = {-1, -1};
    timer_t new;
    int r = old_timer(CLOCK_MONOTONIC, &event, &timer[0]);
    (void)printf("old %d, beside it %d\n", r, timer[1]);
    r = timer_create(CLOCK_MONOTONIC, &event, &new);
    (void)printf("new %d\n", r);
    return 0;
}

static int read_list(void)
{
    struct aiocb64 *const none[] = {NULL};
    (void)printf("old %d, new %d\n", old_list64(LIO_WAIT, none, 0, NULL),
                 lio_listio64(LIO_WAIT, none, 0, NULL));
    return 0;
}

static int show_masks(void)
{
    cpu_set_t first;
    cpu_set_t second;
    pthread_attr_t attr;
    memset(&first, 0xff, sizeof first); /* The old calls clear what the kernel leaves. */
    memset(&second, 0xff, sizeof second);
    int r = old_get(0, &first);
    (void)printf("sched %d, %d CPUs\n", r, CPU_COUNT(&first));
    r = old_thread_get(pthread_self(), &second);
    (void)printf("pthread %d, %d CPUs\n", r, CPU_COUNT(&second));
    (void)printf("set %d %d\n", old_set(0, &first),
                 old_thread_set(pthread_self(), &second));
    (void)printf("attr %d %d\n", pthread_attr_init(&attr), old_attr_set(&attr, &second));
    r = old_get(0, &first);
    (void)printf("again %d, %d CPUs\n", r, CPU_COUNT(&first));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "masks") == 0)
        return show_masks();
    if (strcmp(what, "timer") == 0)
        return make_timer();
    if (strcmp(what, "list") == 0)
        return read_list();
    if (argc < 3)
        return 2;
    if (strcmp(what, "spawn") == 0)
        return start(old_spawn, argv[2]);
    if (strcmp(what, "spawnp") == 0)
        return start(old_spawnp, argv[2]);
    return start(strcmp(what, "new-spawn") == 0 ? posix_spawn : posix_spawnp, argv[2]);
}
