/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Prints the option table: the README's rows begin as those of `keys markdown`, each key of
 * snug.conf(5) with the lines of `keys man`. A test compares; to mend a difference, paste.
 */
#include <stdio.h>
#include <string.h>

#include "snug/policy/meanings.h"

static void print_markdown(const struct snug_option *option,
                           const struct snug_meaning *meaning)
{
    (void)printf("| `%s` | %s | `%s` | %s |\n", option->name, meaning->values,
                 option->initial, meaning->text);
}

/* Words between back-quotes become bold. */
static void print_bold(const char *text)
{
    int is_bold = 0;
    for (; *text; text++) {
        if (*text == '`') {
            is_bold = !is_bold;
            (void)fputs(is_bold ? "\\fB" : "\\fR", stdout);
        } else if (*text == '-' && is_bold) {
            (void)fputs("\\-", stdout);
        } else {
            (void)putchar(*text);
        }
    }
}

static void print_man(const struct snug_option *option, const struct snug_meaning *meaning)
{
    (void)printf(".TP\n\\fB%s\\fR = ", option->name);
    print_bold(meaning->values);
    (void)printf(" (default: \\fB%s\\fR)\n", option->initial);
    print_bold(meaning->text);
    (void)printf(".\n");
}

int main(int argc, char **argv)
{
    if (argc != 2 || (strcmp(argv[1], "markdown") != 0 && strcmp(argv[1], "man") != 0)) {
        (void)fputs("usage: keys markdown|man\n", stderr);
        return 2;
    }
    const int is_markdown = strcmp(argv[1], "markdown") == 0;
    if (is_markdown)
        (void)puts("| key | values | default | meaning |\n|---|---|---|---|");
    for (size_t i = 0; i < SNUG_N_KEYS; i++) {
        if (is_markdown)
            print_markdown(&snug_options[i], &snug_meanings[i]);
        else
            print_man(&snug_options[i], &snug_meanings[i]);
    }
    return 0;
}
