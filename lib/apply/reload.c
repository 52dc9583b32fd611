/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What surprises: of a file that somebody is writing, the lines that are there are good
 * ones. So it is read when it has been the same for two looks.
 */
#include "snug/apply/reload.h"

#include "snug/apply/errand.h"
#include "snug/plan/revision.h"
#include "snug/policy/conf.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

enum { LINE_BYTES = 1024 };

void snug_reload_begin(const struct snug_policy *policy, uint64_t keys, const char *program,
                       struct snug_reload *ret)
{
    *ret = (struct snug_reload){
        .keys = keys,
        .program = program,
        .was_silent = policy->setting[SNUG_LOG].word == SNUG_LOG_OFF,
        .judged = policy->edition,
        .seen = policy->edition,
    };
}

/* `follow: the last policy stays: /etc/snug.conf cannot be read: error 2` */
static void report_refusal(const struct snug_log *log, const struct snug_policy *policy)
{
    const struct snug_problem *problem = &policy->problem[0];
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, "follow: the last policy stays: ");
    if (problem->kind == SNUG_PROBLEM_OPEN) {
        snug_text_put(&out, policy->file);
        snug_text_put(&out, " cannot be read: error ");
        snug_text_put_u64(&out, (uint64_t)problem->error);
    } else {
        snug_problems_put_brief(policy, problem, &out);
    }
    snug_errand_log(log, SNUG_LOG_ERROR, line);
}

static void put_word(struct snug_builder *out, const char *before, const char *word)
{
    snug_text_put(out, before);
    snug_text_put(out, word);
}

static const char *put_keys(struct snug_builder *out, const char *before, uint64_t keys)
{
    for (unsigned key = 0; key < SNUG_N_KEYS; key++)
        if (keys >> key & 1) {
            put_word(out, before, snug_options[key].name);
            before = ", ";
        }
    return before;
}

/* `follow: /etc/snug.conf is new: cpu.round, memory.share; at the next start: span.huge` */
static void report_revision(const struct snug_log *log, const struct snug_policy *policy,
                            const struct snug_revision *revision)
{
    static const char at_start[] = "; at the next start: ";
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, "follow: ");
    snug_text_put(&out, policy->file);
    snug_text_put(&out, " is new: ");
    if (revision->moved)
        (void)put_keys(&out, "", revision->moved);
    else
        snug_text_put(&out, "nothing changes");
    const char *before = put_keys(&out, at_start, revision->waits);
    if (revision->has_locks)
        put_word(&out, before, "lock");
    const bool waits = revision->waits || revision->has_locks;
    snug_errand_log(log, waits ? SNUG_LOG_ERROR : SNUG_LOG_INFO, line);
}

bool snug_reload_look(struct snug_reload *state, struct snug_policy *policy,
                      struct snug_log *log)
{
    static struct snug_policy next;
    /* The program may be in another directory by now. */
    if (policy->file[0] != '/')
        return false;
    const struct snug_edition now = snug_edition_find(policy->file);
    const bool is_at_rest = snug_edition_is(&now, &state->seen);
    state->seen = now;
    if (!is_at_rest || snug_edition_is(&now, &state->judged))
        return false;

    snug_policy_default(&next);
    snug_policy_read_file(&next, &snug_file_live, snug_text_of(policy->file),
                          snug_text_of(state->program));
    if (next.has_file && !snug_edition_is(&next.edition, &now))
        return false; /* It changes at this very moment. */
    state->judged = now;
    if (next.n_problems) {
        report_refusal(log, &next);
        return false;
    }
    struct snug_revision revision;
    snug_revision_take(&next, state->keys, policy, &revision);
    log->level = (enum snug_log_level)policy->setting[SNUG_LOG].word;
    /* Else none means that the file is standard error, as that was at the start. */
    if (state->was_silent && !log->path && revision.moved & (uint64_t)1 << SNUG_LOG)
        log->path = snug_values_path(&policy->setting[SNUG_LOG_FILE]);
    report_revision(log, policy, &revision);
    return revision.moved != 0;
}
