/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What people are told of each key: the other half of the option table, apart from it
 * because the preload object, which has to be small, tells nobody.
 */
#pragma once

#include "snug/policy/options.h"

struct snug_meaning {
    char values[48]; /* "`auto` `off` N" */
    char text[136];  /* One line, without a full stop. */
};

/* Indexed by enum snug_key. */
extern const struct snug_meaning snug_meanings[SNUG_N_KEYS];
