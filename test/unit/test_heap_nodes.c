/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a process's mappings counts as a Go heap, and which of its pages have a node: by
 * mappings of the test's own. What the process has besides, a sanitizer's, is there before.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/cli/subject/heap_nodes.h"
#include "suite.h"

#define MIB ((size_t)1 << 20)

static const size_t arena_bytes = 64 * MIB;

static char *at; /* Three arenas' room, in which nothing is mapped. */
static struct snug_heap_nodes before;
static struct snug_heap_nodes after;

static void set_up(void)
{
    char *const room = mmap(NULL, 5 * arena_bytes, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(room, MAP_FAILED);
    ck_assert_int_eq(munmap(room, 5 * arena_bytes), 0);
    at = room + arena_bytes; /* With nothing right before or behind. */
    at += (arena_bytes - (uintptr_t)at % arena_bytes) % arena_bytes;
    snug_heap_nodes_read(getpid(), &before);
}

static void map(size_t from, size_t n_bytes, int rights, int flags)
{
    ck_assert_ptr_eq(
        mmap(at + from, n_bytes, rights, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
        at + from);
}

/* In MiB. */
static const struct {
    const char *label;
    size_t reserved[2]; /* From where, and how many. */
    size_t used[2];
    int rights;
    int flags;
    size_t is_heap;
} rows[] = {
    {"the first chunks of an arena",
     {0, 64},
     {0, 8},
     PROT_READ | PROT_WRITE,
     MAP_PRIVATE,
     8},
    {"chunks inside", {0, 64}, {20, 12}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 12},
    {"a whole arena", {0, 64}, {0, 64}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 64},
    {"across two arenas", {0, 128}, {48, 32}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 32},
    {"no arena around it", {0, 0}, {16, 32}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0},
    {"part of an arena", {0, 60}, {0, 8}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0},
    {"an arena without its beginning",
     {4, 60},
     {8, 8},
     PROT_READ | PROT_WRITE,
     MAP_PRIVATE,
     0},
    {"the second arena is not there",
     {0, 64},
     {48, 32},
     PROT_READ | PROT_WRITE,
     MAP_PRIVATE,
     0},
    {"no whole chunk at its end", {0, 64}, {0, 7}, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0},
    {"no whole chunk at its start",
     {0, 64},
     {1, 7},
     PROT_READ | PROT_WRITE,
     MAP_PRIVATE,
     0},
    {"read only", {0, 64}, {0, 8}, PROT_READ, MAP_PRIVATE, 0},
    {"shared", {0, 64}, {0, 8}, PROT_READ | PROT_WRITE, MAP_SHARED, 0},
};

START_TEST(arenas_are_known_by_their_shape)
{
    if (rows[_i].reserved[1])
        map(rows[_i].reserved[0] * MIB, rows[_i].reserved[1] * MIB, PROT_NONE,
            MAP_PRIVATE | MAP_NORESERVE);
    map(rows[_i].used[0] * MIB, rows[_i].used[1] * MIB, rows[_i].rights, rows[_i].flags);
    snug_heap_nodes_read(getpid(), &after);
    ck_assert_msg(after.heap_bytes - before.heap_bytes == rows[_i].is_heap * MIB,
                  "%s: %llu", rows[_i].label,
                  (unsigned long long)(after.heap_bytes - before.heap_bytes));
}
END_TEST

START_TEST(what_is_reserved_is_private_and_closed)
{
    map(0, arena_bytes, PROT_READ, MAP_PRIVATE | MAP_NORESERVE);
    map(0, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    snug_heap_nodes_read(getpid(), &after);
    ck_assert_uint_eq(after.heap_bytes, before.heap_bytes);
    map(8 * MIB, arena_bytes - 8 * MIB, PROT_NONE, MAP_SHARED | MAP_NORESERVE);
    snug_heap_nodes_read(getpid(), &after);
    ck_assert_uint_eq(after.heap_bytes, before.heap_bytes);
}
END_TEST

/* Each arena has 16 chunks, of which every other one is used. */
START_TEST(no_range_is_left_out_however_many_there_are)
{
    enum { N_ARENAS = 640 };
    const size_t n_bytes = N_ARENAS * arena_bytes;
    /* What lies where the kernel's break is has a name, "[heap]". Valgrind puts there what
     * has no wish. */
    char *const wish = (char *)0x400000000;
    char *const all = mmap(wish, n_bytes + arena_bytes, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED)
        return; /* A sanitizer, or an emulator, has too little room. */
    char *const start = all + (-(uintptr_t)all & (arena_bytes - 1));
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i += 8 * MIB)
        n += mmap(start + i, 4 * MIB, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                  0) != MAP_FAILED;
    snug_heap_nodes_read(getpid(), &after);
    (void)munmap(all, n_bytes + arena_bytes);
    ck_assert_uint_gt(n, 4096);
    ck_assert_uint_eq(after.heap_bytes - before.heap_bytes, n * 4 * MIB);
}
END_TEST

START_TEST(pages_in_memory_have_a_node)
{
    unsigned n = 0;
    if (!before.is_known || before.heap_bytes)
        return; /* The kernel has no NUMA, or a sanitizer has something like a heap. */
    map(0, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
    map(0, 16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ck_assert_int_eq(madvise(at, 16 * MIB, MADV_NOHUGEPAGE), 0);
    snug_heap_nodes_read(getpid(), &after);
    if (!after.is_known && after.error == ENOSYS)
        return; /* QEMU's user-mode emulation has no such call. */
    ck_assert(after.is_known);
    ck_assert_uint_eq(after.n_pages, 0);
    ck_assert_uint_eq(after.n_asked, 4096);

    memset(at, 1, 2 * MIB);
    snug_heap_nodes_read(getpid(), &after);
    ck_assert_uint_eq(after.n_pages, 512);
    ck_assert_uint_eq(after.n_asked, 4096);

    memset(at, 1, 12 * MIB);
    snug_heap_nodes_read(getpid(), &after);
    ck_assert_uint_eq(after.n_pages, 384);
    ck_assert_uint_eq(after.n_asked, 512);
    for (unsigned i = 0; i < SNUG_NODES_MAX; i++)
        n += after.on_node[i];
    ck_assert_uint_eq(n, after.n_pages);
}
END_TEST

START_TEST(of_no_process_nothing_is_known)
{
    snug_heap_nodes_read(4194305, &after);
    ck_assert(!after.is_known);
    ck_assert_int_ne(after.error, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heap_nodes");
    TCase *heap = tcase_create("heap");
    tcase_add_checked_fixture(heap, set_up, NULL);
    tcase_add_loop_test(heap, arenas_are_known_by_their_shape, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(heap, what_is_reserved_is_private_and_closed);
    tcase_add_test(heap, no_range_is_left_out_however_many_there_are);
    tcase_add_test(heap, pages_in_memory_have_a_node);
    tcase_add_test(heap, of_no_process_nothing_is_known);
    suite_add_tcase(suite, heap);
    return suite_run(suite);
}
