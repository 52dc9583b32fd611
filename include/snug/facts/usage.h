/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a cgroup uses of its memory limit.
 */
#pragma once

#include "snug/base/file.h"

/* Whether the use can be told of the cgroup that has the limit of the file `from`: not of
 * one that is above all that is visible, nor of what lxcfs states. */
bool snug_usage_is_known(const char *from);

/* The memory that the kernel cannot give up without killing, of the cgroup that the limit's
 * file `from` is of: anonymous, shared and its own, and no page cache, nor directory
 * entries under version 2. -EOPNOTSUPP if the use cannot be told, else 0 or -errno. */
int snug_usage_read(const struct snug_root *root, const char *from, uint64_t *ret_bytes);

/* The same with all that the kernel can give up: one file is read, and not two. */
int snug_usage_read_whole(const struct snug_root *root, const char *from,
                          uint64_t *ret_bytes);

/* Resident memory of one process that no file stands behind: of the root's own, or of the
 * one that it is seen through. `page_bytes` is the kernel's page. 0 if it cannot be told.
 */
uint64_t snug_usage_resident(const struct snug_root *root, uint64_t page_bytes);
