/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UTF-8 that somebody else wrote. File names and command lines can hold any bytes.
 */
#include "snug/cli/command/characters.h"

static size_t length_of_sequence(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

size_t snug_characters_first(struct snug_text text)
{
    const unsigned char first = (unsigned char)text.at[0];
    const size_t n = length_of_sequence(first);
    if (n > text.n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)text.at[i] & 0xc0) != 0x80)
            return 0;

    const unsigned char second = n > 1 ? (unsigned char)text.at[1] : 0;
    const bool is_overlong =
        (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool is_surrogate = first == 0xed && second > 0x9f;
    const bool is_past_end = first == 0xf4 && second > 0x8f;
    return is_overlong || is_surrogate || is_past_end ? 0 : n;
}

/* Terminals obey U+0080 to U+009F as well, which UTF-8 writes as 0xc2 and their number. */
bool snug_characters_is_control(struct snug_text character)
{
    const unsigned char first = (unsigned char)character.at[0];
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && (unsigned char)character.at[1] < 0xa0);
}
