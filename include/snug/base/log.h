/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line, written with a single call so that lines of several processes do not mix.
 */
#pragma once

enum snug_log_level { SNUG_LOG_OFF, SNUG_LOG_ERROR, SNUG_LOG_INFO, SNUG_LOG_DEBUG };

/* Where lines go. `path` must live as long as lines are written; NULL for standard error.
 */
struct snug_log {
    enum snug_log_level level;
    const char *path;
};

/* A path is opened as snug_links_open says, and a regular file that has several names is
 * not written to. Appends `snug[PID]: text` if `level` is wanted. A failure is silent: a
 * log that cannot be written must not become the host's problem. Keeps no descriptor. */
void snug_log_write(const struct snug_log *log, enum snug_log_level level,
                    const char *text);
