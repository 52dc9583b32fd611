/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: glibc exports the list of loaded objects as _r_debug, musl as what _dl_debug_addr
 * points to and not as _r_debug; the program stands first in it, its libraries in order,
 * the loader at r_ldbase. Each object's tables lie in the object, by the address as it
 * stands or moved by l_addr.
 * Relied on by: lib/base/objects.c, lib/hook/entry.c
 */
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

extern struct r_debug _r_debug __attribute__((weak));
extern struct r_debug *musl_debug __asm__("_dl_debug_addr") __attribute__((weak));
extern ElfW(Dyn) _DYNAMIC[];
extern int library_is_linked;

static const uintptr_t object_bytes_max = (uintptr_t)1 << 30;

static bool is_near(const struct link_map *object, uintptr_t address)
{
    const uintptr_t own = (uintptr_t)object->l_ld;
    return (address < own ? own - address : address - own) < object_bytes_max;
}

static void look_at_tables(const struct link_map *object)
{
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_SYMTAB || entry->d_tag == DT_STRTAB ||
            entry->d_tag == DT_GNU_HASH)
            fact_expect(is_near(object, entry->d_un.d_ptr) ||
                            is_near(object, entry->d_un.d_ptr + object->l_addr),
                        "%s: table %ld lies at %#lx", object->l_name, (long)entry->d_tag,
                        (unsigned long)entry->d_un.d_ptr);
}

int main(void)
{
    const char *libc = getenv("FACTS_LIBC");
    const bool is_glibc = !libc || strcmp(libc, "glibc") == 0;
    fact_expect(is_glibc == (&_r_debug != NULL), "_r_debug is %s",
                &_r_debug ? "there" : "missing");
    const struct r_debug *debug = &_r_debug ? &_r_debug : &musl_debug ? musl_debug : NULL;
    fact_expect(debug && debug->r_map, "there is no list");
    if (!debug || !debug->r_map)
        return fact_result();

    bool has_library = false;
    bool has_loader = false;
    fact_expect(debug->r_map->l_ld == _DYNAMIC, "the program is not the first");
    for (const struct link_map *object = debug->r_map; object; object = object->l_next) {
        has_library |= strstr(object->l_name, "library.so") != NULL;
        has_loader |= object->l_addr == debug->r_ldbase;
        look_at_tables(object);
    }
    fact_expect(library_is_linked && has_library, "a library is not in it");
    fact_expect(has_loader, "no object lies at r_ldbase");
    return fact_result();
}
