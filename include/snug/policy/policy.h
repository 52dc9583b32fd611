/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was asked for. Order: defaults, file, environment, command line; each value
 * remembers where it came from. A bad value is reported and the key keeps what it had.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snug/policy/edition.h"
#include "snug/policy/options.h"

#define SNUG_POLICY_FILE "/etc/snug.conf"

enum snug_source {
    SNUG_FROM_DEFAULT,
    SNUG_FROM_FILE,
    SNUG_FROM_ENVIRONMENT,
    SNUG_FROM_COMMAND
};

enum {
    SNUG_TEXT_VALUE_BYTES = 256, /* A path or a node list as a value. */
    SNUG_PROBLEMS_MAX = 32,
    SNUG_SAMPLE_BYTES = 48,
    SNUG_POLICY_PATH_BYTES = 1024,
};

/* One key's value: a word of the option's list, or a number in `unit`, or a text. */
struct snug_setting {
    enum snug_unit unit;
    /* Index in the option's words, if unit is SNUG_UNIT_WORD; the percentage of a sum. */
    uint8_t word;
    /* Count, bytes, those of a sum too, percent, millicores, milliseconds, signal number;
     * of `node:LIST` a bit for each of the nodes 0 to 63. */
    uint64_t number;
    char text[SNUG_TEXT_VALUE_BYTES]; /* A path; the list of `node:LIST`. */
    enum snug_source source;
    unsigned line;  /* Of the file, if the source is the file. */
    bool is_locked; /* The file made the key deaf to the environment. */
};

enum snug_problem_kind {
    SNUG_PROBLEM_OPEN, /* The file that was named cannot be opened; `error` says why. */
    SNUG_PROBLEM_NOT_A_FILE, /* A directory, a device … stands in its place. */
    SNUG_PROBLEM_READ,       /* Reading failed half way; what came before counts. */
    SNUG_PROBLEM_WRITABLE,   /* Someone else can write the file: all of it is ignored. */
    SNUG_PROBLEM_OWNER,      /* Its owner is not known here: likewise. */
    SNUG_PROBLEM_TOO_BIG,    /* The rest is ignored. */
    SNUG_PROBLEM_LINE_TOO_LONG,
    SNUG_PROBLEM_NOISE, /* A line is not `key = value`, `[program GLOB]` or a comment. */
    SNUG_PROBLEM_UNTERMINATED, /* The last line has no newline, so it may be half a line. */
    SNUG_PROBLEM_UNKNOWN_KEY,
    SNUG_PROBLEM_BAD_VALUE,
    /* `[…]` that is not `[program GLOB]`: its keys are ignored. */
    SNUG_PROBLEM_BAD_SECTION,
    SNUG_PROBLEM_LOCKED,   /* The environment or the command line set a locked key. */
    SNUG_PROBLEM_BAD_LOCK, /* `lock` names a pattern that no key matches. */
    SNUG_PROBLEM_LOCK_IN_SECTION, /* `lock` counts only above the first section. */
};

/* One complaint, or several of one kind counted in one, so that no file fills the list:
 * noise and long lines at once, others after the first eight from one source. */
struct snug_problem {
    enum snug_problem_kind kind;
    enum snug_source source; /* SNUG_FROM_DEFAULT: of a file that nobody named, and that may
                                not be there. */
    unsigned line;           /* Of the file, 0 if there is no line. */
    unsigned n;              /* How many such there were, `line` is the first. */
    /* errno, for OPEN and READ. For UNTERMINATED: 0 if the line counts, else EINVAL. */
    int error;
    int8_t key;                     /* The key it is about, -1 for none. */
    char sample[SNUG_SAMPLE_BYTES]; /* The offending text, cut and made printable. */
};

struct snug_policy {
    bool is_off; /* SNUG=off: do nothing at all. */
    struct snug_setting setting[SNUG_N_KEYS];
    uint64_t request_bytes;            /* SNUG_MEMORY_REQUEST_BYTES; 0: none. */
    char file[SNUG_POLICY_PATH_BYTES]; /* The file that was looked for. */
    bool has_file;                     /* It was there and was read. */
    struct snug_edition edition;       /* Of it, read or refused. */
    unsigned n_problems;               /* Of `problem`; never above SNUG_PROBLEMS_MAX. */
    unsigned n_problems_lost;          /* For which the list had no room. */
    struct snug_problem problem[SNUG_PROBLEMS_MAX];
};

/* Whether the entries hold SNUG=off, or another word for it: 0, false, no, none, disable,
 * disabled, in any case. Looked at before anything else is done. */
bool snug_policy_is_off(char *const *entries);

void snug_policy_default(struct snug_policy *ret);

/* Opens the policy file: `named` (SNUG_POLICY) if not empty, else /etc/snug.conf, below the
 * root. A missing default file is normal. Returns a descriptor that snug_conf_read takes,
 * or a negative number, with a problem added unless that is normal. */
int snug_policy_open_file(struct snug_policy *policy, const struct snug_root *root,
                          struct snug_text named);

/* Opens and reads it. Sections count if their pattern matches `program` (the executable's
 * path; empty matches none). */
void snug_policy_read_file(struct snug_policy *policy, const struct snug_root *root,
                           struct snug_text named, struct snug_text program);

/* Takes SNUG_* variables. Variables that are not keys (SNUG, SNUG_POLICY, SNUG_SET,
 * SNUG_CPU_REQUEST_MILLI, SNUG_MEMORY_REQUEST_BYTES) are known, those of a Kubernetes
 * Service are passed over; any other SNUG_ name is an unknown key. */
void snug_policy_read_environment(struct snug_policy *policy, char *const *entries);

/* One `key=value` of the command line. 0, or with a problem added -EINVAL for an unknown
 * key or a bad value, -EPERM for a locked key. */
int snug_policy_set(struct snug_policy *policy, enum snug_source source,
                    struct snug_text key, struct snug_text value);

/* SNUG_CPU_REQUEST_MILLI, as the downward API fills it: 0 if unset, empty, zero or
 * malformed (then a problem is added). */
uint64_t snug_policy_request_milli(struct snug_policy *policy, char *const *entries);

/* One clear sentence without a newline: what, where, what happens now. */
void snug_policy_describe(const struct snug_policy *policy,
                          const struct snug_problem *problem, struct snug_builder *out);

/* "default", "file", "environment", "command line". */
const char *snug_policy_source(enum snug_source source);
