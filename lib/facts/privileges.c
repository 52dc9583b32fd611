/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/status, line by line: its CPU masks have no bound.
 */
#include <errno.h>

#include "snug/facts/privileges.h"

enum { LINE_BYTES = 4096 };

/* The lines that matter, in the order of the names. */
enum line { EFFECTIVE, NO_NEW_PRIVS, SECCOMP, FILTERS, MASK, CPUS, MEMORY, N_LINES };

static const char names[N_LINES][20] = {
    "CapEff:",       "NoNewPrivs:",        "Seccomp:",           "Seccomp_filters:",
    "Cpus_allowed:", "Cpus_allowed_list:", "Mems_allowed_list:",
};

/* Every kernel has these and NUMA's; the number of filters is told from Linux 5.9 on. */
enum { SAW_ALL = (1 << N_LINES) - 1 - (1 << FILTERS) };

static enum snug_answer parse_no_new_privs(struct snug_text value)
{
    if (snug_text_equals(value, "0"))
        return SNUG_NO;
    return snug_text_equals(value, "1") ? SNUG_YES : SNUG_MAYBE;
}

static enum snug_seccomp parse_seccomp(struct snug_text value)
{
    if (snug_text_equals(value, "0"))
        return SNUG_SECCOMP_OFF;
    if (snug_text_equals(value, "1"))
        return SNUG_SECCOMP_STRICT;
    return snug_text_equals(value, "2") ? SNUG_SECCOMP_FILTER : SNUG_SECCOMP_UNKNOWN;
}

/* `ff,ffffffff`: a bit for each CPU that the machine may ever have, and none of others. So
 * all ones is all of them; where their number is no multiple of four it cannot be told. */
static bool is_all_ones(struct snug_text mask)
{
    size_t n = 0;
    while (n < mask.n && (mask.at[n] == 'f' || mask.at[n] == ','))
        n++;
    return n && n == mask.n;
}

static void take_value(enum line line, struct snug_text value,
                       struct snug_privilege_facts *privileges, struct snug_cpus *allowed)
{
    struct snug_cpus nodes = {0}; /* A list of nodes has the format of a list of CPUs. */
    uint64_t n = 0;
    switch (line) {
    case EFFECTIVE:
        privileges->has_capabilities = snug_text_hex(value, &privileges->effective) == 0;
        break;
    case NO_NEW_PRIVS:
        privileges->no_new_privs = parse_no_new_privs(value);
        break;
    case SECCOMP:
        privileges->seccomp = parse_seccomp(value);
        break;
    case FILTERS:
        (void)snug_text_u64(value, &n); /* Left 0 if it is malformed. */
        privileges->n_filters = (unsigned)n;
        break;
    case MASK:
        privileges->has_all_cpus = is_all_ones(value);
        break;
    case CPUS:
        (void)snug_cpus_parse(value, allowed); /* Left empty, like the next. */
        break;
    case MEMORY:
        (void)snug_cpus_parse(value, &nodes);
        privileges->mems_allowed = nodes.word[0];
        break;
    case N_LINES:
        break;
    }
}

/* Returns the bit of the line, 0 for one that does not matter. */
static int take_line(struct snug_text line, struct snug_privilege_facts *privileges,
                     struct snug_cpus *allowed)
{
    for (unsigned i = 0; i < N_LINES; i++) {
        if (!line.n || line.at[0] != names[i][0] || !snug_text_starts(line, names[i]))
            continue;
        const size_t n = snug_text_of(names[i]).n;
        const struct snug_text rest = {line.at + n, line.n - n};
        take_value((enum line)i, snug_text_trim(rest), privileges, allowed);
        return 1 << i;
    }
    return 0;
}

void snug_privileges_read(const struct snug_root *root, struct snug_privilege_facts *ret,
                          struct snug_cpus *ret_allowed, enum snug_why *ret_allowed_why)
{
    *ret = (struct snug_privilege_facts){0};
    *ret_allowed = (struct snug_cpus){0};
    *ret_allowed_why = SNUG_WHY_NO_PROC;
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/status");
    if (fd < 0)
        return;

    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int seen = 0;
    int r = 1;
    *ret_allowed_why = SNUG_WHY_MALFORMED;
    while ((seen & SAW_ALL) != SAW_ALL && (r = snug_file_next_line(&lines, &line)) != 0) {
        if (r > 0)
            seen |= take_line(line, ret, ret_allowed);
        else if (r == -EFBIG)
            *ret_allowed_why = SNUG_WHY_TOO_LONG;
        else
            break;
    }

    if (snug_cpus_count(ret_allowed))
        *ret_allowed_why = SNUG_WHY_NOTHING;
    /* A kernel without seccomp has no such line; every kernel has the other. */
    if (seen & 1 << EFFECTIVE && !(seen & 1 << SECCOMP))
        ret->seccomp = SNUG_SECCOMP_OFF;
    ret->may_set_affinity = ret->seccomp == SNUG_SECCOMP_OFF ? SNUG_YES : SNUG_MAYBE;
    ret->may_place = ret->may_set_affinity;
}
