/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The file that a program's name stands for, found as execvp finds it.
 */
#pragma once

#include <limits.h>

#include "snug/base/file.h"
#include "snug/cli/subject/build.h"
#include "snug/facts/facts.h"

/* What led to the file. */
enum snug_via { SNUG_VIA_NOTHING, SNUG_VIA_SCRIPT, SNUG_VIA_LOADER };

struct snug_executable {
    int fd;              /* -1: it may be executed and not read. */
    char path[PATH_MAX]; /* Where it really lies, links followed, as seen below the root. */
    bool is_privileged;  /* Set-user-id and the like: the loader will ignore LD_PRELOAD. */
    bool gains;          /* Its exec gives what it would not give under a tracer. */
    enum snug_via via;
    char by[PATH_MAX];       /* The script, or the loader. */
    struct snug_build build; /* Of a Go program that has been read. */
};

/* What the object can find out from within and the file may not tell. */
enum snug_form {
    SNUG_FORM_UNREADABLE,
    SNUG_FORM_PROGRAM,
    SNUG_FORM_PACKED,  /* It holds a program that shows when it runs. */
    SNUG_FORM_FOREIGN, /* An ELF image of another kind of machine, or of 32 bits. */
    SNUG_FORM_OTHER,   /* No ELF image. */
};

/* Looks for `name` below the root, along the directories of `path` (the variable PATH; NULL
 * if it is not set) unless it holds a slash. -ENOENT if there is none, -EACCES if there is
 * only one that may not be executed. Close with snug_executable_close. */
int snug_executable_find(const struct snug_root *root, const char *name, const char *path,
                         struct snug_executable *ret);

/* The file of that name. It need not be executable if it is a loader that will read it. */
int snug_executable_open(const struct snug_root *root, const char *path, bool is_executed,
                         struct snug_executable *ret);

/* The program that the root's process runs. */
int snug_executable_of_process(const struct snug_root *root, struct snug_executable *ret);

/* A file that is no ELF image is known, and not Go. One that cannot be read, is packed, or
 * is for another kind of machine than `is_here` allows, is not known. */
enum snug_form snug_executable_read(struct snug_executable *executable, bool is_here,
                                    struct snug_program *ret);

/* Whether the file is a loader of programs: a shared object that needs none itself. */
bool snug_executable_is_loader(const struct snug_executable *executable, const char *name);

void snug_executable_close(struct snug_executable *executable);
