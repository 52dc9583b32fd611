/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Environment entries. Every process that loads snug walks them, so no entry is read
 * further than it agrees with the name.
 */
#include "snug/base/entries.h"

/* What follows the prefix, NULL if the entry begins otherwise. */
static const char *skip(const char *entry, const char *prefix)
{
    while (*prefix && *entry == *prefix) {
        entry++;
        prefix++;
    }
    return *prefix ? NULL : entry;
}

/* The entry's value, NULL if it has another name. */
static const char *value_of(const char *entry, const char *name)
{
    const char *rest = skip(entry, name);
    return rest && *rest == '=' ? rest + 1 : NULL;
}

bool snug_entries_mention(char *const *entries, const char *prefix)
{
    if (!entries)
        return false;
    for (const char first = *prefix; *entries; entries++)
        if (**entries == first && skip(*entries, prefix))
            return true;
    return false;
}

const char *snug_entries_find(char *const *entries, const char *name)
{
    if (!entries)
        return NULL;
    for (const char first = *name; *entries; entries++)
        if (**entries == first && value_of(*entries, name))
            return *entries;
    return NULL;
}

struct snug_text snug_entries_value(char *const *entries, const char *name)
{
    const char *entry = snug_entries_find(entries, name);
    return entry ? snug_text_of(value_of(entry, name)) : (struct snug_text){0};
}
