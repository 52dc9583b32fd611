/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The linker leads the product's calls here (--wrap).
 */
#include "fuzz_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "snug/base/sys.h"

enum { FIRST_FD = 100, OPEN_MAX = 4 };

static const struct fuzz_file *all;
static unsigned n_all;
static size_t piece_bytes;
static struct snug_text rest[OPEN_MAX];
static bool is_open[OPEN_MAX];

void fuzz_files_set(const struct fuzz_file *files, unsigned n, size_t piece)
{
    all = files;
    n_all = n;
    piece_bytes = piece ? piece : 1;
}

unsigned fuzz_files_open(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < OPEN_MAX; i++)
        n += is_open[i];
    return n;
}

static bool ends(const char *path, const char *end)
{
    const size_t n = strlen(path);
    return n >= strlen(end) && !strcmp(path + n - strlen(end), end);
}

long __wrap_snug_sys_openat(int dir, const char *path, int flags);
long __wrap_snug_sys_read(int fd, void *ret_buf, size_t n_bytes);
long __wrap_snug_sys_close(int fd);
long __wrap_snug_sys_fstat(int fd, struct stat *ret);

long __wrap_snug_sys_openat(int dir, const char *path, int flags)
{
    (void)dir;
    (void)flags;
    for (unsigned i = 0; i < n_all; i++) {
        if (!ends(path, all[i].end))
            continue;
        for (int fd = 0; fd < OPEN_MAX; fd++)
            if (!is_open[fd]) {
                is_open[fd] = true;
                rest[fd] = all[i].bytes;
                return FIRST_FD + fd;
            }
        return -EMFILE;
    }
    return -ENOENT;
}

long __wrap_snug_sys_read(int fd, void *ret_buf, size_t n_bytes)
{
    MUST(fd >= FIRST_FD && fd < FIRST_FD + OPEN_MAX && is_open[fd - FIRST_FD]);
    struct snug_text *from = &rest[fd - FIRST_FD];
    size_t n = n_bytes < from->n ? n_bytes : from->n;
    if (n > piece_bytes)
        n = piece_bytes;
    if (n)
        memcpy(ret_buf, from->at, n);
    *from = (struct snug_text){from->at + n, from->n - n};
    return (long)n;
}

long __wrap_snug_sys_close(int fd)
{
    MUST(fd >= FIRST_FD && fd < FIRST_FD + OPEN_MAX && is_open[fd - FIRST_FD]);
    is_open[fd - FIRST_FD] = false;
    return 0;
}

long __wrap_snug_sys_fstat(int fd, struct stat *ret)
{
    (void)fd;
    *ret = (struct stat){.st_mode = S_IFREG | 0644};
    return 0;
}
