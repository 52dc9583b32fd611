/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One value as text and as a setting.
 */
#pragma once

#include "snug/policy/policy.h"

/* Reads `text` for `key`. Writes unit, word, number and text of the setting, and nothing
 * else of it. -EINVAL if the key takes no such value, -ERANGE if the number is out of the
 * key's bounds. */
int snug_values_parse(enum snug_key key, struct snug_text text, struct snug_setting *ret);

/* Appends the value as one would write it in a file; parsing it again gives the same. */
void snug_values_put(struct snug_builder *out, enum snug_key key,
                     const struct snug_setting *setting);

/* Whether the setting is that word of its key. */
bool snug_values_is(const struct snug_setting *setting, unsigned word);

/* The path that the setting is, or NULL. As long-lived as the setting. */
const char *snug_values_path(const struct snug_setting *setting);

/* Appends what the key takes, with its bounds: `one of auto, off, a number from 1 to 8`. */
void snug_values_put_choices(struct snug_builder *out, enum snug_key key);
