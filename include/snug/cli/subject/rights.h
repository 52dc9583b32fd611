/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Another process's files, opened with no more rights than that process has.
 */
#pragma once

#include "snug/base/file.h"

/* Like snug_root_of_process, but what is not the kernel's is opened with the user, the
 * groups and, if it is of the own user namespace, the capabilities of the process: it may
 * have named the file, or made what lies there. A set-user-id program got its variables
 * from somebody else; for it all that counts is what everybody may read. -EACCES where the
 * rights cannot be taken, or are no longer those that were taken; also for a file of /proc
 * that snug does not ask for. One thread at a time. */
struct snug_root snug_rights_root(int pid);

/* Takes the rights that the process has now: to be called before anything is read from it.
 * Without it they are taken at the first open. */
void snug_rights_take(int pid);

/* Takes them, and the root directory that the process has now: for who looks once, and at
 * many of its files. Until other rights are taken, files are opened there. */
void snug_rights_hold(int pid);

/* Whether snug asks for that file of /proc, of the machine or of any process. */
bool snug_rights_is_asked(const char *path);
