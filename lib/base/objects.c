/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The next definition of a function, by the symbol tables of the objects that the loader
 * has relocated and entered into its list. Those are trusted.
 */
#include <link.h>

#include "snug/base/objects.h"
#include "snug/base/text.h"

/* Not in every <elf.h>: the bit of a version index that says "not the default version". */
enum { VERSION_IS_HIDDEN = 0x8000 };

/* The head of the loader's list: glibc's, and musl's pointer to the same. */
extern struct r_debug _r_debug __attribute__((weak));
extern struct r_debug *musl_debug __asm__("_dl_debug_addr") __attribute__((weak));

/* The beginning of glibc's struct dl_find_object, whose size grows. */
struct found {
    unsigned long long flags;
    void *start;
    void *end;
    const struct link_map *object;
    void *reserved[16];
};

/* glibc's _dl_find_object, from 2.35 on: takes no lock, and knows objects that come and go.
 * Looked up only where it is needed. As a weak symbol the loader would search all objects
 * for it in every process, which costs a third of what a process pays that is left alone.
 */
typedef int find_function(void *address, struct found *ret);

/* A loaded object's symbol table, all addresses absolute. */
struct symbols {
    uintptr_t bias;
    const Elf64_Sym *symbol;
    const char *strings;
    const uint16_t *version;
    const uint32_t *hash;
    const uint32_t *gnu_hash;
};

static uintptr_t distance(uintptr_t one, uintptr_t two)
{
    return one < two ? two - one : one - two;
}

/* glibc makes a table's address absolute when it loads an object; musl does not, nor does
 * glibc in the vDSO, which a kernel may have linked to the very top (gVisor). All tables
 * lie in the object, as the dynamic section does: the nearer address is meant. */
static const void *find_table(const struct link_map *object, const Elf64_Dyn *entry)
{
    const uintptr_t given = entry->d_un.d_ptr;
    const uintptr_t moved = given + object->l_addr;
    const uintptr_t here = (uintptr_t)entry;
    return (const void *)(distance(moved, here) < distance(given, here) ? moved : given);
}

static struct symbols symbols_of(const struct link_map *object)
{
    struct symbols ret = {.bias = object->l_addr};
    for (const Elf64_Dyn *entry = object->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
        const void *table = find_table(object, entry);
        if (entry->d_tag == DT_SYMTAB)
            ret.symbol = table;
        else if (entry->d_tag == DT_STRTAB)
            ret.strings = table;
        else if (entry->d_tag == DT_VERSYM)
            ret.version = table;
        else if (entry->d_tag == DT_HASH)
            ret.hash = table;
        else if (entry->d_tag == DT_GNU_HASH)
            ret.gnu_hash = table;
    }
    return ret;
}

/* The address of symbol `i` if it is the default definition of that function. */
static void *match(const struct symbols *in, size_t i, const char *name)
{
    const Elf64_Sym *symbol = &in->symbol[i];
    if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC ||
        ELF64_ST_BIND(symbol->st_info) == STB_LOCAL ||
        (in->version && in->version[i] & VERSION_IS_HIDDEN) ||
        !snug_text_equals(snug_text_of(in->strings + symbol->st_name), name))
        return NULL;
    return (void *)(in->bias + symbol->st_value);
}

static void *find_by_gnu_hash(const struct symbols *in, const char *name)
{
    uint32_t hash = 5381;
    for (const char *c = name; *c; c++)
        hash = hash * 33 + (uint8_t)*c;

    const uint32_t *table = in->gnu_hash;
    const uint32_t n_buckets = table[0];
    const uint32_t first = table[1];
    const uint32_t *bucket =
        table + 4 + 2 * (size_t)table[2]; /* The filter has 8-byte words. */
    const uint32_t *chain = bucket + n_buckets;
    uint32_t i = n_buckets ? bucket[hash % n_buckets] : 0;
    if (i <
        first) /* An empty bucket, or the empty table of an object that exports nothing. */
        return NULL;

    for (;; i++) {
        void *ret = (chain[i - first] | 1) == (hash | 1) ? match(in, i, name) : NULL;
        if (ret || chain[i - first] & 1)
            return ret;
    }
}

static void *find_by_sysv_hash(const struct symbols *in, const char *name)
{
    uint32_t hash = 0;
    for (const char *c = name; *c; c++) {
        hash = (hash << 4) + (uint8_t)*c;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }

    const uint32_t n_buckets = in->hash[0];
    const uint32_t *bucket = in->hash + 2;
    const uint32_t *chain = bucket + n_buckets;
    for (uint32_t i = n_buckets ? bucket[hash % n_buckets] : 0; i; i = chain[i]) {
        void *ret = match(in, i, name);
        if (ret)
            return ret;
    }
    return NULL;
}

static void *find_in_object(const struct link_map *object, const char *name)
{
    const struct symbols in = symbols_of(object);
    if (!in.symbol || !in.strings)
        return NULL;
    if (in.gnu_hash)
        return find_by_gnu_hash(&in, name);
    return in.hash ? find_by_sysv_hash(&in, name) : NULL;
}

static const struct link_map *first_object(void)
{
    if (&_r_debug)
        return _r_debug.r_map;
    return &musl_debug ? musl_debug->r_map : NULL;
}

void *snug_objects_next(const void *self, const char *name)
{
    const struct link_map *object = first_object();
    while (object && object->l_ld != self)
        object = object->l_next;
    if (!object)
        return NULL;

    void *ret = NULL;
    while (!ret && (object = object->l_next))
        ret = find_in_object(object, name);
    return ret;
}

static find_function *find_object(void)
{
    void *ret = NULL;
    for (const struct link_map *object = first_object(); object && !ret;
         object = object->l_next)
        ret = find_in_object(object, "_dl_find_object");
    return (find_function *)ret;
}

bool snug_objects_has_glibc_2_35(void)
{
    return find_object();
}

/* Where the walk over what the program starts with ends: at the loader itself. What comes
 * behind it may have been opened later, and may go at any time. */
static bool is_loader(const struct link_map *object)
{
    const struct r_debug *debug = &_r_debug ? &_r_debug : musl_debug;
    return object->l_addr == debug->r_ldbase;
}

static bool has_soname(const struct link_map *object, const char *soname)
{
    const struct symbols in = symbols_of(object);
    for (const Elf64_Dyn *entry = object->l_ld; entry && entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_SONAME)
            return in.strings &&
                   snug_text_equals(snug_text_of(in.strings + entry->d_un.d_val), soname);
    return false;
}

bool snug_objects_leads(const void *self, const char *soname, const char *mark)
{
    const struct link_map *object = first_object();
    bool is_found = !object;
    for (; object; object = is_loader(object) ? NULL : object->l_next) {
        if (object->l_ld == self)
            is_found = true;
        else if (has_soname(object, soname) && (!is_found || !find_in_object(object, mark)))
            return false;
    }
    return is_found;
}

void *snug_objects_own(const char *name)
{
    const struct link_map *object = first_object();
    return object ? find_in_object(object, name) : NULL;
}

/* Whether `address` lies between the object's start and its dynamic section, which linkers
 * place behind the code. What the loader reserved for one object holds no other. */
static bool is_in_code(const struct link_map *object, const void *address)
{
    return (uintptr_t)address >= object->l_addr &&
           (uintptr_t)address < (uintptr_t)object->l_ld;
}

/* Without glibc's own answer: musl never takes an object out of the list; glibc does, so of
 * an old one only the program itself is looked at. */
static const struct link_map *find_in_list(const void *address)
{
    const struct link_map *ret = first_object();
    while (ret && !is_in_code(ret, address))
        ret = &_r_debug ? NULL : ret->l_next;
    return ret;
}

bool snug_objects_locate(const void *address, struct snug_text *ret_name,
                         uintptr_t *ret_offset)
{
    struct found found = {0};
    const struct link_map *object = NULL;
    find_function *ask_glibc = find_object();
    if (!ask_glibc)
        object = find_in_list(address);
    else if (ask_glibc((void *)(uintptr_t)address, &found) == 0)
        object = found.object;
    if (!object)
        return false;
    *ret_name = snug_text_of(object->l_name);
    *ret_offset = (uintptr_t)address - object->l_addr;
    return true;
}
