/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The objects that the loader is to bring into a program before all others, and whether it
 * can.
 */
#pragma once

#include <limits.h>

#include "snug/base/file.h"

enum { SNUG_PRELOADS_MAX = 8 };

struct snug_preloaded {
    char path[PATH_MAX];
    bool is_of_file; /* Named by /etc/ld.so.preload, and not by LD_PRELOAD. */
    bool is_snug;    /* By its name. */
    bool is_named;   /* Without a slash: the loader looks for it, and nothing is known. */
    bool is_there;   /* It can be opened. */
    bool is_fitting; /* An ELF file for this kind of machine. */
    bool is_noexec;  /* It lies on a file system of which nothing may be executed. */
    char mount[256]; /* Where that is mounted. */
};

struct snug_preloads {
    unsigned n;
    struct snug_preloaded object[SNUG_PRELOADS_MAX];
};

/* `entries` are the program's variables, NULL for none. Those above the most are left out.
 */
void snug_preloads_read(const struct snug_root *root, char *const *entries,
                        struct snug_preloads *ret);
