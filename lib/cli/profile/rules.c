/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a profile to libseccomp, by the rules of runc: a name that libseccomp does not know
 * is skipped, so is a group whose action is the default one, and conditions on one argument
 * twice are alternatives.
 */
#include "snug/cli/profile/rules.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "snug/base/text.h"
#include "snug/cli/profile/conditions.h"

enum { ARGUMENTS = 6, MAX_ERRNO = 4095, LONG_LIST = 32 };

static const struct {
    const char *name;
    uint32_t action;
    bool has_errno;
} actions[] = {
    {"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD, false},
    {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, false},
    {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, false},
    {"SCMP_ACT_TRAP", SCMP_ACT_TRAP, false},
    {"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), true},
    {"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), true},
    {"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY, false},
    {"SCMP_ACT_LOG", SCMP_ACT_LOG, false},
    {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, false},
};

static const struct {
    const char *name;
    enum scmp_compare operator;
} operators[] = {
    {"SCMP_CMP_NE", SCMP_CMP_NE},
    {"SCMP_CMP_LT", SCMP_CMP_LT},
    {"SCMP_CMP_LE", SCMP_CMP_LE},
    {"SCMP_CMP_EQ", SCMP_CMP_EQ},
    {"SCMP_CMP_GE", SCMP_CMP_GE},
    {"SCMP_CMP_GT", SCMP_CMP_GT},
    {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};

/* The program is started from a process with one thread, and there is no supervisor: two of
 * them change nothing. */
static const struct {
    const char *name;
    unsigned flag;
} flags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", 0},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
};

static int read_action(struct snug_members *members, const json_t *object,
                       const char *action_name, const char *errno_name, uint32_t *ret)
{
    const char *name = NULL;
    uint64_t error = EPERM;
    bool has_errno = false;
    int r = snug_members_text(members, object, action_name, &name);
    if (r == 0)
        r = snug_members_number(members, object, errno_name, MAX_ERRNO, &has_errno, &error);
    if (r < 0)
        return r;
    if (!name)
        return snug_members_complain(members, "%s is missing", action_name);

    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        if (has_errno && !actions[i].has_errno)
            return snug_members_complain(members, "%s has no %s", name, errno_name);
        *ret = actions[i].action | (actions[i].has_errno ? (uint32_t)error : 0);
        return 0;
    }
    return snug_members_complain(members, "%s \"%s\" is not known", action_name, name);
}

static int add_architecture(struct snug_members *members, const char *name,
                            struct snug_rules *rules)
{
    char lower[32];
    size_t n = 0;
    const struct snug_text text = snug_text_of(name);
    const size_t n_prefix = sizeof "SCMP_ARCH_" - 1;
    if (snug_text_starts(text, "SCMP_ARCH_") && text.n - n_prefix < sizeof lower)
        for (const char *at = name + n_prefix; *at; at++)
            lower[n++] = (char)tolower((unsigned char)*at);
    lower[n] = 0;

    const uint32_t token = n ? seccomp_arch_resolve_name(lower) : 0;
    if (!token)
        return snug_members_complain(
            members, "\"%s\" is no architecture that libseccomp knows", name);
    const int r = seccomp_arch_add(rules->context, token);
    return r == 0 || r == -EEXIST
               ? 0
               : snug_members_complain(members, "%s cannot be combined with %s", name,
                                       "this machine's architecture");
}

static int add_architectures(struct snug_members *members, const json_t *object,
                             const char *name, struct snug_rules *rules)
{
    const json_t *names = NULL;
    int r = snug_members_array(members, object, name, &names);
    for (size_t i = 0; r == 0 && i < json_array_size(names); i++) {
        const char *architecture = NULL;
        r = snug_members_element(members, names, name, i, &architecture);
        if (r == 0)
            r = add_architecture(members, architecture, rules);
    }
    return r;
}

/* Docker lists several machines' architectures; the one that is this machine's counts. */
static int add_mapped(struct snug_members *members, const json_t *map,
                      struct snug_rules *rules)
{
#if defined(__x86_64__)
    static const char native[] = "SCMP_ARCH_X86_64";
#else
    static const char native[] = "SCMP_ARCH_AARCH64";
#endif
    int r = 0;
    for (size_t i = 0; r == 0 && i < json_array_size(map); i++) {
        const json_t *entry = json_array_get(map, i);
        const char *name = NULL;
        const size_t level = snug_members_enter(members, "archMap", (long)i);
        r = json_is_object(entry) ? snug_members_text(members, entry, "architecture", &name)
                                  : snug_members_complain(members, "an object is needed");
        if (r == 0 && name && strcmp(name, native) == 0)
            r = add_architectures(members, entry, "subArchitectures", rules);
        snug_members_leave(members, level);
    }
    return r;
}

static int read_flags(struct snug_members *members, const json_t *profile, unsigned *ret)
{
    const json_t *names = NULL;
    int r = snug_members_array(members, profile, "flags", &names);
    *ret = names ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (size_t i = 0; r == 0 && i < json_array_size(names); i++) {
        const char *name = NULL;
        r = snug_members_element(members, names, "flags", i, &name);
        bool is_known = r < 0;
        for (size_t j = 0; !is_known && j < sizeof flags / sizeof *flags; j++) {
            is_known = strcmp(name, flags[j].name) == 0;
            *ret |= is_known ? flags[j].flag : 0;
        }
        if (!is_known)
            r = snug_members_complain(members, "flag \"%s\" is not known", name);
    }
    return r;
}

static int read_comparison(struct snug_members *members, const json_t *object,
                           struct scmp_arg_cmp *ret)
{
    uint64_t index = 0;
    uint64_t value[2] = {0};
    const char *name = NULL;
    bool has_index = false;
    bool has_value = false;
    int r =
        json_is_object(object) ? 0 : snug_members_complain(members, "an object is needed");
    if (r == 0)
        r = snug_members_number(members, object, "index", ARGUMENTS - 1, &has_index,
                                &index);
    if (r == 0)
        r = snug_members_number(members, object, "value", INT64_MAX, &has_value, &value[0]);
    if (r == 0)
        r = snug_members_number(members, object, "valueTwo", INT64_MAX, &has_value,
                                &value[1]);
    if (r == 0)
        r = snug_members_text(members, object, "op", &name);
    if (r < 0)
        return r;
    if (!has_index || !name)
        return snug_members_complain(members, "%s is missing", has_index ? "op" : "index");

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i].name, name) == 0) {
            *ret = (struct scmp_arg_cmp){(unsigned)index, operators[i].operator, value[0],
                                         value[1]};
            return 0;
        }
    return snug_members_complain(members, "op \"%s\" is not known", name);
}

/* What one group of calls says, but for their names. */
struct group {
    uint32_t action;
    unsigned n_comparisons;
    bool are_alternatives;
    struct scmp_arg_cmp comparison[2 * ARGUMENTS];
};

static int read_comparisons(struct snug_members *members, const json_t *object,
                            struct group *ret)
{
    const unsigned most = sizeof ret->comparison / sizeof *ret->comparison;
    const json_t *array = NULL;
    int r = snug_members_array(members, object, "args", &array);
    if (r == 0 && json_array_size(array) > most)
        r = snug_members_complain(members, "more than %u args are given", most);
    unsigned seen = 0;
    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        struct scmp_arg_cmp *comparison = &ret->comparison[ret->n_comparisons++];
        const size_t level = snug_members_enter(members, "args", (long)i);
        r = read_comparison(members, json_array_get(array, i), comparison);
        snug_members_leave(members, level);
        if (r < 0)
            return r;
        ret->are_alternatives |= seen >> comparison->arg & 1;
        seen |= 1u << comparison->arg;
    }
    return r;
}

/* A name may be any text, and goes to terminals: no call has a blank or worse in its name.
 */
static int note_unknown(struct snug_members *members, const char *name,
                        struct snug_rules *rules)
{
    const size_t n = strlen(name);
    char *const grown = realloc(rules->unknown, rules->n_unknown_bytes + n + 2);
    if (!grown)
        return snug_members_complain(members, "%s", strerror(ENOMEM));

    rules->unknown = grown;
    char *at = grown + rules->n_unknown_bytes;
    if (rules->n_unknown++)
        *at++ = ' ';
    for (size_t i = 0; i < n; i++)
        *at++ = (char)((unsigned char)name[i] <= ' ' || name[i] == 0x7f ? '?' : name[i]);
    *at = 0;
    rules->n_unknown_bytes = (size_t)(at - grown);
    return 0;
}

static int add_call(struct snug_members *members, const char *name,
                    const struct group *group, struct snug_rules *rules)
{
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return note_unknown(members, name, rules);
    if (number > rules->last)
        rules->last = number;
    if (group->action == rules->default_action)
        return 0; /* libseccomp would complain. */

    int r = 0;
    const unsigned n = group->n_comparisons;
    const unsigned step = group->are_alternatives ? 1 : n;
    if (!n)
        r = seccomp_rule_add_array(rules->context, group->action, number, 0, NULL);
    for (unsigned i = 0; r == 0 && i < n; i += step)
        r = seccomp_rule_add_array(rules->context, group->action, number, step,
                                   &group->comparison[i]);
    return r == 0 ? 0
                  : snug_members_complain(members, "libseccomp does not take \"%s\": %s",
                                          name, strerror(-r));
}

/* Names in an array, or one name, as old files have it. */
static int add_calls(struct snug_members *members, const json_t *object,
                     const struct group *group, struct snug_rules *rules)
{
    const json_t *names = NULL;
    const char *name = NULL;
    int r = snug_members_array(members, object, "names", &names);
    if (r == 0)
        r = snug_members_text(members, object, "name", &name);
    if (r < 0)
        return r;
    if (name && *name)
        return json_array_size(names)
                   ? snug_members_complain(members, "both name and names are given")
                   : add_call(members, name, group, rules);
    if (!names)
        return snug_members_complain(members, "names is missing");

    for (size_t i = 0; r == 0 && i < json_array_size(names); i++) {
        r = snug_members_element(members, names, "names", i, &name);
        if (r == 0)
            r = add_call(members, name, group, rules);
    }
    return r;
}

static int add_group(struct snug_members *members, const json_t *object,
                     struct snug_rules *rules)
{
    struct group group = {0};
    bool counts = false;
    int r =
        json_is_object(object) ? 0 : snug_members_complain(members, "an object is needed");
    if (r == 0)
        r = read_action(members, object, "action", "errnoRet", &group.action);
    if (r == 0)
        r = read_comparisons(members, object, &group);
    if (r == 0)
        r = snug_conditions_hold(members, object, &counts);
    if (r < 0 || !counts)
        return r;
    rules->notifies |= group.action == SCMP_ACT_NOTIFY;
    return add_calls(members, object, &group, rules);
}

static int begin(struct snug_members *members, const json_t *profile,
                 struct snug_rules *rules)
{
    const json_t *architectures = NULL;
    const json_t *map = NULL;
    int r = read_action(members, profile, "defaultAction", "defaultErrnoRet",
                        &rules->default_action);
    if (r == 0 && rules->default_action == SCMP_ACT_NOTIFY)
        r = snug_members_complain(members, "SCMP_ACT_NOTIFY cannot be the default");
    if (r == 0)
        r = snug_members_array(members, profile, "architectures", &architectures);
    if (r == 0)
        r = snug_members_array(members, profile, "archMap", &map);
    if (r == 0)
        r = read_flags(members, profile, &rules->flags);
    if (r == 0 && json_array_size(architectures) && json_array_size(map))
        r = snug_members_complain(members, "both architectures and archMap are given");
    if (r < 0)
        return r;

    rules->context = seccomp_init(rules->default_action);
    if (!rules->context)
        return snug_members_complain(members, "libseccomp cannot make a filter");
    r = add_architectures(members, profile, "architectures", rules);
    return r < 0 ? r : add_mapped(members, map, rules);
}

int snug_rules_make(struct snug_members *members, const json_t *profile,
                    struct snug_rules *ret)
{
    *ret = (struct snug_rules){0};
    const json_t *groups = NULL;
    int r = begin(members, profile, ret);
    if (r == 0)
        r = snug_members_array(members, profile, "syscalls", &groups);
    if (r < 0)
        return r;

    /* Few rules are faster in a row, and libseccomp before 2.5.5 needs some for a tree. It
     * is a wish: what the filter says stays the same. */
    if (json_array_size(groups) > LONG_LIST)
        (void)seccomp_attr_set(ret->context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; r == 0 && i < json_array_size(groups); i++) {
        const size_t level = snug_members_enter(members, "syscalls", (long)i);
        r = add_group(members, json_array_get(groups, i), ret);
        snug_members_leave(members, level);
    }
    return r;
}
