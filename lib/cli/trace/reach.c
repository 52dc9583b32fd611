/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Static Go programs, and those that have a loader and no libc: their runtime calls the
 * kernel itself. And packed ones, which may be such.
 */
#include "snug/cli/trace/reach.h"

#include <linux/securebits.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "snug/cli/trace/helper.h"

static bool has_capability(cap_t set, cap_value_t capability, cap_flag_t flag)
{
    cap_flag_value_t value = CAP_CLEAR;
    return cap_get_flag(set, capability, flag, &value) == 0 && value == CAP_SET;
}

/* Root's exec gives all that the bounding set has, unless somebody traces who may not trace
 * everyone. Set-user-id programs and those with capabilities of their own are known by
 * their file. */
static bool gains_capabilities(void)
{
    if ((getuid() != 0 && geteuid() != 0) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
        prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECBIT_NOROOT)
        return false;
    const cap_t own = cap_get_proc();
    bool ret = false;
    for (cap_value_t i = 0; own && cap_get_bound(i) >= 0; i++)
        ret |= cap_get_bound(i) == 1 && !has_capability(own, i, CAP_PERMITTED);
    if (own && has_capability(own, CAP_SYS_PTRACE, CAP_EFFECTIVE))
        ret = false;
    (void)cap_free(own); /* It was made by libcap, or is NULL. */
    return ret;
}

static bool is_live(const struct snug_subject *subject)
{
    return subject->root.fd < 0 && !subject->root.pid;
}

static void begin(struct snug_subject *subject, enum snug_start start)
{
    subject->facts.program.start = start;
    snug_subject_plan_again(subject);
}

/* Whether the object has no turn in it, or none that is enough. */
static bool is_out_of_reach(const struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    return program->is_go && (program->is_static || !program->imports_mmap ||
                              subject->executable.is_privileged);
}

bool snug_reach_needs_trace(struct snug_subject *subject, bool counts,
                            struct snug_tracer *ret)
{
    const struct snug_program *program = &subject->facts.program;
    const struct snug_plan *plan = &subject->plan;
    *ret = (struct snug_tracer){0};
    if (subject->executable.gains && program->is_go) {
        begin(subject, SNUG_START_PRIVILEGED);
        return false;
    }
    if (!subject->has_program || subject->root.pid || subject->is_captured_process ||
        !plan->is_active || program->is_archive || !is_out_of_reach(subject))
        return false;
    ret->n_cpus = counts && plan->cpu.is_presented ? plan->cpu.count : 0;
    ret->awaits_thread = plan->follow.first_bytes > 0;
    ret->is_packed = subject->form == SNUG_FORM_PACKED;
    ret->may_be_archive = program->may_be_archive;
    if (!ret->n_cpus && !ret->awaits_thread)
        return false;
    if (!is_live(subject) || !gains_capabilities())
        return true;
    begin(subject, SNUG_START_GAINS);
    return false;
}

void snug_reach_settle(struct snug_subject *subject, int r)
{
    begin(subject, r < 0 ? SNUG_START_REFUSED : SNUG_START_TRACED);
}

void snug_reach_foresee(struct snug_subject *subject)
{
    struct snug_helper helper;
    struct snug_tracer tracer;
    if (!snug_reach_needs_trace(subject, true, &tracer))
        return;
    const int r = is_live(subject) ? snug_helper_start(&tracer, &helper) : 0;
    if (is_live(subject) && r == 0)
        snug_helper_end(&helper);
    snug_reach_settle(subject, r);
}
