/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of a label and a text.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "snug/base/text.h"
#include "snug/cli/command/characters.h"
#include "snug/cli/command/page.h"

enum { COLUMNS = 92, LABEL_COLUMNS = 16, ROW_BYTES = 1024 };

/* What is no character is shown as what would move the terminal is. */
static void write_word(FILE *out, struct snug_text word)
{
    while (word.n) {
        const size_t n = snug_characters_first(word);
        const struct snug_text character = {word.at, n ? n : 1};
        if (n && !snug_characters_is_control(character))
            (void)fwrite(word.at, 1, n, out);
        else
            (void)fputc('?', out);
        word.at += character.n;
        word.n -= character.n;
    }
}

void snug_page_complain(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    const int n = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (n < 0)
        return;
    (void)fputs("snug: ", stderr);
    snug_page_write_line(stderr, text);
    free(text);
}

void snug_page_write_line(FILE *out, const char *text)
{
    write_word(out, snug_text_of(text));
    (void)fputc('\n', out);
}

void snug_page_write_toned(FILE *out, const char *label, enum snug_tone tone,
                           const char *text)
{
    struct snug_text rest = snug_text_of(text);
    struct snug_text word;
    size_t column = (size_t)fprintf(out, "  %-*s", LABEL_COLUMNS, label);

    for (bool is_first = true; snug_text_cut(&rest, ' ', &word); is_first = false) {
        if (!is_first && column + 1 + word.n > COLUMNS) {
            (void)fprintf(out, "\n%*s", LABEL_COLUMNS + 2, "");
            column = LABEL_COLUMNS + 2;
        } else if (!is_first) {
            (void)fputc(' ', out);
            column++;
        }
        if (is_first && tone != SNUG_TONE_PLAIN)
            snug_tone_set(out, tone);
        write_word(out, word);
        if (is_first && tone != SNUG_TONE_PLAIN)
            snug_tone_set(out, SNUG_TONE_PLAIN);
        column += word.n;
    }
    (void)fputc('\n', out);
}

void snug_page_write_row(FILE *out, const char *label, const char *text)
{
    snug_page_write_toned(out, label, SNUG_TONE_PLAIN, text);
}

void snug_page_write_heading(FILE *out, const char *text, bool is_first)
{
    if (!is_first)
        (void)fputc('\n', out);
    snug_tone_set(out, SNUG_TONE_HEADING);
    write_word(out, snug_text_of(text));
    snug_tone_set(out, SNUG_TONE_PLAIN);
    (void)fputc('\n', out);
}

void snug_page_write_decision(FILE *out, const char *label, const char *what,
                              enum snug_reason reason)
{
    char buffer[ROW_BYTES];
    struct snug_builder text = snug_text_build(buffer, sizeof buffer);
    snug_text_put(&text, what);
    snug_text_put(&text, ": ");
    snug_text_put(&text, snug_reason_words(reason));
    snug_page_write_row(out, label, buffer);
}
