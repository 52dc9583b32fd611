/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Arguments: what is an option, what is a key, where the program begins.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/cli/command/arguments.h"

enum { WORDS_MAX = 128 };

struct row {
    const char *label;
    enum snug_command command;
    const char *line;
    int r;
    const char *operand; /* The first one, if `r` is 0. */
    unsigned n_keys;
};

/* The words of `line`, as a command gets them. */
struct words {
    char text[2048];
    char *argv[WORDS_MAX];
};

static char *const *split(const char *line, struct words *ret)
{
    size_t n = 0;
    (void)snprintf(ret->text, sizeof ret->text, "%s", line);
    for (char *word = strtok(ret->text, " "); word; word = strtok(NULL, " "))
        ret->argv[n++] = word;
    ret->argv[n] = NULL;
    return ret->argv;
}

static const struct row rows[] = {
    {"unknown option", SNUG_COMMAND_RUN, "run --bogus p", -EINVAL, NULL, 0},
    {"short option", SNUG_COMMAND_RUN, "run -p", -EINVAL, NULL, 0},
    {"no name", SNUG_COMMAND_RUN, "run --=x", -EINVAL, NULL, 0},
    {"option of another command", SNUG_COMMAND_RUN, "run --json", -EINVAL, NULL, 0},
    {"no abbreviations", SNUG_COMMAND_RUN, "run --pi p", -EINVAL, NULL, 0},
    {"value where none is", SNUG_COMMAND_RUN, "run --pin=1", -EINVAL, NULL, 0},
    {"value is missing", SNUG_COMMAND_EXPLAIN, "explain --root", -EINVAL, NULL, 0},
    {"key without a value", SNUG_COMMAND_RUN, "run --cpu.min 1", -EINVAL, NULL, 0},
    {"keys mean nothing to check", SNUG_COMMAND_CHECK, "check --cpu.min=1", -EINVAL, NULL,
     0},
    {"nothing", SNUG_COMMAND_RUN, "run", 0, NULL, 0},
    {"program", SNUG_COMMAND_RUN, "run p --pin", 0, "p", 0},
    {"program behind dashes", SNUG_COMMAND_RUN, "run -- --pin", 0, "--pin", 0},
    {"a single dash is a name", SNUG_COMMAND_CHECK, "check -", 0, "-", 0},
    {"joined value", SNUG_COMMAND_EXPLAIN, "explain --root=d p", 0, "p", 0},
    {"parted value", SNUG_COMMAND_EXPLAIN, "explain --root d p", 0, "p", 0},
    {"key", SNUG_COMMAND_RUN, "run --cpu.min=1 p", 0, "p", 1},
    {"key without a dot", SNUG_COMMAND_RUN, "run --scope=all p", 0, "p", 1},
    {"mistyped key is the policy's matter", SNUG_COMMAND_RUN, "run --cpu.mim=1 p", 0, "p",
     1},
};

START_TEST(arguments_are_told_apart)
{
    const struct row *row = &rows[_i];
    char complaint[160] = "";
    struct snug_arguments arguments;
    struct words words;
    const int r = snug_arguments_parse(row->command, split(row->line, &words),
                                       sizeof complaint, complaint, &arguments);

    ck_assert_msg(r == row->r, "%s: returned %d", row->label, r);
    ck_assert_msg((r < 0) == (complaint[0] != 0), "%s: complaint \"%s\"", row->label,
                  complaint);
    if (r < 0)
        return;
    const char *operand = arguments.operand[0];
    ck_assert_msg(!operand == !row->operand, "%s: operand", row->label);
    if (operand)
        ck_assert_str_eq(operand, row->operand);
    ck_assert_uint_eq(arguments.n_keys, row->n_keys);
}
END_TEST

START_TEST(values_reach_their_fields)
{
    struct words words;
    char *const *argv = split("explain --root d --policy=f --json --all", &words);
    char complaint[160];
    struct snug_arguments arguments;

    ck_assert_int_eq(snug_arguments_parse(SNUG_COMMAND_EXPLAIN, argv, sizeof complaint,
                                          complaint, &arguments),
                     0);
    ck_assert_str_eq(arguments.root, "d");
    ck_assert_str_eq(arguments.policy, "f");
    ck_assert_ptr_null(arguments.pid);
    ck_assert(arguments.is_json && arguments.is_all && !arguments.is_help);
}
END_TEST

START_TEST(too_many_keys_are_refused)
{
    char line[2048] = "run";
    size_t n = 3;
    for (unsigned i = 0; i <= SNUG_ARGUMENTS_KEYS_MAX; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, " --cpu.min=1");
    struct words words;
    char complaint[160];
    struct snug_arguments arguments;
    ck_assert_int_eq(snug_arguments_parse(SNUG_COMMAND_RUN, split(line, &words),
                                          sizeof complaint, complaint, &arguments),
                     -EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arguments");
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, arguments_are_told_apart, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, table);
    TCase *fields = tcase_create("fields");
    tcase_add_test(fields, values_reach_their_fields);
    tcase_add_test(fields, too_many_keys_are_refused);
    suite_add_tcase(suite, fields);

    return suite_run(suite);
}
