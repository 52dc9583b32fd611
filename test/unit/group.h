/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A cgroup of a test's folder, whose hierarchy is mounted at /u.
 */
#pragma once

#include <string.h>

#include "snug/facts/cgroup.h"

static inline struct snug_cgroup cgroup_at(const char *directory)
{
    struct snug_cgroup ret = {.has_directory = true, .is_v2 = true, .n_top = strlen("/u")};
    strcpy(ret.directory, directory);
    ret.n = strlen(directory);
    return ret;
}
