/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Options by one table. getopt_long is of no use here: it permutes, abbreviates, and cannot
 * tell a policy key from a mistake.
 */
#include <errno.h>
#include <stdio.h>

#include "snug/cli/command/arguments.h"
#include "snug/policy/options.h"

struct row {
    const char *name;
    unsigned commands;
    const char *value; /* What its value is called; NULL: it takes none. */
    size_t offset;     /* Of the bool or the string in struct snug_arguments. */
};

static const struct row rows[] = {
    {"help",
     SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_RUN | SNUG_COMMAND_CHECK | SNUG_COMMAND_STAT |
         SNUG_COMMAND_DOCTOR | SNUG_COMMAND_CAPTURE | SNUG_COMMAND_COPY |
         SNUG_COMMAND_COMPLETION,
     NULL, offsetof(struct snug_arguments, is_help)},
    {"json", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_STAT | SNUG_COMMAND_DOCTOR, NULL,
     offsetof(struct snug_arguments, is_json)},
    {"all", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_STAT, NULL,
     offsetof(struct snug_arguments, is_all)},
    {"diff", SNUG_COMMAND_EXPLAIN, NULL, offsetof(struct snug_arguments, is_diff)},
    {"list", SNUG_COMMAND_DOCTOR, NULL, offsetof(struct snug_arguments, is_list)},
    {"probe", SNUG_COMMAND_DOCTOR, NULL, offsetof(struct snug_arguments, is_probe)},
    {"for", SNUG_COMMAND_DOCTOR, "SECONDS", offsetof(struct snug_arguments, window)},
    {"openmetrics", SNUG_COMMAND_STAT, NULL,
     offsetof(struct snug_arguments, is_openmetrics)},
    {"watch", SNUG_COMMAND_STAT, NULL, offsetof(struct snug_arguments, is_watch)},
    {"interval", SNUG_COMMAND_STAT, "SECONDS", offsetof(struct snug_arguments, interval)},
    {"cgroup", SNUG_COMMAND_STAT | SNUG_COMMAND_DOCTOR, "PATH",
     offsetof(struct snug_arguments, cgroup)},
    {"textfile", SNUG_COMMAND_STAT, "FILE", offsetof(struct snug_arguments, textfile)},
    {"listen", SNUG_COMMAND_STAT, "ADDRESS", offsetof(struct snug_arguments, listen)},
    {"may-fail", SNUG_COMMAND_COPY, NULL, offsetof(struct snug_arguments, is_may_fail)},
    {"pin", SNUG_COMMAND_RUN, NULL, offsetof(struct snug_arguments, is_pin)},
    {"init", SNUG_COMMAND_RUN, NULL, offsetof(struct snug_arguments, is_init)},
    {"single", SNUG_COMMAND_RUN, NULL, offsetof(struct snug_arguments, is_single)},
    {"warn-reaped", SNUG_COMMAND_RUN, NULL,
     offsetof(struct snug_arguments, is_warn_reaped)},
    {"verbose", SNUG_COMMAND_RUN, NULL, offsetof(struct snug_arguments, is_verbose)},
    {"grace", SNUG_COMMAND_RUN, "SECONDS", offsetof(struct snug_arguments, grace)},
    {"pdeathsig", SNUG_COMMAND_RUN, "SIGNAL", offsetof(struct snug_arguments, pdeathsig)},
    {"success", SNUG_COMMAND_RUN, "CODE,…", offsetof(struct snug_arguments, success)},
    {"seccomp-log", SNUG_COMMAND_RUN, NULL,
     offsetof(struct snug_arguments, is_seccomp_log)},
    {"seccomp", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_RUN, "FILE",
     offsetof(struct snug_arguments, seccomp)},
    {"root", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_DOCTOR, "DIR",
     offsetof(struct snug_arguments, root)},
    {"pid", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_DOCTOR | SNUG_COMMAND_CAPTURE, "PID",
     offsetof(struct snug_arguments, pid)},
    {"policy", SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_RUN | SNUG_COMMAND_DOCTOR, "FILE",
     offsetof(struct snug_arguments, policy)},
};

static const struct row *find_row(enum snug_command command, struct snug_text name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & command && snug_text_equals(name, rows[i].name))
            return &rows[i];
    return NULL;
}

bool snug_arguments_takes_keys(enum snug_command command)
{
    return command & (SNUG_COMMAND_EXPLAIN | SNUG_COMMAND_RUN | SNUG_COMMAND_DOCTOR);
}

void snug_arguments_each(enum snug_command command,
                         void (*call)(const char *name, const char *value, void *context),
                         void *context)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & command)
            call(rows[i].name, rows[i].value, context);
}

/* A name with a dot is meant as a key even if there is no such key: the policy then says
 * which one is nearest. */
static bool is_key(enum snug_command command, struct snug_text name)
{
    const struct snug_text any_with_dot = snug_text_of("[a-z]*.*");
    return snug_arguments_takes_keys(command) &&
           (snug_options_find(name) >= 0 || snug_text_matches(name, any_with_dot));
}

/* `text` is the argument without its dashes, `next` the argument behind it. Returns how
 * many arguments were used, or -EINVAL. */
static int take(enum snug_command command, const char *text, const char *next, size_t size,
                char *ret_complaint, struct snug_arguments *arguments)
{
    struct snug_text rest = snug_text_of(text);
    struct snug_text name;
    (void)snug_text_cut(&rest, '=', &name); /* The text is there, so a first field is. */
    const char *value = rest.at;

    const struct row *row = find_row(command, name);
    if (row && !row->value) {
        if (value) {
            (void)snprintf(ret_complaint, size, "option --%s takes no value", row->name);
            return -EINVAL;
        }
        *(bool *)((char *)arguments + row->offset) = true;
        return 1;
    }
    if (row) {
        if (!value && !next) {
            (void)snprintf(ret_complaint, size, "option --%s needs a value: --%s %s",
                           row->name, row->name, row->value);
            return -EINVAL;
        }
        *(const char **)((char *)arguments + row->offset) = value ? value : next;
        return value ? 1 : 2;
    }

    if (!is_key(command, name)) {
        (void)snprintf(ret_complaint, size, "there is no option --%.*s", (int)name.n,
                       name.at);
        return -EINVAL;
    }
    if (!value) {
        (void)snprintf(ret_complaint, size, "option --%s needs a value: --%s=VALUE", text,
                       text);
        return -EINVAL;
    }
    if (arguments->n_keys == SNUG_ARGUMENTS_KEYS_MAX) {
        (void)snprintf(ret_complaint, size, "more than %d policy keys are given",
                       SNUG_ARGUMENTS_KEYS_MAX);
        return -EINVAL;
    }
    arguments->key[arguments->n_keys++] = text;
    return 1;
}

int snug_arguments_parse(enum snug_command command, char *const *argv, size_t size,
                         char *ret_complaint, struct snug_arguments *ret)
{
    struct snug_arguments arguments = {0};
    char *const *at = argv + 1;

    while (*at && snug_text_starts(snug_text_of(*at), "-") && (*at)[1]) {
        if (snug_text_equals(snug_text_of(*at), "--")) {
            at++;
            break;
        }
        if ((*at)[1] != '-') {
            (void)snprintf(ret_complaint, size, "there is no option %s", *at);
            return -EINVAL;
        }
        const int r = take(command, *at + 2, at[1], size, ret_complaint, &arguments);
        if (r < 0)
            return r;
        at += r;
    }

    arguments.operand = at;
    *ret = arguments;
    return 0;
}
