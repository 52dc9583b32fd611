/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug explain`: gathers first, decides next, speaks last. Problems in the policy are part
 * of the answer and no reason to fail.
 */

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain.h"
#include "snug/cli/explain/explain_diff.h"
#include "snug/cli/explain/explain_json.h"
#include "snug/cli/explain/explain_seccomp.h"
#include "snug/cli/explain/explain_text.h"
#include "snug/cli/explain/verdict.h"
#include "snug/cli/subject/resize.h"
#include "snug/cli/trace/reach.h"

enum { ROW_BYTES = 512 };

static void write_text(const struct snug_subject *subject, bool is_all)
{
    snug_explain_text_write(subject, is_all, stdout);

    char row[ROW_BYTES];
    struct snug_builder resize = snug_text_build(row, sizeof row);
    snug_resize_put(&resize, &subject->counted);
    if (resize.n) {
        snug_page_write_heading(stdout, "Live resize", false);
        snug_page_write_row(stdout, "", row);
    }
    struct snug_builder measured = snug_text_build(row, sizeof row);
    snug_resize_put_measured(&measured, &subject->counted);
    if (measured.n) {
        snug_page_write_heading(stdout, "Measured headroom", false);
        snug_page_write_row(stdout, "", row);
    }
}

/* `profile` may be NULL. */
static int explain(struct snug_subject *subject, const struct snug_arguments *arguments,
                   const struct snug_profile *profile)
{
    const int status = snug_subject_enter(subject, arguments);
    if (status != 0)
        return status;

    snug_subject_plan(subject, arguments);
    snug_reach_foresee(subject);
    snug_verdict_apply(subject);
    if (arguments->is_json) {
        snug_explain_json_write(subject, profile, stdout);
        return 0;
    }
    if (arguments->is_diff)
        snug_explain_diff_write_text(subject, stdout);
    else
        write_text(subject, arguments->is_all);
    if (profile)
        snug_explain_seccomp_write_text(subject, profile, stdout);
    return 0;
}

int snug_explain_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_EXPLAIN, argv, &arguments, &status))
        return status;
    if (arguments.root && arguments.pid)
        return snug_help_complain(SNUG_COMMAND_EXPLAIN,
                                  "--root and --pid exclude each other");
    if (arguments.is_diff && (arguments.is_all || arguments.is_json))
        return snug_help_complain(SNUG_COMMAND_EXPLAIN, "--diff excludes --all and --json");

    static struct snug_profile profile;
    if (arguments.seccomp && snug_profile_read(arguments.seccomp, &profile) < 0) {
        snug_page_complain("%s", profile.members.complaint);
        snug_profile_close(&profile);
        return SNUG_EXIT_FAILURE;
    }

    struct snug_subject subject;
    status = explain(&subject, &arguments, arguments.seccomp ? &profile : NULL);
    snug_subject_close(&subject);
    snug_profile_close(&profile);
    return status;
}
