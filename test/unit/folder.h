/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A root directory that a test fills with files: a checked fixture makes and removes it.
 */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/base/root.h"

static char folder_path[256];
static struct snug_root folder;

static inline void folder_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder_path, sizeof folder_path, "%s/snug-test-XXXXXX",
             parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder_path));
    folder = snug_root_below(open(folder_path, O_PATH | O_CLOEXEC));
    ck_assert_int_ge(folder.fd, 0);
}

static inline int folder_remove_one(const char *path, const struct stat *status, int flag,
                                    struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void folder_remove(void)
{
    close(folder.fd);
    ck_assert_int_eq(nftw(folder_path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Writes a file and the directories above it; one that ends in a slash is a directory. */
static inline void folder_put(const char *path, const char *text)
{
    char part[4096];
    for (size_t n = 0; path[n]; n++) {
        snprintf(part, sizeof part, "%.*s", (int)n, path);
        if (n && path[n] == '/')
            (void)mkdirat(folder.fd, part, 0755); /* It may be there. */
    }
    if (path[strlen(path) - 1] == '/')
        return;
    const int fd = openat(folder.fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}
