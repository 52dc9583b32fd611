/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A C program that counts CPUs and memory by every door, and tries its errno and
 * descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

static int count_mask(pid_t pid)
{
    cpu_set_t set;
    memset(&set, 0xff, sizeof set);
    return sched_getaffinity(pid, sizeof set, &set) < 0 ? -errno : CPU_COUNT(&set);
}

static int count_thread(void)
{
    cpu_set_t set;
    return pthread_getaffinity_np(pthread_self(), sizeof set, &set) ? -1 : CPU_COUNT(&set);
}

static void *count_in_thread(void *ret)
{
    *(int *)ret = count_mask(0);
    return NULL;
}

static int lowest_free_descriptor(void)
{
    const int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
}

int main(void)
{
    const int fd = lowest_free_descriptor();
    const int errno_at_start = errno;
    struct sysinfo info;
    pthread_t thread;
    int n_in_thread = -1;

    if (sysinfo(&info) < 0 || pthread_create(&thread, NULL, count_in_thread, &n_in_thread))
        return 1;
    pthread_join(thread, NULL);

    errno = 0;
    const void *failed = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int errno_of_mmap = failed == MAP_FAILED ? errno : 0;
    errno = 0;
    const int errno_of_munmap = munmap((void *)1, 1) ? errno : 0;

    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    const int n_of_child = count_mask(child);
    kill(child, 9);
    waitpid(child, NULL, 0);

    printf("online %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
    printf("get_nprocs %d\n", get_nprocs());
    printf("sched_getaffinity %d\n", count_mask(0));
    printf("sched_getaffinity-self %d\n", count_mask(getpid()));
    printf("sched_getaffinity-child %d\n", n_of_child);
    printf("sched_getaffinity-nobody %d\n", count_mask(0x3fffffff));
    printf("pthread_getaffinity_np %d\n", count_thread());
    printf("thread %d\n", n_in_thread);
    printf("configured %ld\n", sysconf(_SC_NPROCESSORS_CONF));
    printf("get_nprocs_conf %d\n", get_nprocs_conf());
    printf("phys_mib %ld\n",
           sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) / 1024) / 1024);
    printf("sysinfo_mib %llu\n",
           (unsigned long long)info.totalram * info.mem_unit / 1024 / 1024);
    printf("sysinfo_parts_fit %d\n", info.freeram + info.bufferram <= info.totalram &&
                                         info.freeram + info.sharedram <= info.totalram);
    printf("descriptor %d\n", fd);
    printf("errno %d %d %d\n", errno_at_start, errno_of_mmap == EINVAL,
           errno_of_munmap == EINVAL);
    printf("GOMEMLIMIT %s\n", getenv("GOMEMLIMIT") ? getenv("GOMEMLIMIT") : "-");
    return 0;
}
