/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program may have hundreds of megabytes, of which little is looked at, and the container
 * less room than that. So it is not copied: a page that is lost is replaced, by the handler
 * of the signal that tells so.
 */
#include "snug/cli/subject/mapped.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    uintptr_t start;
    uintptr_t end;
    uintptr_t page_bytes;
    volatile sig_atomic_t is_cut;
    struct sigaction action;
    sigset_t mask;
} open_file;

static void replace_page(int signal, siginfo_t *info, void *context)
{
    const uintptr_t at = (uintptr_t)info->si_addr & ~(open_file.page_bytes - 1);
    (void)context;
    if (info->si_code > 0 && at >= open_file.start && at < open_file.end &&
        mmap((void *)at, open_file.page_bytes, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
        open_file.is_cut = 1;
        return;
    }
    /* It was meant for whoever is there without this file. */
    (void)sigaction(SIGBUS, &open_file.action, NULL);
    (void)raise(signal);
}

int snug_mapped_open(int fd, struct snug_mapped *ret)
{
    static const struct sigaction action = {
        .sa_sigaction = replace_page,
        .sa_flags = SA_SIGINFO | SA_RESTART,
    };
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!status.st_size)
        return -ENODATA;
    void *const bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return -errno;

    *ret = (struct snug_mapped){bytes, (size_t)status.st_size};
    open_file.start = (uintptr_t)bytes;
    open_file.end = open_file.start + ret->n_bytes;
    open_file.page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    open_file.is_cut = 0;
    (void)sigaction(SIGBUS, &action, &open_file.action);
    /* Where it is blocked, the kernel ends the process instead. */
    sigset_t bus;
    (void)sigemptyset(&bus);
    (void)sigaddset(&bus, SIGBUS);
    (void)sigprocmask(SIG_UNBLOCK, &bus, &open_file.mask);
    return 0;
}

bool snug_mapped_close(const struct snug_mapped *mapped)
{
    (void)sigprocmask(SIG_SETMASK, &open_file.mask, NULL);
    (void)sigaction(SIGBUS, &open_file.action, NULL);
    (void)munmap((void *)(uintptr_t)mapped->bytes, mapped->n_bytes); /* It was mapped. */
    return !open_file.is_cut;
}
