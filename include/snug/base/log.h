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

/* Once, at the start, before any line. Remembers which file standard error is: a program
 * may close it, and open a file of its own in its place. A path that leads there
 * (/dev/stderr) becomes NULL. Returns 0, or -errno if the path cannot be opened as below.
 */
int snug_log_prepare(struct snug_log *log);

/* A seccomp filter may kill for a call that was not tried: pipes are written to by those
 * that are older than Linux 6.4, from now on. Then a line waits for room that somebody else
 * takes at the very moment when it is written. */
void snug_log_see_filter(void);

/* A path is opened as snug_links_open says, and a regular file that has several names is
 * not written to; nor is standard error once it is another file than at the start. Appends
 * `snug[PID]: text` if `level` is wanted. A failure is silent: a log that cannot be written
 * must not become the host's problem; nor must it wait, so that a line is dropped where
 * there is no room for it, as in a pipe that nobody reads. Keeps no descriptor. */
void snug_log_write(const struct snug_log *log, enum snug_log_level level,
                    const char *text);
