/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program that pins its threads to some CPUs, more than the one that is shown. It saves
 * the mask, pins a thread, asks whether it has the mask, and puts back what it saved. To
 * set all CPUs is to undo a pin: then one is shown as before. Prints 111111 if all is as it
 * should be.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static cpu_set_t whole, some;

static void ask_kernel(cpu_set_t *ret)
{
    CPU_ZERO(ret);
    syscall(SYS_sched_getaffinity, 0, sizeof *ret, ret);
}

/* The first three without one of them: each way to pin has a mask that no other has set. */
static void choose(size_t without)
{
    size_t n = 0;
    CPU_ZERO(&some);
    for (size_t i = 0; n < 3; i++)
        if (CPU_ISSET(i, &whole) && n++ != without)
            CPU_SET(i, &some);
}

static void print(const cpu_set_t *asked)
{
    cpu_set_t real;
    ask_kernel(&real);
    printf("%d%d", CPU_EQUAL(asked, &some), CPU_EQUAL(&real, &whole));
}

static void *look(void *unused)
{
    cpu_set_t asked;
    pthread_getaffinity_np(pthread_self(), sizeof asked, &asked);
    printf("%d", CPU_EQUAL(&asked, &some));
    return unused;
}

static void *pin(void *unused)
{
    cpu_set_t saved, asked;
    pthread_getaffinity_np(pthread_self(), sizeof saved, &saved);
    pthread_setaffinity_np(pthread_self(), sizeof some, &some);
    pthread_getaffinity_np(pthread_self(), sizeof asked, &asked);
    pthread_setaffinity_np(pthread_self(), sizeof saved, &saved);
    print(&asked);
    return unused;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attr;
    cpu_set_t saved, asked;
    ask_kernel(&whole);
    choose(0);
    sched_getaffinity(0, sizeof saved, &saved);
    sched_setaffinity(0, sizeof some, &some);
    sched_getaffinity(0, sizeof asked, &asked);
    sched_setaffinity(0, sizeof saved, &saved);
    print(&asked);
    sched_setaffinity(0, sizeof some, &some);
    sched_setaffinity(0, sizeof whole, &whole);
    sched_getaffinity(0, sizeof asked, &asked);
    printf("%d", CPU_COUNT(&asked));
    choose(1);
    pthread_create(&thread, NULL, pin, NULL);
    pthread_join(thread, NULL);
    choose(2);
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof some, &some);
    pthread_create(&thread, &attr, look, NULL);
    pthread_join(thread, NULL);
    puts("");
    return 0;
}
