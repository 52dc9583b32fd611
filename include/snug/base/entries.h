/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lists of `NAME=value` strings that end in NULL, as on the start vector. The first of
 * duplicates counts, as it does for Go and for libc. Pure.
 */
#pragma once

#include "snug/base/text.h"

/* The first entry of that name, or NULL. `entries` may be NULL, which is an empty list. */
const char *snug_entries_find(char *const *entries, const char *name);

/* Whether any entry begins so. One walk answers for all names that do. */
bool snug_entries_mention(char *const *entries, const char *prefix);

/* Its value; {NULL, 0} if there is none. */
struct snug_text snug_entries_value(char *const *entries, const char *name);
