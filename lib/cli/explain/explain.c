/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug explain`: gathers first, decides next, speaks last. Problems in the policy are part
 * of the answer and no reason to fail.
 */
#include <errno.h>
#include <string.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain.h"
#include "snug/cli/explain/explain_json.h"
#include "snug/cli/explain/explain_seccomp.h"
#include "snug/cli/explain/explain_text.h"
#include "snug/cli/subject/resize.h"

enum { ROW_BYTES = 512 };

static void write_text(const struct snug_subject *subject, bool is_all)
{
    snug_explain_text_write(subject, is_all, stdout);

    char row[ROW_BYTES];
    struct snug_builder resize = snug_text_build(row, sizeof row);
    snug_resize_put(&resize, &subject->counted);
    if (!resize.n)
        return;
    (void)fputs("\nLive resize\n", stdout);
    snug_page_write_row(stdout, "", row);
}

/* `profile` may be NULL. */
static int explain(struct snug_subject *subject, const struct snug_arguments *arguments,
                   const struct snug_profile *profile)
{
    int r = snug_subject_open(subject, arguments);
    if (r < 0) {
        if (arguments->pid)
            snug_page_complain("there is no process %s", arguments->pid);
        else
            snug_page_complain("%s: %s", arguments->root, strerror(-r));
        return SNUG_EXIT_FAILURE;
    }

    const char *name = arguments->operand[0];
    r = snug_subject_find_program(subject, name);
    if (r < 0) {
        snug_page_complain("%s: %s", name, strerror(-r));
        return r == -ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
    }

    snug_subject_plan(subject, arguments);
    if (arguments->is_json) {
        snug_explain_json_write(subject, profile, stdout);
        return 0;
    }
    write_text(subject, arguments->is_all);
    if (profile)
        snug_explain_seccomp_write_text(subject, profile, stdout);
    return 0;
}

int snug_explain_main(char *const *argv)
{
    char complaint[160];
    struct snug_arguments arguments;
    if (snug_arguments_parse(SNUG_COMMAND_EXPLAIN, argv, sizeof complaint, complaint,
                             &arguments) < 0)
        return snug_help_complain(SNUG_COMMAND_EXPLAIN, complaint);

    if (arguments.is_help) {
        snug_help_write_command(SNUG_COMMAND_EXPLAIN, stdout);
        return 0;
    }
    if (arguments.root && arguments.pid)
        return snug_help_complain(SNUG_COMMAND_EXPLAIN,
                                  "--root and --pid exclude each other");

    static struct snug_profile profile;
    if (arguments.seccomp && snug_profile_read(arguments.seccomp, &profile) < 0) {
        snug_page_complain("%s", profile.members.complaint);
        snug_profile_close(&profile);
        return SNUG_EXIT_FAILURE;
    }

    struct snug_subject subject;
    const int status = explain(&subject, &arguments, arguments.seccomp ? &profile : NULL);
    snug_subject_close(&subject);
    snug_profile_close(&profile);
    return status;
}
