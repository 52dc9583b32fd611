/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Variables by which a service manager names the process that its sockets and its watchdog
 * are for, and which it started itself: LISTEN_PID, LISTEN_PIDFDID, WATCHDOG_PID,
 * SYSTEMD_EXEC_PID.
 */
#pragma once

#include <sys/types.h>

/* In the child that becomes the program: what named process `init` names this one. What
 * names another process stays. 0 or -errno. */
int snug_activation_take(pid_t init);
