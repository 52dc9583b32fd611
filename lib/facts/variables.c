/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose values the Go runtime's variables hold. Everything is looked up in the entries
 * themselves, so the answer is the runtime's own: the first of duplicates counts.
 */
#include "snug/base/entries.h"
#include "snug/facts/tie.h"
#include "snug/facts/variables.h"

enum snug_owner snug_variables_owner(char *const *entries, const char *entry)
{
    struct snug_text record = snug_entries_value(entries, "SNUG_SET");
    struct snug_text word;
    while (snug_text_cut_word(&record, &word))
        if (snug_text_equals(word, entry))
            return SNUG_OWNER_SNUG;
    return SNUG_OWNER_USER;
}

enum snug_answer snug_variables_godebug(struct snug_text settings, const char *name)
{
    enum snug_answer ret = SNUG_MAYBE;
    struct snug_text setting;
    while (snug_text_cut(&settings, ',', &setting)) {
        struct snug_text key = {0};
        uint64_t number;
        if (snug_text_cut(&setting, '=', &key) && snug_text_equals(key, name) &&
            snug_text_u64(setting, &number) == 0)
            ret = number ? SNUG_YES : SNUG_NO;
    }
    return ret;
}

bool snug_variables_is_unset(const char *entry)
{
    struct snug_text value = snug_text_of(entry);
    struct snug_text name;
    uint64_t number;
    if (!snug_text_cut(&value, '=', &name) || !value.n)
        return true;
    return snug_text_equals(name, "GOMAXPROCS") &&
           (snug_text_u64(value, &number) < 0 || !number || number > INT32_MAX);
}

static enum snug_owner owner_of(char *const *entries, const char *name)
{
    const char *entry = snug_entries_find(entries, name);
    return entry && !snug_variables_is_unset(entry) ? snug_variables_owner(entries, entry)
                                                    : SNUG_OWNER_NOBODY;
}

void snug_variables_read(char *const *entries, struct snug_variable_facts *ret)
{
    const struct snug_text settings = snug_entries_value(entries, "GODEBUG");
    const struct snug_text share = snug_entries_value(entries, "AUTOMEMLIMIT");
    *ret = (struct snug_variable_facts){
        .gomaxprocs = owner_of(entries, "GOMAXPROCS"),
        .gomemlimit = owner_of(entries, "GOMEMLIMIT"),
        .gogc = owner_of(entries, "GOGC"),
        .has_automemlimit = share.n && !snug_text_equals(share, "off"),
        .container_maxprocs = snug_variables_godebug(settings, "containermaxprocs"),
        .update_maxprocs = snug_variables_godebug(settings, "updatemaxprocs"),
        .tie = snug_tie_read(entries),
    };
}
