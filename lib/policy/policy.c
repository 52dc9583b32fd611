/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The policy of one process: defaults, file, environment, command line, in this order.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/base/entries.h"
#include "snug/base/links.h"
#include "snug/base/sys.h"
#include "snug/policy/conf.h"
#include "snug/policy/policy.h"
#include "snug/policy/service.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

/* The kernel's name for owners whom the user namespace does not map, unless
 * kernel.overflowuid is changed; and nobody's. */
enum { OVERFLOW_USER = 65534 };

static const char request_variable[] = "SNUG_CPU_REQUEST_MILLI";
static const char memory_request_variable[] = "SNUG_MEMORY_REQUEST_BYTES";
static const char off_words[] = "off 0 false no none disable disabled";
static const char on_words[] = "on 1 true yes enable enabled";

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Whether `text` is one of the words, in whatever case. */
static bool is_one_of(const char *words, struct snug_text text)
{
    struct snug_text rest = snug_text_of(words);
    struct snug_text word;
    while (text.n && snug_text_cut_word(&rest, &word)) {
        size_t i = 0;
        while (i < word.n && i < text.n && word.at[i] == lower(text.at[i]))
            i++;
        if (i == word.n && i == text.n)
            return true;
    }
    return false;
}

bool snug_policy_is_off(char *const *entries)
{
    return is_one_of(off_words, snug_text_trim(snug_entries_value(entries, "SNUG")));
}

/* Most defaults are the first word of the list, and need no parsing in each process. */
static bool is_first_word(const struct snug_option *option)
{
    const struct snug_text words = snug_text_of(option->words);
    const size_t n = snug_text_find(words, ' ');
    return n && snug_text_equals((struct snug_text){words.at, n}, option->initial);
}

void snug_policy_default(struct snug_policy *ret)
{
    *ret = (struct snug_policy){0};
    for (int key = 0; key < SNUG_N_KEYS; key++) {
        const struct snug_option *option = &snug_options[key];
        if (is_first_word(option))
            ret->setting[key].unit = SNUG_UNIT_WORD;
        else /* A test parses every default. */
            (void)snug_values_parse((enum snug_key)key, snug_text_of(option->initial),
                                    &ret->setting[key]);
    }
}

/* Complains about the file as a whole. */
static void refuse_file(struct snug_policy *policy, enum snug_problem_kind kind, long error,
                        enum snug_source source, struct snug_text path)
{
    const struct snug_problem problem = {
        .kind = kind, .source = source, .error = (int)error, .key = -1};
    snug_problems_add(policy, &problem, path);
}

/* Whether there is such a file, of whatever permission. */
static bool is_there(const char *path)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_links_open(path, O_PATH | O_CLOEXEC);
    return fd >= 0;
}

static bool is_trusted(const struct snug_owners *owners, uint32_t owner)
{
    return owners ? owner == owners->superuser || owner == owners->user
                  : !owner || owner == snug_sys_geteuid();
}

int snug_policy_open_file(struct snug_policy *policy, const struct snug_root *root,
                          struct snug_text named)
{
    const struct snug_text path = named.n ? named : snug_text_of(SNUG_POLICY_FILE);
    if (snug_text_copy(path, sizeof policy->file, policy->file) < 0) {
        refuse_file(policy, SNUG_PROBLEM_OPEN, ENAMETOOLONG, SNUG_FROM_FILE, path);
        return -ENAMETOOLONG;
    }
    const int fd = root->open ? snug_file_open(root, policy->file)
                              : snug_links_open(policy->file, SNUG_FILE_OPEN_FLAGS);
    if (fd == -ENOENT && !named.n)
        return fd;

    struct stat file;
    const long r = fd < 0 ? fd : snug_sys_fstat(fd, &file);
    if (r == 0)
        policy->edition = snug_edition_of(&file);
    else if (r != -ENOENT)
        policy->edition.error = (int)-r;
    enum snug_problem_kind kind = SNUG_PROBLEM_OPEN;
    enum snug_source source = SNUG_FROM_FILE;
    if (r < 0) {
        if (!named.n && !root->open && !is_there(policy->file))
            source = SNUG_FROM_DEFAULT;
    } else if (!S_ISREG(file.st_mode)) {
        kind = SNUG_PROBLEM_NOT_A_FILE;
    } else if (file.st_mode & (S_IWGRP | S_IWOTH)) {
        kind = SNUG_PROBLEM_WRITABLE;
    } else if (!is_trusted(root->owners, file.st_uid)) {
        /* User 0 is the superuser of another namespace, or it would be trusted. */
        const bool is_unknown = file.st_uid == OVERFLOW_USER || file.st_uid == 0;
        kind = is_unknown ? SNUG_PROBLEM_OWNER : SNUG_PROBLEM_WRITABLE;
    } else {
        policy->has_file = true;
        return fd;
    }
    refuse_file(policy, kind, -r, source, path);
    snug_file_close(&fd);
    return -EINVAL;
}

void snug_policy_read_file(struct snug_policy *policy, const struct snug_root *root,
                           struct snug_text named, struct snug_text program)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_policy_open_file(policy, root, named);
    if (fd >= 0)
        snug_conf_read(policy, fd, program);
}

static int set_key(struct snug_policy *policy, enum snug_source source, int key,
                   struct snug_text value)
{
    struct snug_problem problem = {
        .kind = SNUG_PROBLEM_LOCKED, .source = source, .key = (int8_t)key};
    struct snug_setting *setting = &policy->setting[key];
    if (setting->is_locked) {
        snug_problems_add(policy, &problem, value);
        return -EPERM;
    }
    if (snug_values_parse((enum snug_key)key, value, setting) < 0) {
        problem.kind = SNUG_PROBLEM_BAD_VALUE;
        snug_problems_add(policy, &problem, value);
        return -EINVAL;
    }
    setting->source = source;
    setting->line = 0;
    return 0;
}

int snug_policy_set(struct snug_policy *policy, enum snug_source source,
                    struct snug_text key, struct snug_text value)
{
    const int found = snug_options_find(key);
    if (found >= 0)
        return set_key(policy, source, found, snug_text_trim(value));

    const struct snug_problem problem = {
        .kind = SNUG_PROBLEM_UNKNOWN_KEY, .source = source, .key = -1};
    snug_problems_add(policy, &problem, key);
    return -EINVAL;
}

/* A complaint about the environment where it does not name a key. */
static void complain(struct snug_policy *policy, enum snug_problem_kind kind,
                     struct snug_text sample)
{
    const struct snug_problem problem = {
        .kind = kind, .source = SNUG_FROM_ENVIRONMENT, .key = -1};
    snug_problems_add(policy, &problem, sample);
}

/* Variables that are snug's own and no keys. */
static bool is_known(struct snug_text name)
{
    return snug_text_equals(name, "SNUG_POLICY") || snug_text_equals(name, "SNUG_SET") ||
           snug_text_equals(name, request_variable) ||
           snug_text_equals(name, memory_request_variable);
}

/* The first of duplicates counts. */
static void read_request(struct snug_policy *policy, const char *entry,
                         struct snug_text value)
{
    struct snug_setting request;
    if (!value.n || policy->request_bytes)
        return;
    if (snug_values_parse(SNUG_MEMORY_REQUEST, value, &request) == 0 &&
        request.unit == SNUG_UNIT_BYTES)
        policy->request_bytes = request.number;
    else
        complain(policy, SNUG_PROBLEM_BAD_VALUE, snug_text_of(entry));
}

void snug_policy_read_environment(struct snug_policy *policy, char *const *entries)
{
    policy->is_off = snug_policy_is_off(entries);
    for (; entries && *entries; entries++) {
        struct snug_text value = snug_text_of(*entries);
        struct snug_text name;
        if (!snug_text_starts(value, "SNUG") || !snug_text_cut(&value, '=', &name) ||
            !value.at)
            continue;

        value = snug_text_trim(value);
        const int key = snug_options_find_variable(name);
        if (snug_text_equals(name, memory_request_variable))
            read_request(policy, *entries, value);
        else if (snug_text_equals(name, "SNUG") && value.n &&
                 !is_one_of(off_words, value) && !is_one_of(on_words, value))
            complain(policy, SNUG_PROBLEM_BAD_VALUE, snug_text_of(*entries));
        else if (key < 0 && snug_text_starts(name, "SNUG_") && !is_known(name) &&
                 !snug_service_has_set(name, value))
            complain(policy, SNUG_PROBLEM_UNKNOWN_KEY, name);
        else if (key >= 0 && value.n &&
                 policy->setting[key].source != SNUG_FROM_ENVIRONMENT)
            (void)set_key(policy, SNUG_FROM_ENVIRONMENT, key, value); /* It complains. */
    }
}

uint64_t snug_policy_request_milli(struct snug_policy *policy, char *const *entries)
{
    const struct snug_text value =
        snug_text_trim(snug_entries_value(entries, request_variable));
    struct snug_setting request;
    if (!value.n || snug_text_equals(value, "0"))
        return 0;
    if (snug_values_parse(SNUG_CPU_REQUEST, value, &request) == 0 &&
        request.unit == SNUG_UNIT_MILLI)
        return request.number;
    complain(policy, SNUG_PROBLEM_BAD_VALUE,
             snug_text_of(snug_entries_find(entries, request_variable)));
    return 0;
}

void snug_policy_describe(const struct snug_policy *policy,
                          const struct snug_problem *problem, struct snug_builder *out)
{
    snug_problems_put(policy, problem, out);
    if (problem->n > 1) {
        snug_text_put(out, " (and ");
        snug_text_put_u64(out, problem->n - 1);
        snug_text_put(out, " more like it)");
    }
}

const char *snug_policy_source(enum snug_source source)
{
    switch (source) {
    case SNUG_FROM_DEFAULT:
        return "default";
    case SNUG_FROM_FILE:
        return "file";
    case SNUG_FROM_ENVIRONMENT:
        return "environment";
    case SNUG_FROM_COMMAND:
        return "command line";
    }
    return "unknown";
}
