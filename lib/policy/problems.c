/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Complaints: kept short and few, whatever the file holds.
 */
#include <errno.h>

#include "snug/policy/problems.h"
#include "snug/policy/values.h"

enum { N_SINGLE = 8 };

static bool is_counted_at_once(enum snug_problem_kind kind)
{
    return kind == SNUG_PROBLEM_NOISE || kind == SNUG_PROBLEM_LINE_TOO_LONG;
}

/* The entry that further problems like this one are counted in, NULL if there is none yet.
 */
static struct snug_problem *find_collective(struct snug_policy *policy,
                                            const struct snug_problem *problem)
{
    const unsigned n_single = is_counted_at_once(problem->kind) ? 0 : N_SINGLE;
    unsigned n_like = 0;
    for (unsigned i = 0; i < policy->n_problems; i++) {
        struct snug_problem *old = &policy->problem[i];
        if (old->kind == problem->kind && old->source == problem->source &&
            n_like++ == n_single)
            return old;
    }
    return NULL;
}

/* What cannot be shown in one line of plain text becomes `?`. */
static void put_sample(struct snug_text text, char ret[SNUG_SAMPLE_BYTES])
{
    static const char ellipsis[] = "...";
    const bool is_cut = text.n >= SNUG_SAMPLE_BYTES;
    const size_t n = is_cut ? SNUG_SAMPLE_BYTES - sizeof ellipsis : text.n;

    struct snug_builder out = snug_text_build(ret, SNUG_SAMPLE_BYTES);
    for (size_t i = 0; i < n; i++) {
        const bool is_plain = text.at[i] >= ' ' && text.at[i] <= '~';
        snug_text_put_slice(&out, (struct snug_text){is_plain ? &text.at[i] : "?", 1});
    }
    if (is_cut)
        snug_text_put(&out, ellipsis);
}

void snug_problems_add(struct snug_policy *policy, const struct snug_problem *problem,
                       struct snug_text sample)
{
    struct snug_problem *collective = find_collective(policy, problem);
    if (collective) {
        collective->n++;
        return;
    }
    if (policy->n_problems == SNUG_PROBLEMS_MAX) {
        policy->n_problems_lost++;
        return;
    }
    struct snug_problem *added = &policy->problem[policy->n_problems++];
    *added = *problem;
    added->n = 1;
    put_sample(sample, added->sample);
}

const struct snug_problem *snug_problems_next(const struct snug_policy *policy, bool is_all,
                                              unsigned *at)
{
    while (*at < policy->n_problems) {
        const struct snug_problem *ret = &policy->problem[(*at)++];
        if (is_all || ret->source != SNUG_FROM_DEFAULT)
            return ret;
    }
    return NULL;
}

static void put_quoted(struct snug_builder *out, const char *before, const char *quoted,
                       const char *after)
{
    snug_text_put(out, before);
    snug_text_put(out, "\"");
    snug_text_put(out, quoted);
    snug_text_put(out, "\"");
    snug_text_put(out, after);
}

static void put_error(struct snug_builder *out, int error)
{
    switch (error) {
    case ENOENT:
        snug_text_put(out, "there is no such file");
        break;
    case EACCES:
    case EPERM:
        snug_text_put(out, "permission denied");
        break;
    case EAGAIN:
        snug_text_put(out, "another process holds a lease on it");
        break;
    case ELOOP:
        snug_text_put(out, "too many symbolic links");
        break;
    case ENAMETOOLONG:
        snug_text_put(out, "its name is too long");
        break;
    default:
        snug_text_put(out, "error ");
        snug_text_put_u64(out, (uint64_t)error);
    }
}

/* `/etc/snug.conf:3: `. */
static void put_place(const struct snug_policy *policy, const struct snug_problem *problem,
                      struct snug_builder *out)
{
    snug_text_put(out, policy->file);
    snug_text_put(out, ":");
    snug_text_put_u64(out, problem->line);
    snug_text_put(out, ": ");
}

/* The key and the value, as they were written. */
static void put_assignment(const struct snug_problem *problem, struct snug_builder *out)
{
    const enum snug_key key = (enum snug_key)problem->key;
    if (problem->source == SNUG_FROM_ENVIRONMENT) {
        snug_options_put_variable(out, key);
        put_quoted(out, "=", problem->sample, "");
    } else if (problem->source == SNUG_FROM_COMMAND) {
        snug_text_put(out, "--");
        snug_text_put(out, snug_options[key].name);
        put_quoted(out, "=", problem->sample, "");
    } else {
        snug_text_put(out, snug_options[key].name);
        put_quoted(out, " = ", problem->sample, "");
    }
}

/* What holds instead: `; cpu.round stays "up" (default)`. A later one may have been good.
 */
static void put_rest(const struct snug_policy *policy, const struct snug_problem *problem,
                     struct snug_builder *out)
{
    const enum snug_key key = (enum snug_key)problem->key;
    const struct snug_setting *setting = &policy->setting[key];
    const bool is_later =
        setting->source > problem->source ||
        (setting->source == problem->source && setting->line > problem->line);
    snug_text_put(out, "; ");
    snug_text_put(out, snug_options[key].name);
    snug_text_put(out, is_later ? " is \"" : " stays \"");
    snug_values_put(out, key, setting);
    snug_text_put(out, "\" (");
    snug_text_put(out, snug_policy_source(setting->source));
    snug_text_put(out, ")");
}

/* Keys that earlier releases had. */
static bool is_gone(struct snug_text name)
{
    return snug_text_equals(name, "span.cache") ||
           snug_text_equals(name, "SNUG_SPAN_CACHE");
}

static void put_unknown(const struct snug_problem *problem, struct snug_builder *out)
{
    const bool is_variable = problem->source == SNUG_FROM_ENVIRONMENT;
    if (is_gone(snug_text_of(problem->sample))) {
        snug_text_put(out, problem->sample);
        snug_text_put(out, " no longer exists, since memory could be handed out that was "
                           "not as new; it is ignored");
        return;
    }
    const int guess = snug_options_guess(snug_text_of(problem->sample));

    put_quoted(out, is_variable ? "unknown variable " : "unknown key ", problem->sample,
               "");
    if (guess >= 0) {
        snug_text_put(out, " (did you mean ");
        if (is_variable)
            snug_options_put_variable(out, (enum snug_key)guess);
        else
            snug_text_put(out, snug_options[guess].name);
        snug_text_put(out, "?)");
    }
    snug_text_put(out, "; it is ignored");
}

static void put_bad_value(const struct snug_policy *policy,
                          const struct snug_problem *problem, struct snug_builder *out)
{
    if (problem->key >= 0) {
        const enum snug_key key = (enum snug_key)problem->key;
        put_assignment(problem, out);
        snug_text_put(out, " is not ");
        snug_values_put_choices(out, key);
        put_rest(policy, problem, out);
    } else if (snug_text_starts(snug_text_of(problem->sample), "SNUG=")) {
        put_quoted(out, "", problem->sample, " is neither on nor off; snug is on");
    } else if (snug_text_starts(snug_text_of(problem->sample), "SNUG_M")) {
        put_quoted(out, "", problem->sample,
                   " is not a number of bytes; no memory request is known");
    } else {
        put_quoted(out, "", problem->sample,
                   " is not a number of millicores; no CPU request is known");
    }
}

static void put_locked(const struct snug_policy *policy, const struct snug_problem *problem,
                       struct snug_builder *out)
{
    put_assignment(problem, out);
    snug_text_put(out, " is ignored, since ");
    snug_text_put(out, policy->file);
    snug_text_put(out, " locks this key");
    put_rest(policy, problem, out);
}

/* A complaint about the file as a whole. One whose name is too long has it in the sample.
 */
static void put_file(const struct snug_policy *policy, const struct snug_problem *problem,
                     const char *what, struct snug_builder *out)
{
    snug_text_put(out, policy->file[0] ? policy->file : problem->sample);
    snug_text_put(out, what);
    if (problem->error) {
        snug_text_put(out, ": ");
        put_error(out, problem->error);
    }
    snug_text_put(out, "; nothing is taken from it");
}

void snug_problems_put(const struct snug_policy *policy, const struct snug_problem *problem,
                       struct snug_builder *out)
{
    if (problem->line)
        put_place(policy, problem, out);

    switch (problem->kind) {
    case SNUG_PROBLEM_OPEN:
        put_file(policy, problem, " cannot be read", out);
        break;
    case SNUG_PROBLEM_NOT_A_FILE:
        put_file(policy, problem, " is not a regular file", out);
        break;
    case SNUG_PROBLEM_WRITABLE:
        put_file(policy, problem,
                 " can be written by someone other than root and this process's user", out);
        break;
    case SNUG_PROBLEM_OWNER:
        put_file(policy, problem, " belongs to nobody or a user outside this namespace",
                 out);
        break;
    case SNUG_PROBLEM_READ:
        snug_text_put(out, "cannot be read on from here: ");
        put_error(out, problem->error);
        snug_text_put(out, "; the lines above count");
        break;
    case SNUG_PROBLEM_TOO_BIG:
        snug_text_put(out, "the file is longer than 16 MiB; the rest is ignored");
        break;
    case SNUG_PROBLEM_LINE_TOO_LONG:
        snug_text_put(out, "the line is longer than 4095 bytes; it is ignored");
        break;
    case SNUG_PROBLEM_NOISE:
        put_quoted(out, "", problem->sample,
                   " is not a policy line (KEY = VALUE, [program GLOB] or a # comment); it "
                   "is ignored");
        break;
    case SNUG_PROBLEM_UNTERMINATED:
        put_quoted(out, "the last line, ", problem->sample,
                   ", does not end in a newline and may be cut off; ");
        snug_text_put(out, problem->error ? "it is not a good line and is ignored"
                                          : "it counts as it stands");
        break;
    case SNUG_PROBLEM_UNKNOWN_KEY:
        put_unknown(problem, out);
        break;
    case SNUG_PROBLEM_BAD_VALUE:
        put_bad_value(policy, problem, out);
        break;
    case SNUG_PROBLEM_BAD_SECTION:
        put_quoted(out, "", problem->sample,
                   " is not [program GLOB]; the keys below it are ignored");
        break;
    case SNUG_PROBLEM_LOCKED:
        put_locked(policy, problem, out);
        break;
    case SNUG_PROBLEM_BAD_LOCK:
        put_quoted(out, "lock names ", problem->sample,
                   ", which is no key; it locks nothing");
        break;
    case SNUG_PROBLEM_LOCK_IN_SECTION:
        snug_text_put(out, "lock counts only above the first section; it is ignored");
        break;
    }
}

/* `/etc/snug.conf:3: cpu.round "sideways" is not taken as it stands; …`, or the variable's
 * name. Of a complaint about the whole file, the sample is its path. */
void snug_problems_put_brief(const struct snug_policy *policy,
                             const struct snug_problem *problem, struct snug_builder *out)
{
    if (problem->line)
        put_place(policy, problem, out);
    if (problem->key >= 0) {
        if (problem->source == SNUG_FROM_ENVIRONMENT)
            snug_options_put_variable(out, (enum snug_key)problem->key);
        else
            snug_text_put(out, snug_options[problem->key].name);
        snug_text_put(out, " ");
    }
    put_quoted(out, "", problem->sample,
               " is not taken as it stands; snug explain says why, and what holds");
}
