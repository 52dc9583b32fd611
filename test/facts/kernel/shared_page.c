/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a file that is made read-only may be written by who made it, and not opened for
 * writing again; in a tmpfs, which statfs tells by 0x01021994, what is written is memory
 * that stays. A write past RLIMIT_FSIZE is answered with a signal.
 * Relied on by: lib/apply/statsfile.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { PAGE_BYTES = 4096, TMPFS = 0x01021994 };

int main(void)
{
    static char page[PAGE_BYTES];
    static const char *const folders[] = {"/dev/shm", "/tmp", "/run"};
    struct statfs system;
    const char *folder = NULL;
    for (unsigned i = 0; i < sizeof folders / sizeof *folders && !folder; i++)
        if (statfs(folders[i], &system) == 0 && system.f_type == TMPFS &&
            access(folders[i], W_OK) == 0)
            folder = folders[i];
    if (!folder || chdir(folder) < 0)
        fact_lacks("a tmpfs");

    const char *name = fact_name();
    const int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
    fact_expect(fd >= 0 && write(fd, page, sizeof page) == sizeof page,
                "its maker may not write: %s", strerror(errno));
    fact_expect(geteuid() == 0 || (open(name, O_RDWR) < 0 && errno == EACCES),
                "it is opened for writing again");
    char *at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    fact_expect(at != MAP_FAILED, "it cannot be mapped: %s", strerror(errno));
    unlink(name);
    at[0] = 1;
    fact_expect(pread(fd, page, 1, 0) == 1 && page[0] == 1,
                "what is stored is not in the file");

    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_FSIZE, &none);
        _exit(pwrite(fd, page, 1, PAGE_BYTES) < 0);
    }
    waitpid(pid, &status, 0);
    fact_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ,
                "past the limit: status %#x", status);
    return fact_result();
}
