/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The objects that the loader has placed in this process.
 */
#pragma once

#include "snug/base/text.h"

/* The default version of the first function of that name in the objects behind the one
 * whose dynamic section is `self`, in load order; NULL if there is none. What
 * dlsym(RTLD_NEXT) answers, without its locks and without entering libc; but never an
 * IFUNC's resolver, nor a definition with a version that is not glibc's. `ret_stays`: it is
 * in one of the objects that the program starts with, which are never unloaded. From any
 * thread, also before the loader has relocated this object. */
void *snug_objects_next(const void *self, const char *name, bool *ret_stays);

/* Whether of all objects of that SONAME the one whose dynamic section is `self` is the
 * first, and each of the others has a function `mark`, by which it does as this one does.
 * Looks at what the program starts with; false if `self` is none of that, true if the
 * loader keeps no list. */
bool snug_objects_leads(const void *self, const char *soname, const char *mark);

/* What libc's environ says: the program's own copy of it, if the linker has made one. NULL
 * in a program without libc. From any thread. */
char **snug_objects_environ(void);

/* Whether the loader is musl's, which passes nothing to constructors. */
bool snug_objects_has_musl(void);

/* Whether any object that is loaded now defines a function of that name. All are looked
 * at: to be asked while no other thread can unload one. */
bool snug_objects_have(const char *name);

/* The same as snug_objects_next of the program itself, and of nothing else. */
void *snug_objects_own(const char *name);

/* The function `name` of the first object that has a function `mark`, if that is also the
 * first with a function `rival`: the one whose `rival` the program calls. Else NULL. */
void *snug_objects_beside(const char *mark, const char *rival, const char *name);

/* The program's headers, where an image that is loaded at `base` is musl's loader itself:
 * started by hand it leaves AT_PHDR as it is, where glibc's corrects it. False if the image
 * is not, or musl does not keep them where it did from 1.0 to 1.2. */
bool snug_objects_program(uintptr_t base, const void **ret_phdr, size_t *ret_n_phdr);

/* How new the process's glibc is, by functions that came with a release: 39 for 2.39 and
 * newer, 35 for 2.35 to 2.38, 1 for an older one or none. From any thread. */
unsigned snug_objects_glibc(void);

/* The object that `address` lies in: its file name as the loader knows it, empty for the
 * program itself, and the address as the file numbers it, which is what addr2line takes.
 * False if the object cannot be told for certain. From any thread. */
bool snug_objects_locate(const void *address, struct snug_text *ret_name,
                         uintptr_t *ret_offset);
