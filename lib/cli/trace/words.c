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
#include <unistd.h>

#include "snug/base/file.h"
#include "snug/cli/subject/loaded.h"
#include "snug/cli/subject/rights.h"
#include "snug/facts/pacer.h"

enum { WORD_BYTES = sizeof(uint64_t) };

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

static bool read_header(void *from, uint64_t address, uint8_t *ret)
{
    const struct snug_loaded *program = from;
    return read_at(program->memory, address, ret, SNUG_MODULE_HEADER_BYTES);
}

static bool has_module(struct snug_loaded *program, void *ret_module)
{
    return snug_module_find_in(&program->elf, read_header, program, ret_module) == 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Of a word that is shown; 0 for NULL. */
static uint64_t address_of(uint64_t start, const uint8_t *shown, const volatile void *word)
{
    return word ? start + ((uintptr_t)word - (uintptr_t)shown) : 0;
}

static unsigned find(struct snug_loaded *program, unsigned go_minor, uint64_t limit_bytes,
                     struct snug_words *ret)
{
    struct snug_module module;
    struct snug_pacer pacer;
    if (!snug_loaded_search(program, has_module, &module))
        return 0;
    const uint64_t start = module.zeroed & -(uint64_t)WORD_BYTES;
    if (module.zeroed_end < start)
        return 0;
    module.zeroed_end = least(module.zeroed_end, start + SNUG_PACER_BYTES);
    const uint64_t n_bytes = module.zeroed_end - start;
    snug_loaded_hide(program);
    if (!snug_loaded_show(program, start - program->elf.bias, n_bytes))
        return 0;
    const uint8_t *shown = snug_elf_at(&program->elf, start - program->elf.bias, n_bytes);
    const unsigned n =
        snug_pacer_find(&program->elf, &module, go_minor, limit_bytes, &pacer);
    if (n == 1) {
        ret->limit = address_of(start, shown, pacer.limit);
        ret->live = address_of(start, shown, pacer.live);
        ret->ready = address_of(start, shown, pacer.ready);
        ret->gogc = address_of(start, shown, pacer.gogc);
        ret->cleared = module.cleared;
        ret->cleared_end = module.cleared_end;
    }
    return n;
}

const char *snug_words_find(pid_t program, unsigned go_minor, uint64_t limit_bytes,
                            struct snug_words *ret)
{
    static struct snug_loaded loaded;
    const struct snug_root process = snug_rights_root((int)program);
    *ret = (struct snug_words){.memory = open_memory(program)};
    if (ret->memory < 0)
        return "follow: no memory: that of the program may not be written";
    const unsigned n = snug_loaded_open(&process, ret->memory, &loaded) == 0
                           ? find(&loaded, go_minor, limit_bytes, ret)
                           : 0;
    snug_loaded_close(&loaded);
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
