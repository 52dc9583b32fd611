/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Found by the command's own file: nothing says where an image has put the two.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "snug/base/text.h"
#include "snug/cli/command/installed.h"
#include "snug/cli/command/page.h"

static const char object_name[] = "libsnug.so";

/* An image may have no /proc; the kernel also says what file a program was started by. */
int snug_installed_find_command(char *ret_path)
{
    const char *link = "/proc/self/exe";
    const unsigned long started_by = getauxval(AT_EXECFN);
    if (realpath(link, ret_path) ||
        (started_by && realpath((const char *)started_by, ret_path)))
        return 0;
    return -errno;
}

/* With IN_LIB, for a command in PREFIX/bin, in PREFIX/lib. */
static int compose_by_executable(bool in_lib, size_t size, char *ret)
{
    char self[PATH_MAX];
    const int r = snug_installed_find_command(self);
    if (r < 0)
        return r;

    struct snug_text directory = snug_text_of(self);
    while (directory.n && directory.at[directory.n - 1] != '/')
        directory.n--;
    const char *lib = "";
    if (in_lib) {
        if (!snug_text_matches(directory, snug_text_of("*/bin/")))
            return -ENOENT;
        directory.n -= sizeof "bin/" - 1;
        lib = "lib/";
    }
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put_slice(&out, directory);
    snug_text_put(&out, lib);
    snug_text_put(&out, object_name);
    return out.is_full ? -ENAMETOOLONG : 0;
}

static int compose_installed(size_t size, char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put(&out, SNUG_LIBRARY_DIRECTORY "/");
    snug_text_put(&out, object_name);
    return out.is_full ? -ENAMETOOLONG : 0;
}

static bool is_there(int r, const char *path)
{
    return r >= 0 && access(path, R_OK) >= 0;
}

int snug_installed_find_object(size_t size, char *ret_path)
{
    return is_there(compose_by_executable(false, size, ret_path), ret_path) ||
                   is_there(compose_by_executable(true, size, ret_path), ret_path) ||
                   is_there(compose_installed(size, ret_path), ret_path)
               ? 0
               : -ENOENT;
}

void snug_installed_complain(void)
{
    snug_page_complain(
        "libsnug.so is not beside snug, in ../lib or in " SNUG_LIBRARY_DIRECTORY);
}
