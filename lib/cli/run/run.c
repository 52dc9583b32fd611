/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug run`: becomes the program. Whatever snug cannot do is a line on standard error, and
 * the program starts all the same; only a program or an object that is not there stops it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snug/base/log.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/installed.h"
#include "snug/cli/command/page.h"
#include "snug/cli/profile/profile.h"
#include "snug/cli/run/activation.h"
#include "snug/cli/run/attendant.h"
#include "snug/cli/run/launch.h"
#include "snug/cli/run/run.h"
#include "snug/cli/run/supervision.h"
#include "snug/cli/trace/helper.h"
#include "snug/cli/trace/reach.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

enum { SENTENCE_BYTES = 2048, LINE_BYTES = PATH_MAX };

/* `profile` and `helper` may be NULL. Nothing is done between the filter and the program:
 * the filter may refuse it. */
static int become(char *const *command, const struct snug_profile *profile,
                  const struct snug_helper *helper)
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
    if (helper) {
        /* A security module may forbid it to a process that is traced. */
        const int error = errno;
        snug_helper_end(helper);
        errno = error;
        if (error == EPERM || error == EACCES)
            (void)execvp(command[0], command);
    }
    const int error = errno;
    snug_page_complain("%s: %s", command[0], strerror(error));
    return error == ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
}

/* What is asked of the process that starts the program. */
struct wishes {
    const struct snug_profile *profile; /* NULL: no filter. */
    const struct snug_init *init;       /* NULL: it becomes the program. */
    bool is_pinned;                     /* So its runtime counts right by itself. */
};

/* Nobody asked for tracing by name, so what comes of it is for the log. */
static void report(const struct snug_policy *policy, const char *line)
{
    const struct snug_setting *file = &policy->setting[SNUG_LOG_FILE];
    struct snug_log log = {
        .level = (enum snug_log_level)policy->setting[SNUG_LOG].word,
        .path = snug_values_path(file),
    };
    if (snug_log_prepare(&log) == 0)
        snug_log_write(&log, SNUG_LOG_ERROR, line);
}

/* What snug does elsewhere, and not for this program. `tracer` says what was to be done. */
static void report_reach(const struct snug_subject *subject, const char *program,
                         const struct snug_tracer *tracer, int r)
{
    const enum snug_start start = subject->facts.program.start;
    const char *lost = "so NumCPU is the machine's";
    char line[LINE_BYTES];
    if (!tracer->n_cpus)
        lost = "so its memory limit is not followed";
    else if (tracer->awaits_thread)
        lost = "so NumCPU is the machine's, and no limit is followed";
    if (start == SNUG_START_REFUSED || start == SNUG_START_GAINS) {
        (void)snprintf(
            line, sizeof line, "%s: its start cannot be traced (%s), %s", program,
            start == SNUG_START_GAINS ? snug_reason_words(SNUG_REASON_TRACE_GAINS)
                                      : strerror(-r),
            lost);
        report(&subject->policy, line);
    } else if (subject->plan.follow.reason == SNUG_REASON_FOLLOW_INIT) {
        (void)snprintf(line, sizeof line, "%s: no limit is followed: %s", program,
                       snug_reason_words(SNUG_REASON_FOLLOW_INIT));
        report(&subject->policy, line);
    }
}

/* Without libc the object may not get a turn: musl's loader leaves constructors to libc. */
static int set_variables(const struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    int r = 0;
    if (program->is_gccgo ||
        (program->is_go && (!program->imports_mmap || subject->executable.is_privileged)))
        r = snug_launch_set_variables(subject);
    unsigned at = 0;
    if (r == 0 && snug_problems_next(&subject->policy, false, &at))
        r = snug_launch_set_told();
    return r;
}

static int start(struct snug_subject *subject, char *const *command,
                 const struct wishes *wishes)
{
    int status = 0;
    int r = 0;
    int r_trace = 0;
    struct snug_tracer tracer;
    struct snug_helper helper;
    static struct snug_attendant attendant;
    const pid_t own = getpid();
    const bool is_traced = snug_reach_needs_trace(subject, !wishes->is_pinned, &tracer);
    snug_executable_close(&subject->executable); /* Nobody is to hold the file. */
    (void)fflush(NULL);                          /* Else a child would say it again. */
    if (is_traced && tracer.awaits_thread)
        snug_attendant_begin(subject, &attendant);
    if (wishes->init)
        r = snug_init_start(wishes->init, is_traced ? &tracer : NULL, &attendant, &r_trace,
                            &status);
    if (r < 0) {
        snug_page_complain("fork: %s", strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    if (r > 0)
        return status;
    if (is_traced && !wishes->init)
        r_trace = snug_helper_start(&tracer, &helper);
    if (is_traced)
        snug_reach_settle(subject, r_trace);
    report_reach(subject, command[0], &tracer, r_trace);
    if (!subject->policy.is_off)
        r = set_variables(subject);
    if (r == 0 && wishes->init)
        r = snug_activation_take(own);
    if (r < 0) {
        snug_page_complain("the environment: %s", strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    const bool has_helper = is_traced && !wishes->init && r_trace == 0;
    return become(command, wishes->profile, has_helper ? &helper : NULL);
}

static void report_problems(const struct snug_policy *policy)
{
    const struct snug_problem *problem;
    unsigned at = 0;
    while ((problem = snug_problems_next(policy, false, &at))) {
        char sentence[SENTENCE_BYTES];
        struct snug_builder out = snug_text_build(sentence, sizeof sentence);
        snug_policy_describe(policy, problem, &out);
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
    /* A static program does without; only its children would have had it. So does a packed
     * one, if it is static. */
    if (r < 0 && program->is_static)
        return 0;
    if (r == -EINVAL) {
        snug_page_complain("%s: LD_PRELOAD cannot hold a path with a space or a colon",
                           object);
        return SNUG_EXIT_FAILURE;
    }
    if (r < 0) {
        snug_installed_complain();
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
        r = snug_subject_find_program(subject, command);
    if (r < 0) {
        snug_page_complain("%s: %s", command[0], strerror(-r));
        return r == -ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
    }

    subject->facts.program.is_attended = wishes->init;
    snug_subject_plan(subject, arguments);
    if (subject->policy.is_off)
        return start(subject, command, wishes);

    const struct snug_program *program = &subject->facts.program;
    report_problems(&subject->policy);
    if (subject->executable.gains)
        snug_page_complain(
            "%s is set-user-id or has capabilities of its own: the loader ignores "
            "LD_PRELOAD, and snug %s",
            command[0], program->is_go ? "sets variables only" : "does nothing in it");
    if (subject->form == SNUG_FORM_UNREADABLE)
        snug_page_complain("%s cannot be read: in a static program snug does nothing",
                           command[0]);
    const int status = prepare_object(program);
    if (status != 0)
        return status;
    r = snug_launch_export_policy(subject, arguments);
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
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_RUN, argv, &arguments, &status))
        return status;
    if (!arguments.operand[0])
        return snug_help_complain(SNUG_COMMAND_RUN, "no program is given");

    if (arguments.is_seccomp_log && !arguments.seccomp)
        return snug_help_complain(SNUG_COMMAND_RUN, "--seccomp-log needs --seccomp FILE");

    char complaint[SNUG_COMPLAINT_BYTES];
    struct snug_init init;
    if (snug_supervision_read(&arguments, sizeof complaint, complaint, &init) < 0)
        return snug_help_complain(SNUG_COMMAND_RUN, complaint);

    static struct snug_profile profile;
    if (arguments.seccomp && prepare_profile(&arguments, &profile) < 0)
        return SNUG_EXIT_FAILURE;

    const struct wishes wishes = {
        .profile = arguments.seccomp ? &profile : NULL,
        .init = arguments.is_init ? &init : NULL,
        .is_pinned = arguments.is_pin,
    };
    struct snug_subject subject;
    status = run(&subject, &arguments, &wishes);
    snug_subject_close(&subject);
    return status;
}
