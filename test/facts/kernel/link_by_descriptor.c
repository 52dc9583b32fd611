/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a symbolic link is refused with ELOOP by O_NOFOLLOW; with O_PATH too it is opened
 * itself, its owner is told, and readlinkat with an empty name reads it.
 * Relied on by: lib/base/links.c
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

int main(void)
{
    char target[16] = {0};
    struct stat status = {0};
    if (chdir(fact_folder()) < 0 || symlink("nowhere", "link") < 0)
        fact_lacks("symbolic links");
    fact_expect(open("link", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP, "reading it: %s",
                strerror(errno));
    fact_expect(open("link", O_WRONLY | O_CREAT | O_NOFOLLOW, 0600) < 0 && errno == ELOOP,
                "making it: %s", strerror(errno));
    const int fd = open("link", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    fact_expect(fd >= 0, "the link itself: %s", strerror(errno));
    fact_expect(fstat(fd, &status) == 0 && S_ISLNK(status.st_mode) &&
                    status.st_uid == geteuid(),
                "its owner is not told");
    fact_expect(readlinkat(fd, "", target, sizeof target - 1) > 0 &&
                    strcmp(target, "nowhere") == 0,
                "it reads %s", target);
    return fact_result();
}
