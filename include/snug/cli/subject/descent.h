/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directories below one, however deep they lie.
 */
#pragma once

/* Calls for each directory below `top`, parents first, with a descriptor of it; `top` stays
 * the caller's. Besides that at most three descriptors are open at a time. A directory that
 * is gone meanwhile, or closed to the caller, is passed over. 0; -ESTALE if one has been
 * moved meanwhile, and the rest cannot be found; else -errno. */
int snug_descent_each(int top, void (*call)(int directory, void *context), void *context);
