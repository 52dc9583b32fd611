/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What C code in a process is told about CPUs and memory. */
#pragma once

/* Prints one line per reader, "C <reader> <number>", and "C thread affinity <list>"
 * for the thread that a constructor created before main. */
void readers_print(void);

/* How many of the Go runtime's variables C code has, and so would its children. */
int readers_count_variables(void);
