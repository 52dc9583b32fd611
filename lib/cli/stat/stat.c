/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug stat`: takes a census and prints it, once or again and again until the processes
 * have ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snug/base/text.h"
#include "snug/cli/command/clock.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/stat/openmetrics.h"
#include "snug/cli/stat/screen.h"
#include "snug/cli/stat/server.h"
#include "snug/cli/stat/stat.h"
#include "snug/cli/stat/stat_json.h"
#include "snug/cli/stat/stat_text.h"
#include "snug/cli/stat/textfile.h"

enum { INTERVAL_DEFAULT = 1, INTERVAL_MAX = 3600 };

static void complain(const char *operand, bool is_pid, int r)
{
    if (r == -ESRCH)
        snug_page_complain("there is no process %s", operand);
    else if (r == -EBADMSG)
        snug_page_complain("%s is not a page of counters", operand);
    else if (r == -EPROTO)
        snug_page_complain("%s%s: the page is laid out for another version of snug",
                           is_pid ? "process " : "", operand);
    else
        snug_page_complain("%s%s: %s", is_pid ? "process " : "", operand, strerror(-r));
}

/* A number is a process, anything else a file. */
static int read_one(const char *operand, struct snug_census *census, bool *ret_is_pid)
{
    uint64_t pid;
    *ret_is_pid = snug_text_u64(snug_text_of(operand), &pid) != -EINVAL;
    if (!*ret_is_pid)
        return snug_census_add_page(census, operand);
    return snug_text_u64(snug_text_of(operand), &pid) < 0 || pid == 0 || pid > INT_MAX
               ? -ESRCH
               : snug_census_add_process(census, (int)pid);
}

/* `is_again`: what is gone by now is no failure. False if anything failed. */
static bool read_all(const struct snug_arguments *arguments, bool is_again,
                     struct snug_census *census)
{
    bool ret = true;
    census->taken_ns = snug_clock_ns();
    for (size_t i = 0; arguments->operand[i]; i++) {
        bool is_pid;
        const int r = read_one(arguments->operand[i], census, &is_pid);
        if (r < 0 && !is_again) {
            complain(arguments->operand[i], is_pid, r);
            ret = false;
        }
    }
    if (arguments->cgroup) {
        const int r = snug_census_add_group(census, arguments->cgroup);
        if (r < 0 && !is_again) {
            snug_page_complain("cgroup %s: %s", arguments->cgroup,
                               r == -ENOENT ? "there is none" : strerror(-r));
            ret = false;
        }
    }
    return ret;
}

/* False if that failed. */
static bool write_all(const struct snug_arguments *arguments,
                      const struct snug_census *census, const struct snug_census *before)
{
    int r = 0;
    if (arguments->textfile)
        r = snug_textfile_write(census, arguments->textfile);
    else if (arguments->is_json)
        snug_stat_json_write(census, stdout);
    else if (arguments->is_openmetrics)
        snug_openmetrics_write(census, false, stdout);
    else
        snug_stat_text_write(census, before, arguments->is_all, stdout);
    if (r < 0)
        snug_page_complain("%s: %s", arguments->textfile,
                           r == -EEXIST ? "it is no regular file, and stays"
                                        : strerror(-r));
    return r == 0;
}

/* There is something to show: processes, or a cgroup without any. */
static bool has_any(const struct snug_census *census)
{
    return census->n || census->n_cpu || census->n_memory;
}

static bool is_any_running(const struct snug_arguments *arguments,
                           const struct snug_census *census)
{
    for (size_t i = 0; i < census->n; i++)
        if (!census->observed[i].has_page ||
            census->observed[i].snapshot.is_running != SNUG_NO)
            return true;
    return arguments->cgroup;
}

/* Again and again on the terminal. The last look stays there when the processes have ended.
 */
static void draw(const struct snug_arguments *arguments, struct snug_screen *screen,
                 struct snug_census *census)
{
    struct snug_census before = {0};
    bool is_wanted = true;
    while (is_wanted && has_any(census)) {
        snug_screen_show(screen, census, has_any(&before) ? &before : NULL);
        if (!is_any_running(arguments, census) || ferror(stdout))
            break;
        is_wanted = snug_screen_wait(screen);
        snug_census_close(&before);
        before = *census;
        *census = (struct snug_census){0};
        if (is_wanted)
            (void)read_all(arguments, true, census);
    }
    snug_screen_close(screen);
    if (is_wanted && !ferror(stdout)) {
        (void)puts("The processes have ended. The last look:");
        snug_stat_text_write(has_any(census) ? census : &before, NULL, arguments->is_all,
                             stdout);
    }
    snug_census_close(&before);
}

/* False if something cannot be written. */
static bool print(const struct snug_arguments *arguments, time_t interval,
                  struct snug_census *census)
{
    struct snug_census before = {0};
    bool ret = true;
    while (has_any(census)) {
        ret = write_all(arguments, census, has_any(&before) ? &before : NULL);
        if (!ret || !arguments->is_watch || !is_any_running(arguments, census) ||
            fflush(stdout) != 0)
            break;
        snug_census_close(&before);
        before = *census;
        *census = (struct snug_census){0};

        const struct timespec pause = {.tv_sec = interval};
        (void)nanosleep(&pause, NULL); /* A signal only makes it shorter. */
        (void)read_all(arguments, true, census);
        if (has_any(census) && !arguments->is_json && !arguments->textfile)
            (void)fputc('\n', stdout);
    }
    snug_census_close(&before);
    return ret;
}

/* Takes a census for each who asks. */
static void answer(const void *context, bool is_classic, FILE *out)
{
    struct snug_census census = {0};
    (void)read_all(context, true, &census);
    snug_openmetrics_write(&census, is_classic, out);
    snug_census_close(&census);
}

static int serve(const struct snug_arguments *arguments)
{
    struct snug_endpoint endpoint;
    struct snug_census census = {0};
    (void)read_all(arguments, false, &census); /* Says what is not there. */
    const bool is_any = has_any(&census);
    snug_census_close(&census);
    if (!is_any)
        return SNUG_EXIT_FAILURE;
    int r = snug_endpoint_open(arguments->listen, &endpoint);
    if (r == -EINVAL)
        return snug_help_complain(
            SNUG_COMMAND_STAT,
            "--listen is PORT, ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH");
    if (r == 0) {
        snug_page_write_line(stdout, endpoint.place);
        r = fflush(stdout) != 0 ? -errno : snug_server_run(&endpoint, answer, arguments);
        snug_endpoint_close(&endpoint);
    }
    snug_page_complain("--listen %s: %s", arguments->listen, strerror(-r));
    return SNUG_EXIT_FAILURE;
}

static int show(const struct snug_arguments *arguments, uint64_t interval)
{
    struct snug_census census = {0};
    struct snug_screen screen;
    bool is_good = read_all(arguments, false, &census);
    if (arguments->is_watch && !arguments->is_json && !arguments->textfile &&
        is_any_running(arguments, &census) && snug_display_is_there() &&
        snug_screen_open(&screen, interval, arguments->is_all) == 0)
        draw(arguments, &screen, &census);
    else if (!print(arguments, (time_t)interval, &census))
        is_good = false;
    snug_census_close(&census);
    return is_good ? 0 : SNUG_EXIT_FAILURE;
}

/* What stands behind an operand and looks like an option; NULL if none does. Behind `--` a
 * file may be called so. */
static const char *find_late_option(const struct snug_arguments *arguments)
{
    if (snug_text_equals(snug_text_of(arguments->operand[-1]), "--"))
        return NULL;
    for (size_t i = 0; arguments->operand[i]; i++)
        if (snug_text_starts(snug_text_of(arguments->operand[i]), "--"))
            return arguments->operand[i];
    return NULL;
}

/* What does not go together; NULL if all does. */
static const char *find_conflict(const struct snug_arguments *arguments)
{
    if (arguments->is_openmetrics && (arguments->is_json || arguments->is_watch))
        return "--openmetrics excludes --json and --watch";
    if (arguments->textfile && (arguments->is_openmetrics || arguments->is_json))
        return "--textfile excludes --openmetrics and --json";
    if (arguments->listen && (arguments->is_openmetrics || arguments->is_json ||
                              arguments->textfile || arguments->is_watch))
        return "--listen excludes --openmetrics, --json, --textfile and --watch";
    if (!arguments->operand[0] && !arguments->cgroup)
        return "a process id, the file of a page, or --cgroup is needed";
    return NULL;
}

int snug_stat_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_STAT, argv, &arguments, &status))
        return status;
    uint64_t interval = INTERVAL_DEFAULT;
    if (arguments.interval &&
        (snug_text_u64(snug_text_of(arguments.interval), &interval) < 0 || !interval ||
         interval > INTERVAL_MAX))
        return snug_help_complain(SNUG_COMMAND_STAT,
                                  "--interval is a number of seconds from 1 to 3600");
    const char *late = find_late_option(&arguments);
    if (late) {
        char text[SNUG_COMPLAINT_BYTES];
        (void)snprintf(text, sizeof text, "options come before the processes: %s %s", late,
                       arguments.operand[0]);
        return snug_help_complain(SNUG_COMMAND_STAT, text);
    }
    const char *conflict = find_conflict(&arguments);
    if (conflict)
        return snug_help_complain(SNUG_COMMAND_STAT, conflict);
    return arguments.listen ? serve(&arguments) : show(&arguments, interval);
}
