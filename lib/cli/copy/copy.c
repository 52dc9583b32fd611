/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug copy`: an image that holds only snug has no cp. And cp empties and rewrites the
 * file that programs have mapped, which can end them with SIGBUS.
 */
#include "snug/cli/copy/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/installed.h"
#include "snug/cli/command/page.h"
#include "snug/cli/command/writing.h"
#include "snug/cli/copy/replacement.h"

enum { OBJECT_MODE = 0644, COMMAND_MODE = 0755 };

/* Says of the directory what is true of it, and the rest of the file. */
static void complain(const char *directory, const char *place, int r)
{
    struct stat status;
    if (stat(directory, &status) < 0)
        snug_page_complain("%s: %s", directory, strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        snug_page_complain("%s: %s", directory, strerror(ENOTDIR));
    else
        snug_page_complain("%s: %s", place, strerror(-r));
}

static int prepare(const char *source, const char *directory, const char *name, mode_t mode,
                   struct snug_replacement *ret)
{
    const int fd = open(source, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const int error = -errno;
        snug_page_complain("%s: %s", source, strerror(-error));
        return error;
    }
    const int r = snug_replacement_prepare(fd, directory, name, mode, ret);
    (void)close(fd); /* It was only read. */
    if (r < 0)
        complain(directory, ret->place, r);
    return r;
}

static int finish(const char *directory, struct snug_replacement *replacement)
{
    const int r = snug_replacement_finish(replacement);
    if (r < 0)
        complain(directory, replacement->place, r);
    return r;
}

/* Both are written before one takes its place, so that a lack of space leaves all as it
 * was. */
static int copy_both(const char *object, const char *command, const char *directory)
{
    struct snug_replacement of_object = {.beside.fd = -1};
    struct snug_replacement of_command = {.beside.fd = -1};
    int r = prepare(object, directory, "libsnug.so", OBJECT_MODE, &of_object);
    if (r == 0)
        r = prepare(command, directory, "snug", COMMAND_MODE, &of_command);
    if (r == 0)
        r = finish(directory, &of_object);
    if (r == 0)
        r = finish(directory, &of_command);
    snug_replacement_drop(&of_object);
    snug_replacement_drop(&of_command);
    return r;
}

static int copy(const char *directory)
{
    char object[PATH_MAX];
    char command[PATH_MAX];
    int r = snug_installed_find_command(command);
    if (r < 0) {
        snug_page_complain("the command's own file: %s", strerror(-r));
        return r;
    }
    r = snug_installed_find_object(sizeof object, object);
    if (r < 0) {
        snug_installed_complain();
        return r;
    }
    sigset_t before;
    snug_writing_hold_signals(&before);
    r = copy_both(object, command, directory);
    snug_writing_release_signals(&before);
    return r;
}

int snug_copy_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_COPY, argv, &arguments, &status))
        return status;
    if (!arguments.operand[0] || !arguments.operand[0][0] || arguments.operand[1])
        return snug_help_complain(SNUG_COMMAND_COPY, "one directory is to be named");
    return copy(arguments.operand[0]) < 0 && !arguments.is_may_fail ? SNUG_EXIT_FAILURE : 0;
}
