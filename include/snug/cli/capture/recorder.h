/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keeps a copy of whatever is read through a root, so that a tree of these copies gives the
 * same answers: a reader gets the copy itself, and of a file that is read twice the first.
 */
#pragma once

#include <sys/types.h>

#include "snug/base/file.h"

/* What was looked at. What was not there is not kept. */
struct snug_recorded {
    char *path;
    bool is_directory; /* Or a file that may not be read: reading a directory fails as well.
                        */
    mode_t mode;
    char *bytes;
    size_t n;
};

/* A root that records what is read through it, of process `pid`, or of this system if that
 * is 0. There is one recorder in a program. */
struct snug_root snug_recorder_root(int pid);

/* What was recorded, `ret_n` of them in the order of first use. */
const struct snug_recorded *snug_recorder_list(size_t *ret_n);

/* Records a file that was not read. 0 or -ENOMEM. */
int snug_recorder_add(const char *path, const char *bytes, size_t n);

/* Why something could not be kept: 0, or -errno. */
int snug_recorder_error(void);

void snug_recorder_close(void);
