/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Taking a variable out of the environment. What surprises: it moves the end of the start
 * vector, which libc may take for the end of the auxv where snug has put variables in.
 */
#include <stdlib.h>

#include "snug/apply/start.h"
#include "snug/hook/next.h"

int unsetenv(const char *name)
{
    int (*next)(const char *) = snug_next_find(SNUG_NEXT_UNSETENV);
    const int ret = next ? next(name) : (int)snug_next_refuse();
    snug_start_see_unset();
    return ret;
}

/* Of a name alone: it takes that out. */
int putenv(char *entry)
{
    int (*next)(char *) = snug_next_find(SNUG_NEXT_PUTENV);
    const int ret = next ? next(entry) : (int)snug_next_refuse();
    snug_start_see_unset();
    return ret;
}
