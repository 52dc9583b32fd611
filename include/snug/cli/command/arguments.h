/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A command's arguments. Options come first; `--`, or the first word that is not an option,
 * ends them. Any policy key is an option too: `--cpu.round=down`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The commands, as bits: each option says which of them know it. */
enum snug_command {
    SNUG_COMMAND_EXPLAIN = 1,
    SNUG_COMMAND_RUN = 2,
    SNUG_COMMAND_CHECK = 4,
    SNUG_COMMAND_STAT = 8,
    SNUG_COMMAND_DOCTOR = 16,
    SNUG_COMMAND_CAPTURE = 32,
    SNUG_COMMAND_COPY = 64,
    SNUG_COMMAND_COMPLETION = 128,
    SNUG_COMMAND_END = 256,
};

/* env(1)'s. */
enum snug_exit {
    SNUG_EXIT_PROBLEMS = 1, /* `check` found something, or `doctor` warns. */
    SNUG_EXIT_ERRORS = 2,   /* `doctor` has found an error. */
    SNUG_EXIT_FAILURE = 125,
    SNUG_EXIT_CANNOT_EXECUTE = 126,
    SNUG_EXIT_NOT_FOUND = 127,
};

enum { SNUG_ARGUMENTS_KEYS_MAX = 64 };

struct snug_arguments {
    bool is_help;
    bool is_json;
    bool is_all;
    bool is_diff;
    bool is_pin;
    bool is_seccomp_log;
    bool is_watch;
    bool is_openmetrics;
    bool is_init;
    bool is_single;
    bool is_warn_reaped;
    bool is_verbose;
    bool is_list;
    bool is_probe;
    bool is_may_fail;
    const char *root; /* NULL: the live system. */
    const char *pid;
    const char *policy;
    const char *seccomp;
    const char *window;
    const char *interval; /* A number, not yet read. */
    const char *cgroup;
    const char *textfile;
    const char *listen;
    const char *grace;
    const char *pdeathsig;
    const char *success;
    unsigned n_keys;
    const char *key[SNUG_ARGUMENTS_KEYS_MAX]; /* `cpu.round=down`, in order. */
    char *const *operand; /* What follows the options; ends with NULL, may be empty. */
};

/* `argv[0]` is the command's name. Returns 0, or -EINVAL with one sentence, without a
 * newline, in `ret_complaint`. */
int snug_arguments_parse(enum snug_command command, char *const *argv, size_t size,
                         char *ret_complaint, struct snug_arguments *ret);

/* Calls for each option of the command; `value` is what its value is called, NULL for none.
 */
void snug_arguments_each(enum snug_command command,
                         void (*call)(const char *name, const char *value, void *context),
                         void *context);

/* Whether policy keys are options of the command. */
bool snug_arguments_takes_keys(enum snug_command command);
