/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Docker's conditions, judged as Docker judges them: all of `includes` has to hold and
 * nothing of `excludes` may. What surprises: of several capabilities, all are needed to
 * include and one is enough to exclude.
 */
#include "snug/cli/profile/conditions.h"

#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>

#include "snug/base/calls.h"
#include "snug/base/text.h"

struct version {
    uint64_t major;
    uint64_t minor;
};

/* `6.1.0-13-amd64`, `4.8`: the first two numbers. */
static bool parse_version(const char *string, struct version *ret)
{
    struct snug_text rest = snug_text_of(string);
    struct snug_text major;
    if (!snug_text_cut(&rest, '.', &major) || !rest.at)
        return false;
    size_t n = 0;
    while (n < rest.n && rest.at[n] >= '0' && rest.at[n] <= '9')
        n++;
    const struct snug_text minor = {rest.at, n};
    return snug_text_u64(major, &ret->major) == 0 && snug_text_u64(minor, &ret->minor) == 0;
}

/* How many of the names in an array there are, and how many of them hold. */
struct tally {
    size_t n;
    size_t n_holding;
};

static int count_architectures(struct snug_members *members, const json_t *condition,
                               struct tally *ret)
{
    const json_t *names = NULL;
    int r = snug_members_array(members, condition, "arches", &names);
    ret->n = json_array_size(names);
    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        const char *name = NULL;
        r = snug_members_element(members, names, "arches", i, &name);
        ret->n_holding += r == 0 && strcmp(name, snug_calls_architecture()) == 0;
    }
    return r;
}

/* A capability that this libcap does not know is one that the process has not. */
static int count_capabilities(struct snug_members *members, const json_t *condition,
                              struct tally *ret)
{
    const json_t *names = NULL;
    int r = snug_members_array(members, condition, "caps", &names);
    ret->n = json_array_size(names);
    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        const char *name = NULL;
        cap_value_t capability;
        r = snug_members_element(members, names, "caps", i, &name);
        ret->n_holding += r == 0 && cap_from_name(name, &capability) == 0 &&
                          cap_get_bound(capability) == 1;
    }
    return r;
}

static int count_kernels(struct snug_members *members, const json_t *condition,
                         struct tally *ret)
{
    const char *least = NULL;
    const int r = snug_members_text(members, condition, "minKernel", &least);
    if (r < 0 || !least || !*least)
        return r;

    struct utsname system;
    struct version wanted;
    struct version here;
    if (!parse_version(least, &wanted))
        return snug_members_complain(members, "minKernel \"%s\" is no version such as 4.8",
                                     least);
    ret->n = 1;
    ret->n_holding = uname(&system) == 0 && parse_version(system.release, &here) &&
                     (here.major > wanted.major ||
                      (here.major == wanted.major && here.minor >= wanted.minor));
    return 0;
}

static int count_all(struct snug_members *members, const json_t *condition,
                     struct tally *architectures, struct tally *capabilities,
                     struct tally *kernels)
{
    int r = count_architectures(members, condition, architectures);
    if (r == 0)
        r = count_capabilities(members, condition, capabilities);
    if (r == 0)
        r = count_kernels(members, condition, kernels);
    return r;
}

static int judge(struct snug_members *members, const json_t *group, const char *name,
                 bool *ret_all_hold, bool *ret_any_holds)
{
    struct tally architectures = {0};
    struct tally capabilities = {0};
    struct tally kernels = {0};
    const json_t *condition = NULL;
    int r = snug_members_object(members, group, name, &condition);
    if (r == 0 && condition) {
        const size_t level = snug_members_enter(members, name, -1);
        r = count_all(members, condition, &architectures, &capabilities, &kernels);
        snug_members_leave(members, level);
    }
    /* One architecture out of several is meant, for a machine has but one. */
    *ret_all_hold = (!architectures.n || architectures.n_holding) &&
                    capabilities.n_holding == capabilities.n &&
                    kernels.n_holding == kernels.n;
    *ret_any_holds = architectures.n_holding + capabilities.n_holding + kernels.n_holding;
    return r;
}

int snug_conditions_hold(struct snug_members *members, const json_t *group, bool *ret)
{
    bool includes = false;
    bool excludes = false;
    bool unused;
    int r = judge(members, group, "includes", &includes, &unused);
    if (r == 0)
        r = judge(members, group, "excludes", &unused, &excludes);
    *ret = includes && !excludes;
    return r;
}
