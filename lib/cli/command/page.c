/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of a label and a text.
 */
#include "snug/base/text.h"
#include "snug/cli/command/page.h"

enum { COLUMNS = 92, LABEL_COLUMNS = 16, ROW_BYTES = 1024 };

/* Terminals obey U+0080 to U+009F as well, which UTF-8 writes as 0xc2 and their number. */
static void write_word(FILE *out, struct snug_text word)
{
    for (size_t i = 0; i < word.n; i++) {
        const unsigned char c = (unsigned char)word.at[i];
        const bool is_second = i > 0 && (unsigned char)word.at[i - 1] == 0xc2;
        const bool is_control = c < 0x20 || c == 0x7f || (is_second && c < 0xa0);
        (void)fputc(is_control ? '?' : c, out);
    }
}

void snug_page_write_line(FILE *out, const char *text)
{
    write_word(out, snug_text_of(text));
    (void)fputc('\n', out);
}

void snug_page_write_row(FILE *out, const char *label, const char *text)
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
        write_word(out, word);
        column += word.n;
    }
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
