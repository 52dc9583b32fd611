/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The controlling terminal and its foreground process group, between a program with a group
 * of its own and the process that waits for it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct snug_terminal {
    int fd;        /* Above 2, or -1: there is none, or somebody else has it. */
    pid_t own;     /* This process's group. */
    pid_t program; /* The program's. */
};

/* Before the fork. SIGTTOU has to be ignored from here on. */
struct snug_terminal snug_terminal_open(void);

/* Makes the program's group the foreground one; `program` has to be set. */
void snug_terminal_give(const struct snug_terminal *terminal);

/* Takes the terminal back, if the program still has it. */
void snug_terminal_take(const struct snug_terminal *terminal);

/* After SIGTSTP, SIGTTIN or SIGTTOU has stopped the program: lets this process's group stop
 * as well, as if the key had been meant for all, and goes on when it is continued. SIGTSTP
 * is blocked otherwise. */
void snug_terminal_stop_along(const struct snug_terminal *terminal);
