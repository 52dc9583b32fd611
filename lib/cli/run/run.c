/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug run`: becomes the program. Whatever snug cannot do is a line on standard error, and
 * the program starts all the same; only a program or an object that is not there stops it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/profile/profile.h"
#include "snug/cli/run/launch.h"
#include "snug/cli/run/run.h"
#include "snug/cli/run/supervision.h"

enum { SENTENCE_BYTES = 2048 };

/* `profile` may be NULL. Nothing is done between the filter and the program: the filter may
 * refuse it. */
static int become(char *const *command, const struct snug_profile *profile)
{
    /* What was said so far would be lost in the program's memory. */
    (void)fflush(NULL);
    const int r = profile ? snug_profile_load(profile) : 0;
    if (r < 0) {
        snug_page_complain("%s: the filter cannot be loaded: %s", profile->members.file,
                           strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    (void)execvp(command[0], command); /* It returns only to fail. */
    const int error = errno;
    snug_page_complain("%s: %s", command[0], strerror(error));
    return error == ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
}

/* What is asked of the process that starts the program. */
struct wishes {
    const struct snug_profile *profile; /* NULL: no filter. */
    const struct snug_init *init;       /* NULL: it becomes the program. */
};

static int start(struct snug_subject *subject, char *const *command,
                 const struct wishes *wishes)
{
    int status = 0;
    snug_executable_close(&subject->executable); /* Nobody is to hold the file. */
    (void)fflush(NULL);                          /* Else the child would say it again. */
    const int r = wishes->init ? snug_init_start(wishes->init, &status) : 0;
    if (r < 0) {
        snug_page_complain("fork: %s", strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    return r == 0 ? become(command, wishes->profile) : status;
}

static void report_problems(const struct snug_policy *policy)
{
    for (unsigned i = 0; i < policy->n_problems; i++) {
        char sentence[SENTENCE_BYTES];
        struct snug_builder out = snug_text_build(sentence, sizeof sentence);
        snug_policy_describe(policy, &policy->problem[i], &out);
        (void)fputs("snug: ", stderr);
        snug_page_write_line(stderr, sentence);
    }
    if (policy->n_problems_lost)
        snug_page_complain("%u more problems with the policy", policy->n_problems_lost);
}

static void pin(const struct snug_plan *plan)
{
    if (!plan->is_active || !plan->cpu.is_presented) {
        const enum snug_reason reason = plan->is_active ? plan->cpu.reason : plan->reason;
        snug_page_complain("--pin has nothing to do: %s", snug_reason_words(reason));
        return;
    }
    const int r = snug_launch_pin(&plan->cpu);
    if (r < 0)
        snug_page_complain("--pin: sched_setaffinity: %s; the program is not pinned",
                           strerror(-r));
}

/* Returns an exit status, 0 to go on. */
static int prepare_object(const struct snug_program *program)
{
    char object[PATH_MAX];
    int r = snug_launch_find_object(sizeof object, object);
    /* A static program does without; only its children would have had it. */
    if (r < 0 && program->is_static)
        return 0;
    if (r == -EINVAL) {
        snug_page_complain("%s: LD_PRELOAD cannot hold a path with a space or a colon",
                           object);
        return SNUG_EXIT_FAILURE;
    }
    if (r < 0) {
        snug_page_complain(
            "libsnug.so is neither beside snug nor in " SNUG_LIBRARY_DIRECTORY);
        return SNUG_EXIT_FAILURE;
    }
    r = snug_launch_preload(object);
    if (r < 0) {
        snug_page_complain("LD_PRELOAD: %s", strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    return 0;
}

/* -EINVAL after a complaint. */
static int prepare_profile(const struct snug_arguments *arguments,
                           struct snug_profile *profile)
{
    int r = snug_profile_read(arguments->seccomp, profile);
    if (r == 0 && profile->rules.notifies)
        r = snug_members_complain(&profile->members,
                                  "SCMP_ACT_NOTIFY needs a supervisor, and there is none");
    if (r == 0 && arguments->is_seccomp_log)
        r = snug_profile_soften(profile);
    if (r < 0)
        snug_page_complain("%s", profile->members.complaint);
    else if (profile->rules.n_unknown)
        snug_page_complain("%s: skipped, since libseccomp does not know them: %s",
                           arguments->seccomp, profile->rules.unknown);
    snug_profile_close(profile);
    return r;
}

static int run(struct snug_subject *subject, const struct snug_arguments *arguments,
               const struct wishes *wishes)
{
    char *const *command = arguments->operand;
    int r = snug_subject_open(subject, arguments);
    if (r == 0)
        r = snug_subject_find_program(subject, command[0]);
    if (r < 0) {
        snug_page_complain("%s: %s", command[0], strerror(-r));
        return r == -ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
    }

    snug_subject_plan(subject, arguments);
    if (subject->policy.is_off)
        return start(subject, command, wishes);

    const struct snug_program *program = &subject->facts.program;
    report_problems(&subject->policy);
    if (subject->executable.is_privileged)
        snug_page_complain(
            "%s is set-user-id or has capabilities of its own: the loader ignores "
            "LD_PRELOAD, and snug does nothing in it",
            command[0]);
    const int status = prepare_object(program);
    if (status != 0)
        return status;
    r = snug_launch_export_policy(subject, arguments);
    /* Without libc the object may not get a turn: musl's loader leaves constructors to
     * libc. */
    if (r == 0 && program->is_go && !program->imports_mmap)
        r = snug_launch_set_variables(subject);
    if (r < 0) {
        snug_page_complain("the environment: %s", strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    if (arguments->is_pin)
        pin(&subject->plan);
    return start(subject, command, wishes);
}

int snug_run_main(char *const *argv)
{
    char complaint[160];
    struct snug_arguments arguments;
    if (snug_arguments_parse(SNUG_COMMAND_RUN, argv, sizeof complaint, complaint,
                             &arguments) < 0)
        return snug_help_complain(SNUG_COMMAND_RUN, complaint);

    if (arguments.is_help) {
        snug_help_write_command(SNUG_COMMAND_RUN, stdout);
        return 0;
    }
    if (!arguments.operand[0])
        return snug_help_complain(SNUG_COMMAND_RUN, "no program is given");

    if (arguments.is_seccomp_log && !arguments.seccomp)
        return snug_help_complain(SNUG_COMMAND_RUN, "--seccomp-log needs --seccomp FILE");

    struct snug_init init;
    if (snug_supervision_read(&arguments, sizeof complaint, complaint, &init) < 0)
        return snug_help_complain(SNUG_COMMAND_RUN, complaint);

    static struct snug_profile profile;
    if (arguments.seccomp && prepare_profile(&arguments, &profile) < 0)
        return SNUG_EXIT_FAILURE;

    const struct wishes wishes = {
        .profile = arguments.seccomp ? &profile : NULL,
        .init = arguments.is_init ? &init : NULL,
    };
    struct snug_subject subject;
    const int status = run(&subject, &arguments, &wishes);
    snug_subject_close(&subject);
    return status;
}
