/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug stat`: copies pages and prints them, once or again and again until the processes
 * have ended.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snug/base/text.h"
#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/stat/openmetrics.h"
#include "snug/cli/stat/stat.h"
#include "snug/cli/stat/stat_text.h"

enum { INTERVAL_DEFAULT = 1, INTERVAL_MAX = 3600 };

struct reading {
    size_t n;                  /* Of both arrays. */
    struct snug_snapshot *now; /* Packed: those that could be read. */
    struct snug_snapshot *before;
    size_t n_before; /* As many as were read the last time. */
    bool has_failed;
};

static void complain(const char *operand, bool is_pid, int r)
{
    if (r == -ESRCH)
        snug_page_complain("there is no process %s", operand);
    else if (r == -ENODATA)
        snug_page_complain(
            "process %s has no page of counters: it runs without snug, or without "
            "stats.file = /dev/shm/snug-%%p (any tmpfs will do)",
            operand);
    else if (r == -EBADMSG)
        snug_page_complain("%s is not a page of counters", operand);
    else if (r == -EPROTO)
        snug_page_complain("%s%s: the page is laid out for another version of snug",
                           is_pid ? "process " : "", operand);
    else
        snug_page_complain("%s%s: %s", is_pid ? "process " : "", operand, strerror(-r));
}

/* A number is a process, anything else a file. */
static int read_one(const char *operand, struct snug_snapshot *ret, bool *ret_is_pid)
{
    uint64_t pid;
    *ret_is_pid = snug_text_u64(snug_text_of(operand), &pid) != -EINVAL;
    if (!*ret_is_pid)
        return snug_snapshot_read(operand, ret);
    return snug_text_u64(snug_text_of(operand), &pid) < 0 || pid == 0 || pid > INT_MAX
               ? -ESRCH
               : snug_snapshot_of_process((int)pid, ret);
}

static bool has(const struct snug_snapshot *list, size_t n, const struct snug_snapshot *one)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].pid == one->pid && strcmp(list[i].path, one->path) == 0)
            return true;
    return false;
}

/* Named twice, it is read once. `is_again`: a process that is gone by now is no failure. */
static void read_all(char *const *operands, bool is_again, struct reading *reading)
{
    reading->n = 0;
    for (size_t i = 0; operands[i]; i++) {
        bool is_pid;
        struct snug_snapshot *const next = &reading->now[reading->n];
        const int r = read_one(operands[i], next, &is_pid);
        if (r == 0) {
            reading->n += !has(reading->now, reading->n, next);
        } else if (!is_again) {
            complain(operands[i], is_pid, r);
            reading->has_failed = true;
        }
    }
}

static const struct snug_snapshot *find_before(const struct reading *reading, size_t i)
{
    for (size_t j = 0; j < reading->n_before; j++)
        if (strcmp(reading->before[j].path, reading->now[i].path) == 0 &&
            reading->before[j].pid == reading->now[i].pid)
            return &reading->before[j];
    return NULL;
}

static void write_all(const struct snug_arguments *arguments, const struct reading *reading)
{
    if (arguments->is_json) {
        snug_stat_text_write_json(reading->now, reading->n, stdout);
        return;
    }
    if (arguments->is_openmetrics) {
        snug_openmetrics_write(reading->now, reading->n, stdout);
        return;
    }
    for (size_t i = 0; i < reading->n; i++) {
        if (i)
            (void)fputc('\n', stdout);
        snug_stat_text_write(&reading->now[i], find_before(reading, i), arguments->is_all,
                             stdout);
    }
}

static bool is_any_running(const struct reading *reading)
{
    for (size_t i = 0; i < reading->n; i++)
        if (reading->now[i].is_running != SNUG_NO)
            return true;
    return false;
}

static int show(const struct snug_arguments *arguments, time_t interval,
                struct reading *reading)
{
    read_all(arguments->operand, false, reading);
    while (reading->n) {
        write_all(arguments, reading);
        if (!arguments->is_watch || !is_any_running(reading) || fflush(stdout) != 0)
            break;
        struct snug_snapshot *const last = reading->before;
        reading->before = reading->now;
        reading->n_before = reading->n;
        reading->now = last;

        const struct timespec pause = {.tv_sec = interval};
        (void)nanosleep(&pause, NULL); /* A signal only makes it shorter. */
        read_all(arguments->operand, true, reading);
        if (reading->n && !arguments->is_json && !arguments->is_openmetrics)
            (void)fputc('\n', stdout);
    }
    return reading->has_failed ? SNUG_EXIT_FAILURE : 0;
}

static int stat_operands(const struct snug_arguments *arguments, time_t interval)
{
    size_t n = 0;
    while (arguments->operand[n])
        n++;
    struct reading reading = {
        .now = calloc(n, sizeof *reading.now),
        .before = calloc(n, sizeof *reading.before),
    };
    int status = SNUG_EXIT_FAILURE;
    if (reading.now && reading.before)
        status = show(arguments, interval, &reading);
    else
        warn("counters");
    free(reading.now);
    free(reading.before);
    return status;
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
    if (arguments.is_openmetrics && (arguments.is_json || arguments.is_watch))
        return snug_help_complain(SNUG_COMMAND_STAT,
                                  "--openmetrics excludes --json and --watch");
    if (!arguments.operand[0])
        return snug_help_complain(SNUG_COMMAND_STAT,
                                  "a process id, or the file of a page, is needed");
    return stat_operands(&arguments, (time_t)interval);
}
