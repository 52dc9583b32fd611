/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Another file is written beside it and takes its name. node_exporter reads names that end
 * in `.prom`, which that one's does not.
 */
#include "snug/cli/stat/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/beside.h"
#include "snug/cli/command/writing.h"
#include "snug/cli/stat/openmetrics.h"

enum { MODE = 0644 };

/* Without fsync: after a crash of the machine the figures are
 * worth nothing. */
static int write_to(const struct snug_census *census, int fd)
{
    const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *const out = own < 0 ? NULL : fdopen(own, "w");
    if (!out) {
        const int error = -errno;
        if (own >= 0)
            (void)close(own);
        return error;
    }
    snug_openmetrics_write(census, true, out);
    const bool is_bad = fflush(out) != 0 || ferror(out) || fchmod(fd, MODE) < 0;
    const int error = is_bad ? (errno ? -errno : -EIO) : 0;
    return fclose(out) != 0 && !error ? -errno : error;
}

/* A new name would take the place of a device or a link as well, such as /dev/null and
 * /dev/stdout, for everybody on the machine. */
static int find_place(const char *path)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    return S_ISREG(status.st_mode) ? 0 : -EEXIST;
}

int snug_textfile_write(const struct snug_census *census, const char *path)
{
    const int r_place = find_place(path);
    if (r_place < 0)
        return r_place;
    sigset_t before;
    char *name;
    if (asprintf(&name, "%s.XXXXXX", path) < 0)
        return -ENOMEM;
    struct snug_beside beside;
    snug_writing_hold_signals(&before);
    int r = snug_beside_open(name, &beside);
    if (r == 0)
        r = write_to(census, beside.fd);
    if (r == 0)
        r = snug_beside_put(&beside, path);
    snug_beside_drop(&beside);
    snug_writing_release_signals(&before);
    free(name);
    return r;
}
