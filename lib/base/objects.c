/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The next definition of a function, by the symbol tables of the objects that the loader
 * has relocated and entered into its list. Those are trusted. Only the list's head is a
 * weak symbol: for each of these the loader searches all objects in every process, which
 * costs a fifth of what a process pays that is left alone.
 */
#include <link.h>
#include <stdatomic.h>

#include "snug/base/file.h"
#include "snug/base/objects.h"
#include "snug/base/readable.h"
#include "snug/base/sys.h"
#include "snug/base/text.h"

/* Not in every <elf.h>: the bit of a version index that says "not the default version". */
enum { VERSION_IS_HIDDEN = 0x8000 };

/* The head of the loader's list: glibc's, and musl's pointer to the same. */
extern struct r_debug _r_debug __attribute__((weak));
extern struct r_debug *musl_debug __asm__("_dl_debug_addr") __attribute__((weak));

/* What musl's entries in that list go on with. */
struct musl_object {
    struct link_map map;
    const Elf64_Phdr *phdr;
    int n_phdr;
};

/* The beginning of glibc's struct dl_find_object, whose size grows. */
struct found {
    unsigned long long flags;
    void *start;
    void *end;
    const struct link_map *object;
    void *reserved[16];
};

/* glibc's _dl_find_object, from 2.35 on: takes no lock, and knows objects that come and go.
 */
typedef int find_function(void *address, struct found *ret);

/* A loaded object's symbol table, all addresses absolute. */
struct symbols {
    unsigned type; /* Of what is looked for. */
    uintptr_t bias;
    const Elf64_Sym *symbol;
    const char *strings;
    const uint16_t *version;
    const Elf64_Verdef *defined; /* The versions that it defines. */
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
        else if (entry->d_tag == DT_VERDEF)
            ret.defined = table;
        else if (entry->d_tag == DT_HASH)
            ret.hash = table;
        else if (entry->d_tag == DT_GNU_HASH)
            ret.gnu_hash = table;
    }
    return ret;
}

/* Whether calls of libc's function may be bound to symbol `i`: a definition with a version
 * of somebody else's is another function of the same name. */
static bool may_be_libcs(const struct symbols *in, size_t i)
{
    const unsigned version = in->version ? in->version[i] : VER_NDX_GLOBAL;
    const Elf64_Verdef *at = version > VER_NDX_GLOBAL ? in->defined : NULL;
    while (at && at->vd_ndx != version)
        at = at->vd_next ? (const void *)((const char *)at + at->vd_next) : NULL;
    if (!at)
        return true;
    const Elf64_Verdaux *name = (const void *)((const char *)at + at->vd_aux);
    return snug_text_starts(snug_text_of(in->strings + name->vda_name), "GLIBC_");
}

/* The address of symbol `i` if it is the default definition of that name. */
static void *match(const struct symbols *in, size_t i, const char *name)
{
    const Elf64_Sym *symbol = &in->symbol[i];
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    /* A function that an assembler was not told of has none. */
    const bool is_type = type == in->type || (in->type == STT_FUNC && type == STT_NOTYPE);
    if (symbol->st_shndx == SHN_UNDEF || !is_type ||
        ELF64_ST_BIND(symbol->st_info) == STB_LOCAL ||
        (in->version && in->version[i] & VERSION_IS_HIDDEN) ||
        !snug_text_equals(snug_text_of(in->strings + symbol->st_name), name) ||
        !may_be_libcs(in, i))
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

static void *find_typed(const struct link_map *object, const char *name, unsigned type)
{
    struct symbols in = symbols_of(object);
    in.type = type;
    if (!in.symbol || !in.strings)
        return NULL;
    if (in.gnu_hash)
        return find_by_gnu_hash(&in, name);
    return in.hash ? find_by_sysv_hash(&in, name) : NULL;
}

static void *find_in_object(const struct link_map *object, const char *name)
{
    return find_typed(object, name, STT_FUNC);
}

/* From `object` on. */
static void *find_first(const struct link_map *object, const char *name, unsigned type)
{
    void *ret = NULL;
    for (; object && !ret; object = object->l_next)
        ret = find_typed(object, name, type);
    return ret;
}

static const struct link_map *first_object(void)
{
    if (&_r_debug)
        return _r_debug.r_map;
    return &musl_debug ? musl_debug->r_map : NULL;
}

/* Before the loader has relocated this object, when a resolver (STT_GNU_IFUNC) of another
 * one calls a hook: then no symbol has an address here, but in the loader it has. */
static const struct link_map *first_before_relocation(void)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, "/proc/self/auxv");
    Elf64_auxv_t pair = {0};
    while (fd >= 0 && pair.a_type != AT_BASE)
        if (snug_sys_read(fd, &pair, sizeof pair) != sizeof pair)
            return NULL;
    const uintptr_t base = pair.a_un.a_val;
    if (!base)
        return NULL;

    struct link_map loader = {.l_addr = base};
    const Elf64_Ehdr *header = (const void *)base;
    const Elf64_Phdr *phdr = (const void *)(base + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++)
        if (phdr[i].p_type == PT_DYNAMIC)
            loader.l_ld = (void *)(base + phdr[i].p_vaddr);
    const struct r_debug *debug = find_typed(&loader, "_r_debug", STT_OBJECT);
    return debug ? debug->r_map : NULL;
}

/* Where the walk over what the program starts with ends: at the loader itself. What comes
 * behind it may have been opened later, and may go at any time. But libc may be there too,
 * in a program that names the loader among its libraries, and it stays. */
static bool is_loader(const struct link_map *object)
{
    const struct r_debug *debug = &_r_debug ? &_r_debug : musl_debug;
    return object->l_addr == debug->r_ldbase;
}

void *snug_objects_next(const void *self, const char *name, bool *ret_stays)
{
    const struct link_map *object = first_object();
    const bool is_relocated = object;
    bool stays = is_relocated; /* Before that nothing tells which is the loader. */
    if (!object)
        object = first_before_relocation();
    while (object && object->l_ld != self)
        object = object->l_next;
    void *ret = NULL;
    while (object && !ret) {
        stays = stays && (snug_objects_has_musl() || !is_loader(object));
        object = object->l_next;
        ret = object ? find_in_object(object, name) : NULL;
    }
    *ret_stays =
        ret && is_relocated && (stays || find_typed(object, "__environ", STT_OBJECT));
    return ret;
}

char **snug_objects_environ(void)
{
    static char ***_Atomic found;
    char ***ret = atomic_load_explicit(&found, memory_order_relaxed);
    if (!ret) {
        ret = (char ***)find_first(first_object(), "__environ", STT_OBJECT);
        atomic_store_explicit(&found, ret, memory_order_relaxed);
    }
    return ret ? *ret : NULL;
}

bool snug_objects_has_musl(void)
{
    return !&_r_debug && &musl_debug;
}

bool snug_objects_program(uintptr_t base, const void **ret_phdr, size_t *ret_n_phdr)
{
    const struct musl_object *program = (const void *)first_object();
    struct snug_readable run = {0};
    if (!snug_objects_has_musl() || musl_debug->r_ldbase != base ||
        !snug_readable_covers(&run, (uintptr_t)program->phdr,
                              (size_t)program->n_phdr * sizeof *program->phdr))
        return false;
    /* They are the program's if its dynamic section lies where they say. */
    for (int i = 0; i < program->n_phdr; i++)
        if (program->phdr[i].p_type == PT_DYNAMIC &&
            program->phdr[i].p_vaddr + program->map.l_addr ==
                (uintptr_t)program->map.l_ld) {
            *ret_phdr = program->phdr;
            *ret_n_phdr = (size_t)program->n_phdr;
            return true;
        }
    return false;
}

static const struct link_map *object_with(const char *name)
{
    const struct link_map *ret = first_object();
    while (ret && !find_in_object(ret, name))
        ret = ret->l_next;
    return ret;
}

bool snug_objects_have(const char *name)
{
    return object_with(name);
}

void *snug_objects_beside(const char *mark, const char *rival, const char *name)
{
    const struct link_map *object = object_with(mark);
    return object && object_with(rival) == object ? find_in_object(object, name) : NULL;
}

static find_function *find_object(void)
{
    return (find_function *)find_first(first_object(), "_dl_find_object", STT_FUNC);
}

unsigned snug_objects_glibc(void)
{
    enum { OTHER = 1, HAS_FIND_OBJECT = 35, HAS_PIDFD_SPAWN = 39 };
    static _Atomic unsigned found;
    unsigned ret = atomic_load_explicit(&found, memory_order_relaxed);
    if (!ret) {
        ret = find_first(first_object(), "pidfd_spawn", STT_FUNC) ? HAS_PIDFD_SPAWN
              : find_object()                                     ? HAS_FIND_OBJECT
                                                                  : OTHER;
        atomic_store_explicit(&found, ret, memory_order_relaxed);
    }
    return ret;
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
