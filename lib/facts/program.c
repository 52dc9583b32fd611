/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Go programs are known by their build information, which every link mode writes and no
 * stripping removes. Layout: 14 bytes of magic, pointer size, flags, and then, from Go 1.18
 * on at byte 32, two strings with a varint length each; before that, at byte 16, pointers
 * to two Go strings. The second string, the module's, has 16 bytes of frame at both ends.
 */
#include "snug/base/objects.h"
#include "snug/base/readable.h"
#include "snug/facts/libraries.h"
#include "snug/facts/program.h"
#include "snug/facts/variables.h"

enum {
    FLAGS_AT = 15,
    POINTERS_AT = 16,
    INFO_ALIGN = 16,
    INFO_BYTES = 32,
    IS_BIG_ENDIAN = 1,
    HAS_STRINGS_INLINE = 2,
    /* Go's linker puts the information first; a C linker between C's data and Go's that
     * holds pointers, and Go's that holds none. So the search goes on from the end. */
    CHUNK_PLACES = (64 << 10) / INFO_ALIGN,
    /* What every process pays for, if it has so much; Python has 1.1 MiB. */
    UNMARKED_PLACES = (4 << 20) / INFO_ALIGN,
    FILE_PLACES = (64 << 20) / INFO_ALIGN, /* A file may be without end. */
    /* Writable ones; linkers make one or two. The kernel starts programs with a thousand,
     * all of the same part of the file. */
    SEGMENTS_MAX = 8,
    MODULE_BYTES_MAX = 4 << 20, /* Kubernetes' has some 20 KiB. */
    /* The first release that reads CPU limits. */
    CONTAINER_MINOR = 25,
    /* A development build does not always say which release it leads to. It is taken for
     * the newest release that snug was tried with. */
    NEWEST_MINOR = 27,
    MINOR_MAX = 9999,
    VARINT_BYTES_MAX = 10,
};

/* `\xff Go buildinf:`, and the size of a pointer. Flags follow. A program that looks for
 * others' build information has the 14 bytes of text alone. */
static const uint64_t magic[] = {0x697562206f4720ff, 0x00083a666e69646c};

/* Type and owner: 4, `Go`. */
static const uint64_t go_note = 0x6f4700000004;

/* Both ends of the module string. */
static const size_t module_frames_bytes = 32;

struct go_strings {
    struct snug_text version;
    struct snug_text module;
};

/* Eight bytes of any alignment, as this machine's kind of program stores them. */
static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t ret;
    __builtin_memcpy(&ret, bytes, sizeof ret);
    return ret;
}

/* Where to look in a writable segment: behind what is made read-only after relocation,
 * megabytes of a PIE, and within the part that has bytes in the file. */
static uint64_t search_start(const struct snug_elf *elf, const Elf64_Phdr *segment)
{
    const Elf64_Phdr *relro = snug_elf_segment(elf, PT_GNU_RELRO);
    uint64_t ret = segment->p_vaddr;
    if (relro && relro->p_vaddr - ret < segment->p_filesz &&
        relro->p_memsz <= segment->p_filesz - (relro->p_vaddr - ret))
        ret = relro->p_vaddr + relro->p_memsz;
    return ret + (-ret & (INFO_ALIGN - 1));
}

/* Marks of a Go program that are cheap to look for: a note of type 4 whose owner is `Go`,
 * or what cgo exports. Either may be missing: `-buildid=` leaves the note out, and C
 * programs with Go in them export nothing. */
static bool is_marked(const struct snug_elf *elf)
{
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        const uint8_t *bytes = segment->p_type == PT_NOTE
                                   ? snug_elf_at(elf, segment->p_vaddr, segment->p_filesz)
                                   : NULL;
        for (size_t at = 0; bytes && at + sizeof go_note <= segment->p_filesz; at += 4)
            if (word_at(bytes + at) == go_note)
                return true;
    }
    return snug_objects_own("crosscall2");
}

static uint64_t smaller(uint64_t one, uint64_t two)
{
    return one < two ? one : two;
}

/* How many places of a segment are searched. */
static uint64_t count_places(const struct snug_elf *elf, uint64_t n_places)
{
    uint64_t most = UNMARKED_PLACES;
    if (elf->file)
        most = FILE_PLACES;
    else if (n_places > most && is_marked(elf))
        most = n_places;
    return smaller(n_places, most);
}

/* The magic's place among the `n`, or `n`. */
static uint64_t search(const uint8_t *bytes, uint64_t n)
{
    uint64_t ret = 0;
    for (; ret < n; ret++) {
        const uint8_t *at = bytes + ret * INFO_ALIGN;
        if (word_at(at) == magic[0] && word_at(at + 8) << 8 == magic[1] << 8)
            break;
    }
    return ret;
}

/* The address of the build information, 0 if there is none. */
static uint64_t search_segment(const struct snug_elf *elf, uint64_t start, uint64_t end)
{
    if (end < start || end - start < INFO_BYTES)
        return 0;
    const uint8_t *bytes = snug_elf_at(elf, start, end - start);
    uint64_t high = (end - start - INFO_BYTES) / INFO_ALIGN + 1;
    uint64_t n_left = bytes ? count_places(elf, high) : 0;
    uint64_t from = 0;
    while (n_left) {
        const uint64_t n = smaller(n_left, CHUNK_PLACES);
        const uint8_t *chunk = bytes + from * INFO_ALIGN;
        /* A program may have taken the access to a page of its data away before. */
        const bool can_read =
            elf->file || snug_readable_has((uintptr_t)chunk, n * INFO_ALIGN);
        const uint64_t at = can_read ? search(chunk, n) : n;
        if (at < n)
            return start + (from + at) * INFO_ALIGN;
        n_left -= n;
        high -= smaller(n_left, CHUNK_PLACES);
        from = high;
    }
    return 0;
}

uint64_t snug_program_find_go(const struct snug_elf *elf)
{
    uint64_t ret = 0;
    unsigned n_left = SEGMENTS_MAX;
    for (size_t i = 0; i < elf->n_phdr && !ret && n_left; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        uint64_t end;
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W) ||
            __builtin_add_overflow(segment->p_vaddr, segment->p_filesz, &end))
            continue;
        n_left--;
        ret = search_segment(elf, search_start(elf, segment), end);
    }
    return ret;
}

/* Reads the varint at `*at`, and moves behind it. */
static bool read_varint(const struct snug_elf *elf, uint64_t *at, uint64_t *ret_number)
{
    *ret_number = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
        const uint8_t *byte = snug_elf_at(elf, (*at)++, 1);
        if (!byte)
            return false;
        *ret_number |= (uint64_t)(*byte & 0x7f) << 7 * i;
        if (!(*byte & 0x80))
            return true;
    }
    return false;
}

static struct snug_text read_inline(const struct snug_elf *elf, uint64_t *at)
{
    uint64_t n_bytes;
    if (!read_varint(elf, at, &n_bytes))
        return (struct snug_text){0};
    const char *bytes = snug_elf_at(elf, *at, n_bytes);
    if (!bytes)
        return (struct snug_text){0};
    *at += n_bytes;
    return (struct snug_text){bytes, n_bytes};
}

static bool read_word(const struct snug_elf *elf, uint64_t at, uint64_t *ret_word)
{
    const uint8_t *bytes = snug_elf_at(elf, at, sizeof *ret_word);
    if (bytes)
        *ret_word = word_at(bytes);
    return bytes;
}

/* The Go string (pointer and length) that the pointer at `at` points to. In memory the
 * pointers have been relocated. */
static struct snug_text read_pointed(const struct snug_elf *elf, uint64_t at)
{
    const uint64_t bias = elf->bias;
    uint64_t header;
    uint64_t text;
    uint64_t n_bytes;
    if (!read_word(elf, at, &header) || !read_word(elf, header - bias, &text) ||
        !read_word(elf, header - bias + sizeof header, &n_bytes))
        return (struct snug_text){0};
    const char *bytes = snug_elf_at(elf, text - bias, n_bytes);
    return bytes ? (struct snug_text){bytes, n_bytes} : (struct snug_text){0};
}

static struct go_strings read_strings(const struct snug_elf *elf, uint64_t info)
{
    struct go_strings ret = {0};
    const uint8_t *flags = snug_elf_at(elf, info + FLAGS_AT, 1);
    if (!flags || *flags & IS_BIG_ENDIAN)
        return ret;

    if (*flags & HAS_STRINGS_INLINE) {
        uint64_t at = info + INFO_BYTES;
        ret.version = read_inline(elf, &at);
        if (ret.version.at)
            ret.module = read_inline(elf, &at);
    } else {
        ret.version = read_pointed(elf, info + POINTERS_AT);
        ret.module = read_pointed(elf, info + POINTERS_AT + sizeof(uint64_t));
    }
    if (ret.module.n < module_frames_bytes || ret.module.n > MODULE_BYTES_MAX)
        ret.module = (struct snug_text){0};
    else
        ret.module = (struct snug_text){ret.module.at + module_frames_bytes / 2,
                                        ret.module.n - module_frames_bytes};
    return ret;
}

struct snug_text snug_program_module(const struct snug_elf *elf, uint64_t info)
{
    return read_strings(elf, info).module;
}

/* `go1.22.12`, `go1.27rc1`, `go1.25.3-custom X:exp`, `devel go1.28-5c0d0929 Tue Sep …`. */
static void read_version(struct snug_text version, struct snug_program *ret)
{
    const bool is_devel = snug_text_starts(version, "devel");
    if (!is_devel && !snug_text_starts(version, "go1."))
        return;
    if (version.n >= SNUG_VERSION_BYTES)
        version.n = SNUG_VERSION_BYTES - 1;
    for (size_t i = 0; i < version.n; i++)
        if (version.at[i] < ' ' || version.at[i] > '~')
            return;
    version = snug_text_trim(version);
    (void)snug_text_copy(version, sizeof ret->go_version, ret->go_version); /* It fits. */

    struct snug_text digits = version;
    if (is_devel)
        (void)snug_text_cut(&digits, ' ', &version); /* It is not empty. */
    ret->go_minor = is_devel ? NEWEST_MINOR : 0;
    if (!snug_text_starts(digits, "go1."))
        return;

    const size_t before = sizeof "go1." - 1;
    digits = (struct snug_text){digits.at + before, digits.n - before};
    size_t n = 0;
    while (n < digits.n && digits.at[n] >= '0' && digits.at[n] <= '9')
        n++;
    uint64_t minor;
    if (snug_text_u64((struct snug_text){digits.at, n}, &minor) == 0 && minor <= MINOR_MAX)
        ret->go_minor = (unsigned)minor;
}

/* One of the main module's build settings, `build -buildmode=pie`, with a tab. */
static struct snug_text find_setting(struct snug_text module, const char *name)
{
    struct snug_text line;
    while (snug_text_cut(&module, '\n', &line)) {
        struct snug_text field;
        if (snug_text_cut(&line, '=', &field) && snug_text_equals(field, name))
            return line;
    }
    return (struct snug_text){0};
}

/* What the build settings make of a GODEBUG switch that is on by default:
 * `build DefaultGODEBUG=containermaxprocs=0,updatemaxprocs=0` stands there if go.mod asks
 * for an older Go. Without module information nobody can tell. */
static enum snug_answer read_default(struct snug_text module, const char *name)
{
    if (!module.at)
        return SNUG_MAYBE;
    const enum snug_answer answer =
        snug_variables_godebug(find_setting(module, "build\tDefaultGODEBUG"), name);
    return answer == SNUG_MAYBE ? SNUG_YES : answer;
}

static void read_go(const struct snug_elf *elf, uint64_t info, struct snug_program *ret)
{
    const struct go_strings strings = read_strings(elf, info);
    ret->is_go = true;
    read_version(strings.version, ret);
    const struct snug_text mode = find_setting(strings.module, "build\t-buildmode");
    ret->is_archive = snug_text_equals(mode, "c-archive");
    ret->may_be_archive = ret->is_archive || !mode.n;
    ret->libraries = snug_libraries_find(strings.module, &ret->has_psx);

    if (!ret->go_minor) /* It may be any release. */
        return;
    ret->follows_container = SNUG_NO;
    ret->follows_updates = SNUG_NO;
    if (ret->go_minor < CONTAINER_MINOR)
        return;
    ret->follows_container = read_default(strings.module, "containermaxprocs");
    ret->follows_updates = read_default(strings.module, "updatemaxprocs");
}

/* By the loader's file name: `/lib64/ld-linux-x86-64.so.2`, `/lib/ld-musl-aarch64.so.1`. */
static enum snug_libc libc_of(struct snug_text interpreter)
{
    struct snug_text name = {0};
    while (snug_text_cut(&interpreter, '/', &name))
        continue;
    if (snug_text_starts(name, "ld-linux"))
        return SNUG_LIBC_GLIBC;
    return snug_text_starts(name, "ld-musl") ? SNUG_LIBC_MUSL : SNUG_LIBC_UNKNOWN;
}

static void read_loader(const struct snug_elf *elf, struct snug_program *ret)
{
    const Elf64_Phdr *segment = snug_elf_segment(elf, PT_INTERP);
    ret->is_static = !segment;
    ret->libc = SNUG_LIBC_NONE;
    if (!segment)
        return;

    const char *path = snug_elf_at(elf, segment->p_vaddr, segment->p_filesz);
    struct snug_text interpreter = {path, 0};
    while (path && interpreter.n < segment->p_filesz && path[interpreter.n])
        interpreter.n++;
    /* Too long a path is left empty, and no loader that anyone uses has one. */
    (void)snug_text_copy(interpreter, sizeof ret->interpreter, ret->interpreter);
    if (snug_elf_needed(elf, 0).at)
        ret->libc = libc_of(interpreter);
}

void snug_program_read_loaded(const struct snug_elf *elf, uint64_t info,
                              struct snug_program *ret)
{
    *ret = (struct snug_program){
        .is_known = true,
        .is_pie = elf->is_pie,
    };
    if (!info)
        return;
    /* What C code that is built with 64-bit file offsets calls is the other one. */
    ret->imports_mmap = snug_elf_imports(elf, "mmap") || snug_elf_imports(elf, "mmap64");
    read_go(elf, info, ret);
}

void snug_program_read(const struct snug_elf *elf, uint64_t info, struct snug_program *ret)
{
    snug_program_read_loaded(elf, info, ret);
    read_loader(elf, ret);
}

void snug_program_assume(struct snug_program *ret)
{
    *ret = (struct snug_program){
        .is_known = true,
        .is_assumed = true,
        .is_go = true,
        .imports_mmap = true,
        .libc = SNUG_LIBC_GLIBC,
        .go_minor = NEWEST_MINOR,
        .follows_container = SNUG_YES,
        .follows_updates = SNUG_YES,
    };
}
