/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose values the Go runtime's variables hold. Everything is looked up in the entries
 * themselves, so the answer is the runtime's own: the first of duplicates counts.
 */
#include "snug/base/entries.h"
#include "snug/facts/tie.h"
#include "snug/facts/variables.h"

enum snug_owner snug_variables_owner(struct snug_text record, const char *entry)
{
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
    /* From 1.26 on Go takes a plus. */
    if (*value.at == '+')
        value = (struct snug_text){value.at + 1, value.n - 1};
    return snug_text_equals(name, "GOMAXPROCS") &&
           (snug_text_u64(value, &number) < 0 || !number || number > INT32_MAX);
}

static enum snug_owner owner_of(char *const *entries, struct snug_text record,
                                const char *name)
{
    const char *entry = snug_entries_find(entries, name);
    return entry && !snug_variables_is_unset(entry) ? snug_variables_owner(record, entry)
                                                    : SNUG_OWNER_NOBODY;
}

/* As Go's parseByteCount: digits, and nothing, B, KiB, MiB, GiB or TiB. */
static enum snug_kind parse_go_bytes(struct snug_text value, uint64_t *ret)
{
    struct snug_text unit = value;
    while (unit.n && *unit.at >= '0' && *unit.at <= '9')
        unit = (struct snug_text){unit.at + 1, unit.n - 1};
    const bool is_binary = unit.n == 3 && unit.at[1] == 'i' && unit.at[2] == 'B';
    if (snug_text_equals(value, "off"))
        return SNUG_NONE;
    return (!unit.n || snug_text_equals(unit, "B") || is_binary) &&
                   snug_text_size(value, ret) == 0 && *ret <= INT64_MAX
               ? SNUG_SET
               : SNUG_UNKNOWN;
}

static void read_user_values(char *const *entries, struct snug_variable_facts *ret)
{
    struct snug_text count = snug_entries_value(entries, "GOMAXPROCS");
    if (ret->gomemlimit == SNUG_OWNER_USER)
        ret->gomemlimit_kind = parse_go_bytes(snug_entries_value(entries, "GOMEMLIMIT"),
                                              &ret->gomemlimit_bytes);
    if (ret->gomaxprocs != SNUG_OWNER_USER)
        return;
    if (count.n && *count.at == '+')
        count = (struct snug_text){count.at + 1, count.n - 1};
    (void)snug_text_u64(count, &ret->gomaxprocs_count); /* Else it would be unset. */
}

/* glibc looks at both; its tunables are parted by colons. */
static bool has_arenas(char *const *entries)
{
    static const char arenas[] = "*glibc.malloc.arena_*";
    return snug_entries_value(entries, "MALLOC_ARENA_MAX").n ||
           snug_entries_value(entries, "MALLOC_ARENA_TEST").n ||
           snug_text_matches(snug_entries_value(entries, "GLIBC_TUNABLES"),
                             snug_text_of(arenas));
}

void snug_variables_read(char *const *entries, struct snug_variable_facts *ret)
{
    const struct snug_text settings = snug_entries_value(entries, "GODEBUG");
    const struct snug_text share = snug_entries_value(entries, "AUTOMEMLIMIT");
    const struct snug_text record = snug_entries_value(entries, "SNUG_SET");
    *ret = (struct snug_variable_facts){
        .gomaxprocs = owner_of(entries, record, "GOMAXPROCS"),
        .gomemlimit = owner_of(entries, record, "GOMEMLIMIT"),
        .gogc = owner_of(entries, record, "GOGC"),
        .has_automemlimit = share.n && !snug_text_equals(share, "off"),
        .container_maxprocs = snug_variables_godebug(settings, "containermaxprocs"),
        .update_maxprocs = snug_variables_godebug(settings, "updatemaxprocs"),
        .tie = snug_tie_read(entries),
        .is_automemlimit_off = snug_text_equals(share, "off"),
        .gomemlimit_kind = SNUG_NONE,
        .has_arenas = has_arenas(entries),
        .is_told = snug_variables_owner(record, SNUG_VARIABLES_TOLD) == SNUG_OWNER_SNUG,
    };
    read_user_values(entries, ret);
}
