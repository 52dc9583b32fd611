/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of the process that waits for the program.
 */
#pragma once

/* One line to standard error, behind "snug: init: "; at most 255 bytes of it. It never
 * waits: where the line finds no room at once, as in a pipe that nobody reads, it is
 * dropped. */
__attribute__((format(printf, 1, 2))) void snug_notice_write(const char *format, ...);
