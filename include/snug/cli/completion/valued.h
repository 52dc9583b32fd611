/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the value of an option is, for those who write completions.
 */
#pragma once

enum snug_valued {
    SNUG_VALUED_NOT, /* It has none. */
    SNUG_VALUED_FILE,
    SNUG_VALUED_PID,
    SNUG_VALUED_OTHER,
};

/* By what --help calls it: `DIR`; NULL where there is none. */
enum snug_valued snug_valued_by(const char *value);
