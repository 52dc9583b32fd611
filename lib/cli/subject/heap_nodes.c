/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By move_pages(2), which moves nothing if it is given no nodes, and tells where each page
 * is. The kernel holds the lock of the mappings for 16 pages at a time (mm/migrate.c,
 * DO_PAGES_STAT_CHUNK_NR). numa_maps and smaps hold it for a whole mapping each. A page
 * that NUMA balancing has made to fault has no node here on Linux 6.1 to 6.5.
 */
#include "snug/cli/subject/heap_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/apply/trial.h"
#include "snug/base/sys.h"

enum {
    PAGE_BYTES = 4096, /* A step; any page size has its nodes. */
    N_FEW = 512,       /* Pages to ask about; */
    N_MANY = 4096,     /* where most of those are not in memory. */
    N_ENOUGH = 128,
    STEP = 1024,
    LINE_BYTES = 8192,
};

static const uint64_t arena_bytes = 64 << 20; /* That Go reserves, and of which */
static const uint64_t chunk_bytes = 4 << 20;  /* so many become its heap. */

struct range {
    uint64_t start;
    uint64_t n_bytes;
};

struct heap {
    uint64_t n_bytes;
    size_t n;
    struct range *range;
    /* Of what lies without a gap behind each other, where it ends so far; and which ranges
     * are in it. */
    uint64_t start;
    uint64_t end;
    size_t first;
};

struct mapping {
    uint64_t start;
    uint64_t end;
    bool is_heaps; /* Private and of no file: heap, or reserved for it. */
    bool is_used;
};

/* `c000000000-c000400000 rw-p 00000000 00:00 0`, perhaps with a name `[anon: Go: heap]`. */
static bool parse(struct snug_text line, struct mapping *ret)
{
    struct snug_text range;
    struct snug_text first;
    struct snug_text rights;
    struct snug_text device;
    struct snug_text word;
    if (!snug_text_cut_word(&line, &range) || !snug_text_cut_word(&line, &rights) ||
        !snug_text_cut_word(&line, &word) || !snug_text_cut_word(&line, &device) ||
        !snug_text_cut_word(&line, &word) || !snug_text_cut(&range, '-', &first) ||
        snug_text_hex(first, &ret->start) < 0 || snug_text_hex(range, &ret->end) < 0)
        return false;
    const bool has_name = snug_text_cut_word(&line, &word);
    ret->is_used = snug_text_equals(rights, "rw-p");
    ret->is_heaps = (ret->is_used || snug_text_equals(rights, "---p")) &&
                    snug_text_equals(device, "00:00") &&
                    (!has_name || snug_text_starts(word, "[anon:"));
    return true;
}

/* An arena is reserved as a whole: of a range all arenas that it touches are there. */
static void end_run(struct heap *heap)
{
    size_t n = heap->first;
    for (size_t i = heap->first; i < heap->n; i++) {
        const struct range range = heap->range[i];
        const uint64_t end = range.start + range.n_bytes + arena_bytes - 1;
        if (range.start / arena_bytes * arena_bytes < heap->start ||
            end / arena_bytes * arena_bytes > heap->end)
            continue;
        heap->n_bytes += range.n_bytes;
        heap->range[n++] = range;
    }
    heap->n = heap->first = n;
}

/* There may be as many as the kernel allows a process mappings. */
static int add(const struct mapping *mapping, struct heap *heap)
{
    if (heap->n % STEP == 0) {
        struct range *const larger =
            reallocarray(heap->range, heap->n + STEP, sizeof *larger);
        if (!larger)
            return -ENOMEM;
        heap->range = larger;
    }
    heap->range[heap->n++] = (struct range){mapping->start, mapping->end - mapping->start};
    return 0;
}

/* Both ends are whole chunks. */
static int take(const struct mapping *mapping, struct heap *heap)
{
    if (!mapping->is_heaps || mapping->start != heap->end) {
        end_run(heap);
        heap->start = mapping->start;
    }
    heap->end = mapping->end;
    const bool is_range = mapping->is_heaps && mapping->is_used &&
                          mapping->start % chunk_bytes == 0 &&
                          mapping->end % chunk_bytes == 0;
    return is_range ? add(mapping, heap) : 0;
}

static int find_heap(int pid, struct heap *heap)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%d/maps", pid);
    *heap = (struct heap){0};
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, path);
    if (fd < 0)
        return fd;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    struct mapping mapping;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG) {
        r = r > 0 && parse(line, &mapping) ? take(&mapping, heap) : 0;
        if (r < 0)
            return r;
    }
    end_run(heap);
    return r;
}

/* `n` addresses, equally far from each other. */
static void choose(const struct heap *heap, unsigned n, const void **ret)
{
    const uint64_t step = heap->n_bytes / n;
    const struct range *range = heap->range;
    uint64_t before = 0; /* The heap's bytes below `range`. */
    for (unsigned i = 0; i < n; i++) {
        const uint64_t at = i * step + step / 2;
        while (at - before >= range->n_bytes)
            before += range++->n_bytes;
        const uint64_t address = range->start + (at - before);
        ret[i] = (const void *)(uintptr_t)(address - address % PAGE_BYTES);
    }
}

struct question {
    int pid;
    unsigned n;
    const void *page[N_MANY];
    int node[N_MANY];
};

static long ask(struct question *question)
{
    return snug_sys_any(SYS_move_pages, question->pid, (long)question->n,
                        (long)question->page, 0, (long)question->node, 0);
}

static int ask_nothing(const void *pid)
{
    return (int)snug_sys_any(SYS_move_pages, *(const int *)pid, 0, 0, 0, 0, 0);
}

static void count(const struct question *question, struct snug_heap_nodes *ret)
{
    for (unsigned i = 0; i < question->n; i++) {
        const int node = question->node[i];
        if (node < 0 || node >= SNUG_NODES_MAX)
            continue; /* Not in memory, mostly. */
        ret->on_node[node]++;
        ret->n_pages++;
    }
}

void snug_heap_nodes_read(int pid, struct snug_heap_nodes *ret)
{
    struct heap heap;
    static struct question question;
    long r = find_heap(pid, &heap);
    *ret = (struct snug_heap_nodes){.heap_bytes = heap.n_bytes};
    /* A filter may kill for it. */
    if (r == 0 && snug_trial_is_filtered())
        r = snug_sys_ask_child(ask_nothing, &pid);
    question.pid = pid;
    for (question.n = N_FEW; r == 0 && heap.n && ret->n_pages < N_ENOUGH;
         question.n = N_MANY) {
        *ret = (struct snug_heap_nodes){.heap_bytes = heap.n_bytes};
        choose(&heap, question.n, question.page);
        ret->n_asked = question.n;
        r = ask(&question);
        if (r == 0)
            count(&question, ret);
        if (question.n == N_MANY)
            break;
    }
    free(heap.range);
    ret->is_known = r == 0;
    ret->error = (int)-r;
}
