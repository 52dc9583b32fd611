/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The file that a program's name stands for, found as execvp finds it.
 */
#pragma once

#include <limits.h>

#include "snug/base/file.h"
#include "snug/facts/facts.h"

struct snug_executable {
    int fd;              /* -1: it may be executed and not read. */
    char path[PATH_MAX]; /* Where it really lies, links followed, as seen below the root. */
    bool is_privileged;  /* Set-user-id and the like: the loader will ignore LD_PRELOAD. */
};

/* Looks for `name` below the root, along the directories of `path` (the variable PATH; NULL
 * if it is not set) unless it holds a slash. -ENOENT if there is none, -EACCES if there is
 * only one that may not be executed. Close with snug_executable_close. */
int snug_executable_find(const struct snug_root *root, const char *name, const char *path,
                         struct snug_executable *ret);

/* The program that the root's process runs. */
int snug_executable_of_process(const struct snug_root *root, struct snug_executable *ret);

/* A file that is no ELF image, such as a script, is known, and not Go. A file that cannot
 * be read is not known. */
void snug_executable_read(const struct snug_executable *executable,
                          struct snug_program *ret);

void snug_executable_close(struct snug_executable *executable);
