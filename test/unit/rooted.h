/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A root of a few files, in a temporary folder, with a secret beside it.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "suite.h"
#include "snug/base/root.h"

static struct snug_root root;

static inline void make_file(const char *path, const char *text)
{
    const int fd = openat(root.fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* A root with `in/file`, and beside the root a file that nobody below it may reach. */
static inline void make_root(void)
{
    folder_make();
    folder_put("secret", "secret\n");
    folder_put("root/in/file", "inside\n");
    root = folder;
    root.fd = openat(folder.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(root.fd, 0);
}

static inline void remove_root(void)
{
    close(root.fd);
    folder_remove();
}

static inline int read_text(const char *path, char ret[64])
{
    size_t n = 0;
    const int r = snug_file_read(&root, path, 64, ret, &n);
    if (r == 0)
        ck_assert_uint_eq(n, strlen(ret));
    return r;
}
