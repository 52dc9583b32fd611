/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug check`: a policy file without a process.
 */
#include <stdio.h>

#include "snug/cli/check/check.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/policy/policy.h"

enum { SENTENCE_BYTES = 2048 };

static int check(const char *path)
{
    static const struct snug_root live = {.fd = -1};
    struct snug_policy policy;
    snug_policy_default(&policy);
    snug_policy_read_file(&policy, &live, snug_text_of(path), (struct snug_text){0});

    unsigned n_set = 0;
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        n_set += policy.setting[i].source == SNUG_FROM_FILE;

    if (!policy.n_problems) {
        char sentence[SENTENCE_BYTES];
        (void)snprintf(sentence, sizeof sentence, "%s: no problems, %u %s set", path, n_set,
                       n_set == 1 ? "key" : "keys");
        snug_page_write_line(stdout, sentence);
        return 0;
    }
    for (unsigned i = 0; i < policy.n_problems; i++) {
        char sentence[SENTENCE_BYTES];
        struct snug_builder out = snug_text_build(sentence, sizeof sentence);
        snug_policy_describe(&policy, &policy.problem[i], &out);
        snug_page_write_line(stdout, sentence);
    }
    if (policy.n_problems_lost)
        (void)printf("%u more problems\n", policy.n_problems_lost);
    return SNUG_EXIT_PROBLEMS;
}

int snug_check_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_CHECK, argv, &arguments, &status))
        return status;
    if (!arguments.operand[0] || !arguments.operand[0][0] || arguments.operand[1])
        return snug_help_complain(SNUG_COMMAND_CHECK, "one policy file is needed");
    return check(arguments.operand[0]);
}
