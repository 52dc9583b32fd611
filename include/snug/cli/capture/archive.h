/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A tree of files that is written as a directory, or in the form of tar.
 */
#pragma once

#include <sys/types.h>

#include "snug/cli/capture/recorder.h"

/* Makes the directory, which may not be there yet, and all files below it. 0 or -errno. */
int snug_archive_write_directory(const char *path, const struct snug_recorded *list,
                                 size_t n);

/* Writes a tar archive whose names begin with `capture/`. 0 or -errno. */
int snug_archive_write_tar(int fd, const struct snug_recorded *list, size_t n);
