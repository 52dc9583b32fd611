/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the command and the object are, of which this process is the command.
 */
#pragma once

#include <stddef.h>

/* The path of this command's own file, without links. `ret_path` has PATH_MAX bytes.
 * Returns 0 or -errno. */
int snug_installed_find_command(char *ret_path);

/* Where libsnug.so is: beside this command, in ../lib if that lies in a bin, or where it
 * was installed. Returns 0, or -ENOENT if no such file can be read. */
int snug_installed_find_object(size_t size, char *ret_path);

/* Says on standard error that there is no object in any of these. */
void snug_installed_complain(void);
