/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The time zone that a Go program takes for its local one.
 */
#pragma once

#include "snug/base/file.h"

struct snug_zone {
    bool is_known;
    bool is_utc;
    bool is_of_variable; /* By TZ, and not by /etc/localtime. */
    bool lacks_file;     /* TZ has a name of which there is no file: Go takes UTC then. */
    char name[64];       /* A zone's name; of the file its rule, such as CET-1CEST. */
};

/* `entries` are the program's variables, NULL for none. */
void snug_zone_read(const struct snug_root *root, char *const *entries,
                    struct snug_zone *ret);
