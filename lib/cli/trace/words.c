/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The program's memory is opened once, and stays that program's: after an exec there is
 * nothing behind the descriptor any more, so no word of another program is ever written.
 * Nor does it need the privileges later that opening takes.
 *
 * A store is eight bytes that the kernel copies. Were the runtime to see some of the old
 * and some of the new ones, it would begin one collection at another moment.
 */
#include "snug/cli/trace/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/base/file.h"
#include "snug/base/root.h"
#include "snug/cli/subject/loaded.h"
#include "snug/facts/pacer.h"

enum {
    HEADERS_MAX = 128,
    WORD_BYTES = sizeof(uint64_t),
    WINDOW_BYTES = SNUG_PACER_BYTES + (64 << 10),
    /* What describes a module may lie across the end of a window. */
    OVERLAP_BYTES = 4 << 10,
    SEARCHED_BYTES = 64 << 20,
};

/* A part of the program's memory, as an image that can be searched: the program's segments,
 * of which nothing is here, and one more for the part. */
struct copy {
    int memory;
    uint8_t *window;
    struct snug_elf elf;
    Elf64_Phdr phdr[HEADERS_MAX + 1];
    uint64_t file_bytes[HEADERS_MAX]; /* Of each segment. */
};

static int open_memory(pid_t program)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)program);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd < 0 ? -errno : snug_file_lift(fd);
}

static bool read_at(int memory, uint64_t address, void *ret, size_t n_bytes)
{
    return pread(memory, ret, n_bytes, (off_t)address) == (ssize_t)n_bytes;
}

static bool read_headers(pid_t program, struct copy *ret)
{
    const struct snug_root process = snug_root_of_process((int)program);
    uint64_t headers;
    uint64_t n;
    if (snug_loaded_find(&process, ret->memory, &headers, &n) < 0 || n > HEADERS_MAX ||
        !read_at(ret->memory, headers, ret->phdr, n * sizeof *ret->phdr) ||
        snug_elf_from_memory(ret->phdr, n, &ret->elf) < 0)
        return false;
    ret->elf.bias += headers - (uintptr_t)ret->phdr; /* There, not here. */
    ret->elf.n_phdr = n + 1;
    ret->elf.file = ret->window;
    ret->elf.file_bytes = WINDOW_BYTES;
    for (size_t i = 0; i < n; i++) {
        ret->file_bytes[i] = ret->phdr[i].p_filesz;
        ret->phdr[i].p_filesz = 0;
    }
    return true;
}

/* Brings a part into the window. Words of it are words of the window. */
static bool show(struct copy *copy, uint64_t vaddr, size_t n_bytes)
{
    copy->phdr[copy->elf.n_phdr - 1] = (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_W,
        .p_vaddr = vaddr,
        .p_filesz = n_bytes,
        .p_memsz = n_bytes,
    };
    return read_at(copy->memory, copy->elf.bias + vaddr, copy->window, n_bytes);
}

static bool read_header(void *from, uint64_t address, uint8_t *ret)
{
    const struct copy *copy = from;
    return read_at(copy->memory, address, ret, SNUG_MODULE_HEADER_BYTES);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool find_module_in(struct copy *copy, uint64_t start, uint64_t end,
                           struct snug_module *ret)
{
    uint64_t n_bytes;
    for (uint64_t at = start; at < end; at += n_bytes - OVERLAP_BYTES) {
        n_bytes = least(end - at, WINDOW_BYTES);
        if (show(copy, at, n_bytes) &&
            snug_module_find_in(&copy->elf, read_header, copy, ret) == 0)
            return true;
        if (n_bytes <= OVERLAP_BYTES)
            break;
    }
    return false;
}

static bool find_module(struct copy *copy, struct snug_module *ret)
{
    uint64_t left = SEARCHED_BYTES;
    for (size_t i = 0; i + 1 < copy->elf.n_phdr; i++) {
        const Elf64_Phdr *segment = &copy->phdr[i];
        uint64_t end;
        const uint64_t n_bytes = least(left, copy->file_bytes[i]);
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W) ||
            __builtin_add_overflow(segment->p_vaddr, n_bytes, &end))
            continue;
        left -= n_bytes;
        if (find_module_in(copy, segment->p_vaddr & -(uint64_t)WORD_BYTES, end, ret))
            return true;
    }
    return false;
}

/* Of a word of the window; 0 for NULL. */
static uint64_t address_of(const struct copy *copy, const volatile void *word)
{
    const Elf64_Phdr *shown = &copy->phdr[copy->elf.n_phdr - 1];
    return word ? copy->elf.bias + shown->p_vaddr +
                      ((uintptr_t)word - (uintptr_t)copy->window)
                : 0;
}

static unsigned find(pid_t program, unsigned go_minor, uint64_t limit_bytes,
                     struct copy *copy, struct snug_words *ret)
{
    struct snug_module module;
    struct snug_pacer pacer;
    if (!read_headers(program, copy) || !find_module(copy, &module))
        return 0;
    const uint64_t start = module.zeroed & -(uint64_t)WORD_BYTES;
    if (module.zeroed_end < start)
        return 0;
    module.zeroed_end = least(module.zeroed_end, start + SNUG_PACER_BYTES);
    if (!show(copy, start - copy->elf.bias, module.zeroed_end - start))
        return 0;
    const unsigned n = snug_pacer_find(&copy->elf, &module, go_minor, limit_bytes, &pacer);
    if (n == 1) {
        ret->limit = address_of(copy, pacer.limit);
        ret->live = address_of(copy, pacer.live);
        ret->ready = address_of(copy, pacer.ready);
        ret->gogc = address_of(copy, pacer.gogc);
        ret->cleared = module.cleared;
        ret->cleared_end = module.cleared_end;
    }
    return n;
}

const char *snug_words_find(pid_t program, unsigned go_minor, uint64_t limit_bytes,
                            struct snug_words *ret)
{
    static struct copy copy;
    *ret = (struct snug_words){.memory = open_memory(program)};
    if (ret->memory < 0)
        return "follow: no memory: that of the program may not be written";
    copy.memory = ret->memory;
    copy.window = mmap(NULL, WINDOW_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned n = 0;
    if (copy.window != MAP_FAILED) {
        n = find(program, go_minor, limit_bytes, &copy, ret);
        (void)munmap(copy.window, WINDOW_BYTES); /* It was mapped. */
    }
    if (n != 1)
        snug_words_close(ret);
    return snug_pacer_words(n);
}

bool snug_words_read(const struct snug_words *words, uint64_t address, uint64_t *ret)
{
    return words->memory >= 0 && address &&
           read_at(words->memory, address, ret, sizeof *ret);
}

bool snug_words_copy(void *from, uint64_t address, void *ret, size_t n_bytes)
{
    const struct snug_words *words = from;
    return words->memory >= 0 && read_at(words->memory, address, ret, n_bytes);
}

bool snug_words_write(const struct snug_words *words, uint64_t limit_bytes)
{
    return words->memory >= 0 && pwrite(words->memory, &limit_bytes, sizeof limit_bytes,
                                        (off_t)words->limit) == sizeof limit_bytes;
}

void snug_words_close(struct snug_words *words)
{
    if (words->memory >= 0)
        (void)close(words->memory); /* What was written is there. */
    words->memory = -1;
}
