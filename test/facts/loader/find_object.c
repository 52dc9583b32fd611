/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: glibc has _dl_find_object from 2.35 on and not before, musl never has it; it tells
 * which object an address lies in.
 * Relied on by: lib/base/objects.c, lib/base/sys.c
 */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

struct found {
    unsigned long long flags;
    void *start;
    void *end;
    const struct link_map *object;
    void *reserved[16];
};

int main(void)
{
    const char *(*version)(void) = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
    int (*find)(void *, struct found *) = dlsym(RTLD_DEFAULT, "_dl_find_object");
    int minor = 0;
    if (version && sscanf(version(), "2.%d", &minor) != 1)
        fact_expect(false, "glibc calls itself %s", version());
    fact_expect((minor >= 35) == (find != NULL), "glibc 2.%d, _dl_find_object %s", minor,
                find ? "is there" : "is missing");
    struct found found = {0};
    if (find)
        fact_expect(find((void *)main, &found) == 0 && found.start <= (void *)main &&
                        (void *)main < found.end && found.object && found.object->l_name &&
                        !*found.object->l_name,
                    "it does not find the program");
    return fact_result();
}
