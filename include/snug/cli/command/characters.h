/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Foreign text, character by character, for whoever writes it to a terminal or a collector.
 */
#pragma once

#include "snug/base/text.h"

/* The length of the character at the front of `text`, which is not empty. 0 if it is not
 * valid UTF-8: too short, an overlong form, a surrogate, or past U+10FFFF. */
size_t snug_characters_first(struct snug_text text);

/* The number that Unicode gives to a valid character. */
uint32_t snug_characters_number(struct snug_text character);

/* Whether a valid character is a control character, or changes the direction of text. */
bool snug_characters_is_control(struct snug_text character);
