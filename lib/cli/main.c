/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug`: finds the sub-command.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "snug/base/text.h"
#include "snug/cli/capture/capture.h"
#include "snug/cli/check/check.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/completion/completion.h"
#include "snug/cli/copy/copy.h"
#include "snug/cli/doctor/doctor.h"
#include "snug/cli/explain/explain.h"
#include "snug/cli/run/run.h"
#include "snug/cli/stat/stat.h"

static const struct {
    const char *name;
    int (*main)(char *const *argv);
} commands[] = {
    {"explain", snug_explain_main}, {"run", snug_run_main},
    {"check", snug_check_main},     {"stat", snug_stat_main},
    {"doctor", snug_doctor_main},   {"capture", snug_capture_main},
    {"copy", snug_copy_main},       {"completion", snug_completion_main},
};

static int dispatch(char *const *argv)
{
    if (!argv[0] || !argv[1]) {
        snug_help_write(stderr);
        return SNUG_EXIT_FAILURE;
    }

    const struct snug_text name = snug_text_of(argv[1]);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (snug_text_equals(name, commands[i].name))
            return commands[i].main(argv + 1);

    if (snug_text_equals(name, "--help")) {
        snug_help_write(stdout);
        return 0;
    }
    if (snug_text_equals(name, "--help=keys")) {
        snug_help_write_keys(stdout);
        return 0;
    }
    if (snug_text_equals(name, "--version")) {
        (void)puts("snug " SNUG_VERSION);
        return 0;
    }
    snug_page_complain("there is no %s '%s'; see 'snug --help'",
                       snug_text_starts(name, "-") ? "option" : "command", argv[1]);
    return SNUG_EXIT_FAILURE;
}

/* Else the first files that are opened would be standard input, output and error. What
 * stands in their place is as good as closed: it can be neither read nor written, and a
 * program that is started finds them closed. */
static void fill_standard_places(void)
{
    int fd;
    while ((fd = open("/", O_PATH | O_CLOEXEC)) >= 0 && fd <= STDERR_FILENO)
        continue;
    if (fd >= 0)
        (void)close(fd); /* Nothing was written. */
}

int main(int argc, char **argv)
{
    (void)argc; /* argv ends with NULL. */
    fill_standard_places();
    const int status = dispatch(argv);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        warn("standard output");
        return SNUG_EXIT_FAILURE;
    }
    return status;
}
