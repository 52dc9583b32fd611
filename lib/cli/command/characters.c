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

uint32_t snug_characters_number(struct snug_text character)
{
    static const unsigned char bits[] = {0x7f, 0x1f, 0x0f, 0x07};
    uint32_t ret = (unsigned char)character.at[0] & bits[character.n - 1];
    for (size_t i = 1; i < character.n; i++)
        ret = ret << 6 | ((unsigned char)character.at[i] & 0x3f);
    return ret;
}

/* Terminals obey U+0080 to U+009F as well. Those behind let a name change the order of all
 * that stands beside it, or begin a line. */
bool snug_characters_is_control(struct snug_text character)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
    };
    const uint32_t number = snug_characters_number(character);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (number >= ranges[i].first && number <= ranges[i].last)
            return true;
    return false;
}
