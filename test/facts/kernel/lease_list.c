/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: /proc/locks names a lease by its kind and by the inode that fdinfo or fstat has of
 * a descriptor of O_PATH, and such a descriptor breaks no lease; to open the file for
 * reading breaks one to write, and none to read.
 * Relied on by: lib/base/leases.c, lib/base/regular.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

/* The number behind `ino:`, which is there since Linux 5.14. */
static unsigned long inode_of(int fd)
{
    char line[256];
    struct stat status;
    unsigned long ret = fstat(fd, &status) < 0 ? 0 : status.st_ino;
    (void)snprintf(line, sizeof line, "/proc/self/fdinfo/%d", fd);
    FILE *const file = fopen(line, "re");
    while (file && fgets(line, sizeof line, file))
        (void)sscanf(line, "ino: %lu", &ret);
    if (file)
        (void)fclose(file);
    return ret;
}

static bool is_listed(int fd, const char *type)
{
    char line[256];
    char end[64];
    char start[64];
    bool ret = false;
    (void)snprintf(end, sizeof end, ":%lu 0 EOF\n", inode_of(fd));
    (void)snprintf(start, sizeof start, ": LEASE  ACTIVE    %s ", type);
    FILE *const file = fopen("/proc/locks", "re");
    while (file && fgets(line, sizeof line, file))
        ret = ret || (strstr(line, start) && strstr(line, end));
    if (file)
        (void)fclose(file);
    return ret;
}

static bool may_be_opened(void)
{
    const int fd = open("file", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const int error = errno;
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0 || error != EWOULDBLOCK;
}

int main(void)
{
    if (chdir(fact_folder()) < 0)
        fact_lacks("a folder to write to");
    (void)signal(SIGIO, SIG_IGN);
    int fd = open("file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
        fact_lacks("leases on files");
    const int seen = open("file", O_PATH | O_CLOEXEC);
    fact_expect(is_listed(seen, "WRITE"), "a lease to write is not listed");
    fact_expect(fcntl(fd, F_GETLEASE) == F_WRLCK, "O_PATH breaks a lease");
    fact_expect(!may_be_opened(), "a lease to write does not refuse an open");
    (void)close(fd);

    fd = open("file", O_RDONLY | O_CLOEXEC);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        fact_lacks("leases to read");
    fact_expect(is_listed(seen, "READ"), "a lease to read is not listed");
    fact_expect(may_be_opened() && fcntl(fd, F_GETLEASE) == F_RDLCK,
                "an open for reading breaks a lease to read");
    return fact_result();
}
