/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The objects that the loader has placed in this process.
 */
#pragma once

#include "snug/base/text.h"

/* The default version of the first function of that name in the objects behind the one
 * whose dynamic section is `self`, in load order; NULL if there is none. What
 * dlsym(RTLD_NEXT) answers, without its locks and without entering libc; but never an
 * IFUNC's resolver. From any thread: the objects that a program starts with are never
 * unloaded, and one of them defines what a hook asks for. */
void *snug_objects_next(const void *self, const char *name);

/* Whether of all objects of that SONAME the one whose dynamic section is `self` is the
 * first, and each of the others has a function `mark`, by which it does as this one does.
 * Looks at what the program starts with; false if `self` is none of that, true if the
 * loader keeps no list. */
bool snug_objects_leads(const void *self, const char *soname, const char *mark);

/* The same as snug_objects_next of the program itself, and of nothing else. */
void *snug_objects_own(const char *name);

/* Whether the process has a glibc of 2.35 or later, by a function that came with it. */
bool snug_objects_has_glibc_2_35(void);

/* The object that `address` lies in: its file name as the loader knows it, empty for the
 * program itself, and the address as the file numbers it, which is what addr2line takes.
 * False if the object cannot be told for certain. From any thread. */
bool snug_objects_locate(const void *address, struct snug_text *ret_name,
                         uintptr_t *ret_offset);
