/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The environment and the mask that the program starts with. A static program can be
 * reached in no other way.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "snug/base/sys.h"
#include "snug/cli/command/installed.h"
#include "snug/cli/run/launch.h"
#include "snug/facts/variables.h"
#include "snug/policy/values.h"

enum { RECORD_BYTES = 512 };

static const char object_name[] = "libsnug.so";

int snug_launch_find_object(size_t size, char *ret_path)
{
    const int r = snug_installed_find_object(size, ret_path);
    if (r < 0)
        return r;
    const struct snug_text path = snug_text_of(ret_path);
    return snug_text_matches(path, snug_text_of("*[ :]*")) ? -EINVAL : 0;
}

/* Any copy of the object: two of them in one process would fight. */
static bool is_object(struct snug_text path)
{
    struct snug_text base;
    while (snug_text_cut(&path, '/', &base))
        continue;
    return snug_text_equals(base, object_name);
}

int snug_launch_preload(const char *object)
{
    const struct snug_text before = snug_text_of(getenv("LD_PRELOAD"));
    const size_t size = snug_text_of(object).n + before.n + 2;
    char *const value = malloc(size);
    if (!value)
        return -ENOMEM;

    struct snug_builder out = snug_text_build(value, size);
    snug_text_put(&out, object);
    struct snug_text groups = before;
    struct snug_text group;
    while (snug_text_cut(&groups, ':', &group)) {
        struct snug_text path;
        while (snug_text_cut(&group, ' ', &path)) {
            if (!path.n || is_object(path))
                continue;
            snug_text_put(&out, ":");
            snug_text_put_slice(&out, path);
        }
    }
    const int r = setenv("LD_PRELOAD", value, 1) < 0 ? -errno : 0;
    free(value);
    return r;
}

static int export_key(const struct snug_policy *policy, enum snug_key key)
{
    char name[64];
    char value[SNUG_TEXT_VALUE_BYTES + 8];
    struct snug_builder name_text = snug_text_build(name, sizeof name);
    struct snug_builder value_text = snug_text_build(value, sizeof value);
    snug_options_put_variable(&name_text, key);
    snug_values_put(&value_text, key, &policy->setting[key]);
    return setenv(name, value, 1) < 0 ? -errno : 0;
}

int snug_launch_export_policy(const struct snug_subject *subject,
                              const struct snug_arguments *arguments)
{
    if (arguments->policy) {
        /* A child may start elsewhere, so the name becomes absolute if the file is there.
         */
        char absolute[PATH_MAX];
        const char *name =
            realpath(arguments->policy, absolute) ? absolute : arguments->policy;
        if (setenv("SNUG_POLICY", name, 1) < 0)
            return -errno;
    }
    for (unsigned i = 0; i < SNUG_N_KEYS; i++) {
        /* Only what was accepted: a bad or locked one must not hide another value. */
        if (subject->policy.setting[i].source != SNUG_FROM_COMMAND)
            continue;
        const int r = export_key(&subject->policy, (enum snug_key)i);
        if (r < 0)
            return r;
    }
    return 0;
}

static int remove_if_snugs(const char *name, enum snug_owner owner)
{
    return owner == SNUG_OWNER_SNUG && unsetenv(name) < 0 ? -errno : 0;
}

static int set_entry(const char *entry, struct snug_builder *record)
{
    struct snug_text value = snug_text_of(entry);
    struct snug_text name;
    char name_buffer[SNUG_VARIABLE_BYTES];
    (void)snug_text_cut(&value, '=', &name); /* The plan writes NAME=value. */
    (void)snug_text_copy(name, sizeof name_buffer, name_buffer); /* A part of an entry. */

    snug_text_put(record, record->n ? " " : "");
    snug_text_put(record, entry);
    return setenv(name_buffer, value.at, 1) < 0 ? -errno : 0;
}

int snug_launch_set_variables(const struct snug_subject *subject)
{
    const struct snug_variable_facts *before = &subject->facts.variables;
    const struct snug_plan *plan = &subject->plan;
    int r = remove_if_snugs("GOMAXPROCS", before->gomaxprocs);
    if (r == 0)
        r = remove_if_snugs("GOMEMLIMIT", before->gomemlimit);
    if (r == 0)
        r = remove_if_snugs("GOGC", before->gogc);
    if (r < 0)
        return r;
    if (unsetenv("SNUG_SET") < 0)
        return -errno;

    char record[SNUG_PLAN_VARIABLES_MAX * (SNUG_VARIABLE_BYTES + 1)];
    struct snug_builder out = snug_text_build(record, sizeof record);
    for (unsigned i = 0; i < plan->n_variables; i++) {
        r = set_entry(plan->variable[i], &out);
        if (r < 0)
            return r;
    }
    return out.n && setenv("SNUG_SET", record, 1) < 0 ? -errno : 0;
}

int snug_launch_set_told(void)
{
    char record[RECORD_BYTES];
    struct snug_builder out = snug_text_build(record, sizeof record);
    snug_text_put(&out, SNUG_VARIABLES_TOLD " ");
    snug_text_put_slice(&out, snug_text_of(getenv("SNUG_SET")));
    return !out.is_full && setenv("SNUG_SET", record, 1) < 0 ? -errno : 0;
}

int snug_launch_pin(const struct snug_cpu_plan *plan)
{
    const struct snug_cpus *set = &plan->presented;
    return (int)snug_sys_sched_setaffinity(0, sizeof set->word, set->word);
}
