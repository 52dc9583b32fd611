/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of the options that go with --init.
 */
#include "snug/cli/run/supervision.h"

#include <errno.h>
#include <stdio.h>

#include "snug/base/text.h"
#include "snug/policy/values.h"

enum { DAY_SEC = 24 * 60 * 60 };

static bool read_grace(const char *text, unsigned *ret)
{
    uint64_t seconds;
    if (snug_text_u64(snug_text_of(text), &seconds) < 0 || !seconds || seconds > DAY_SEC)
        return false;
    *ret = (unsigned)seconds;
    return true;
}

/* By name or number, as child.pdeathsig takes it. */
static bool read_signal(const char *text, int *ret)
{
    struct snug_setting setting;
    if (snug_values_parse(SNUG_CHILD_PDEATHSIG, snug_text_of(text), &setting) < 0 ||
        setting.unit != SNUG_UNIT_SIGNAL)
        return false;
    *ret = (int)setting.number;
    return true;
}

static bool read_codes(const char *text, bool *ret)
{
    struct snug_text rest = snug_text_of(text);
    struct snug_text part;
    while (snug_text_cut(&rest, ',', &part)) {
        uint64_t code;
        if (snug_text_u64(part, &code) < 0 || code >= SNUG_INIT_CODES)
            return false;
        ret[code] = true;
    }
    return true;
}

/* An option that means nothing without --init. */
static const char *find_idle(const struct snug_arguments *arguments)
{
    if (arguments->grace)
        return "grace";
    if (arguments->pdeathsig)
        return "pdeathsig";
    if (arguments->success)
        return "success";
    if (arguments->is_single)
        return "single";
    if (arguments->is_warn_reaped)
        return "warn-reaped";
    return arguments->is_verbose ? "verbose" : NULL;
}

int snug_supervision_read(const struct snug_arguments *arguments, size_t size,
                          char *ret_complaint, struct snug_init *ret)
{
    *ret = (struct snug_init){
        .is_single = arguments->is_single,
        .warns_reaped = arguments->is_warn_reaped,
        .is_verbose = arguments->is_verbose,
    };
    const char *idle = arguments->is_init ? NULL : find_idle(arguments);
    const char *wrong = NULL;
    if (idle)
        (void)snprintf(ret_complaint, size, "--%s needs --init", idle);
    else if (arguments->grace && !read_grace(arguments->grace, &ret->grace_sec))
        wrong = "--grace takes seconds, from 1 to 86400";
    else if (arguments->pdeathsig &&
             !read_signal(arguments->pdeathsig, &ret->parent_signal))
        wrong = "--pdeathsig takes a signal such as SIGTERM";
    else if (arguments->success && !read_codes(arguments->success, ret->is_success))
        wrong = "--success takes exit codes, such as 143,130";
    if (wrong)
        (void)snprintf(ret_complaint, size, "%s", wrong);
    return idle || wrong ? -EINVAL : 0;
}
