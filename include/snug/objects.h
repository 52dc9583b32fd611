/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The objects that the loader has placed in this process.
 */
#pragma once

/* The default version of the first function of that name in the objects behind the one
 * whose dynamic section is `self`, in load order; NULL if there is none. What
 * dlsym(RTLD_NEXT) answers, without its locks and without entering libc; but never an
 * IFUNC's resolver. From any thread: the objects that a program starts with are never
 * unloaded, and one of them defines what a hook asks for. */
void *snug_objects_next(const void *self, const char *name);
