/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: with RESOLVE_IN_ROOT neither an absolute link nor `..` leads out of a directory,
 * and with RESOLVE_NO_MAGICLINKS no link of /proc is followed; where openat2 is not known
 * the answer is ENOSYS.
 * Relied on by: lib/base/root.c
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fact.h"

static int open_in(int top, const char *path)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    const long r = syscall(SYS_openat2, top, path, &how, sizeof how);
    return r < 0 ? -errno : (int)r;
}

static bool is_inner(int fd)
{
    char byte = 0;
    return fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'i';
}

int main(void)
{
    if (chdir(fact_folder()) < 0 || mkdir("root", 0700) < 0)
        fact_lacks("a folder to write to");
    const int outer = open("file", O_CREAT | O_WRONLY, 0600);
    const int inner = open("root/file", O_CREAT | O_WRONLY, 0600);
    if (write(outer, "o", 1) != 1 || write(inner, "i", 1) != 1 ||
        symlink("/file", "root/absolute") < 0 || symlink("../file", "root/up") < 0)
        fact_lacks("a folder to write to");

    const int top = open("root", O_PATH | O_DIRECTORY);
    const int proc = open("/proc", O_PATH | O_DIRECTORY);
    const int r = open_in(top, "file");
    if (r != -ENOSYS) {
        fact_expect(is_inner(r), "a file in it: %s", strerror(r < 0 ? -r : 0));
        fact_expect(is_inner(open_in(top, "absolute")), "an absolute link leads out");
        fact_expect(is_inner(open_in(top, "up")), "a link upwards leads out");
        fact_expect(is_inner(open_in(top, "../../file")), "a path upwards leads out");
        fact_expect(open_in(proc, "self/root") == -ELOOP, "a link of /proc is followed: %d",
                    open_in(proc, "self/root"));
    }
    return fact_result();
}
