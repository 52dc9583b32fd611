/* SPDX-License-Identifier: LGPL-2.1-or-later
 * To search is most of the work, and of one file it gives the same place each time. The
 * account itself is proved wherever it is looked at.
 */
#include "snug/cli/subject/account.h"

#include <errno.h>
#include <unistd.h>

#include "snug/cli/subject/fingerprint.h"
#include "snug/cli/subject/loaded.h"
#include "snug/cli/subject/mapped.h"
#include "snug/cli/subject/sections.h"

enum { KEPT_MAX = 32, FIRST_MINOR = 19 };

/* As if the file were loaded at 0. */
struct kept {
    struct snug_fingerprint file;
    struct snug_memstats_place place;
};

struct shelf {
    unsigned n; /* Ever put there: the oldest goes first. */
    struct kept kept[KEPT_MAX];
};

static struct shelf shelf;

bool snug_account_read_memory(void *from, uint64_t address, void *ret, size_t n_bytes)
{
    const int *memory = from;
    return pread(*memory, ret, n_bytes, (off_t)address) == (ssize_t)n_bytes;
}

static const struct kept *find_kept(const struct snug_fingerprint *file)
{
    for (unsigned i = 0; i < KEPT_MAX && i < shelf.n; i++)
        if (snug_fingerprint_equals(&shelf.kept[i].file, file))
            return &shelf.kept[i];
    return NULL;
}

/* Where the program has its variables without pointers; 0 if its file does not say. */
static bool find_variables(const struct snug_executable *executable, uint64_t *ret_start,
                           uint64_t *ret_end)
{
    struct snug_mapped file;
    if (executable->fd < 0 || snug_mapped_open(executable->fd, &file) < 0)
        return false;
    struct snug_elf elf;
    const bool is_found =
        snug_elf_from_file(file.bytes, file.n_bytes, &elf) == 0 &&
        snug_sections_range(file.bytes, file.n_bytes, ".noptrbss", ret_start, ret_end);
    return snug_mapped_close(&file) && is_found;
}

/* NULL, or why not. */
static const char *say(int r)
{
    if (r == -EIO)
        return "its memory cannot be read";
    if (r == -EAGAIN)
        return "its heap changes too fast to be seen from outside";
    return r < 0 ? "its runtime's account was not found" : NULL;
}

static const char *say_release(unsigned minor)
{
    if (!minor)
        return "its Go release is not known";
    return minor < FIRST_MINOR ? "how Go before 1.19 counts is not known here"
                               : "how Go above 1.27 counts is not known here yet";
}

static struct snug_memstats_place move(struct snug_memstats_place place, uint64_t bias)
{
    return (struct snug_memstats_place){place.controller + bias, place.memstats + bias};
}

const char *snug_account_read(const struct snug_subject *subject,
                              const struct snug_root *process, int memory,
                              struct snug_memstats *ret)
{
    static struct snug_loaded image;
    const unsigned minor = subject->facts.program.go_minor;
    struct snug_fingerprint file;
    struct snug_memstats_place place;
    uint64_t start;
    uint64_t end;
    if (!snug_memstats_knows(minor))
        return say_release(minor);
    const bool has_file = snug_fingerprint_read(subject->executable.fd, &file);
    const struct kept *const kept = has_file ? find_kept(&file) : NULL;
    if (!kept && !find_variables(&subject->executable, &start, &end))
        return "its file does not say where its variables are";
    int r = snug_loaded_open(process, memory, &image);
    const uint64_t bias = r < 0 ? 0 : image.elf.bias;
    snug_loaded_close(&image);
    if (r < 0)
        return "it is not known where it was loaded";
    if (kept) {
        place = move(kept->place, bias);
    } else {
        r = snug_memstats_find(minor, start + bias, end + bias, snug_account_read_memory,
                               &memory, &place);
        if (r == 0 && has_file)
            shelf.kept[shelf.n++ % KEPT_MAX] = (struct kept){file, move(place, -bias)};
    }
    if (r == 0)
        r = snug_memstats_look(minor, &place, snug_account_read_memory, &memory, ret);
    return say(r);
}
