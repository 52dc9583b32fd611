/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What mappings are taken for: lines as they stood in /proc/PID/maps.
 */
#include "snug/cli/subject/regions.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"

/* Where glibc's heaps are, and what stands there. */
static const struct {
    uint64_t at;
    uint64_t word[4];
} heaps[] = {
    {0x7f7350000000, {0x7f7350000030, 0, 0x21000, 0x21000}},
    {0x7f7354000000, {0x7f7350000030, 0x7f7350000000, 0x4000000, 0x4000000}},
    {0x7f7358000000, {0x7f7358000020, 0, 0x21000, 0x21000}},
    {0x7f7368000000, {0x7f7368000030, 0, 0x4000001, 0x4000001}}, /* Too large. */
};

static bool read_heap(void *from, uint64_t address, void *ret, size_t n_bytes)
{
    (void)from;
    memset(ret, 0, n_bytes);
    for (size_t i = 0; i < sizeof heaps / sizeof *heaps; i++)
        if (heaps[i].at == address)
            memcpy(ret, heaps[i].word, sizeof heaps[i].word);
    return address != 0x7f7378000000;
}

static const struct row {
    const char *label;
    bool is_go;
    const char *maps;
    const char *kinds; /* A letter each: closed, other, Go, brk, an arena, stack. */
    unsigned n_arenas;
} rows[] = {
    {"nothing", true, "", "", 0},
    {"files and the kernel's own", true,
     "00400000-0049d000 r-xp 00000000 fe:00 9978052   /bin/service\n"
     "7f0000000000-7f0000001000 rw-s 00000000 00:01 9   /dev/zero (deleted)\n"
     "7f0000001000-7f0000002000 rw-s 00000000 00:00 0\n"
     "7ff88e59f000-7ff88e5a3000 r--p 00000000 00:00 0    [vvar]\n"
     "no line\n\n00579000 rw-p 00000000 00:00 0\n00579000-00578000 rw-p 00000000 00:00 0\n",
     "", 0},
    {"Go 1.22's heap", true,
     "c000000000-c000400000 rw-p 00000000 00:00 0 \n"
     "c000400000-c004000000 ---p 00000000 00:00 0 \n",
     "gc", 0},
    {"Go 1.27's, named and not", true,
     "2777a4000000-2777a4800000 ---p 00000000 00:00 0 \n"
     "2777a4800000-2777aa400000 rw-p 00000000 00:00 0    [anon: Go: heap]\n"
     "2777aa400000-2777ac000000 ---p 00000000 00:00 0    [anon: Go: heap reservation]\n",
     "cgc", 0},
    {"the same of no Go program", false,
     "c000000000-c000400000 rw-p 00000000 00:00 0 \n"
     "c000400000-c004000000 ---p 00000000 00:00 0 \n",
     "oc", 0},
    {"a reservation that ends elsewhere", true,
     "7ff847b00000-7ff849c00000 rw-p 00000000 00:00 0 \n"
     "7ff849c00000-7ff85eaef000 ---p 00000000 00:00 0 \n",
     "oc", 0},
    {"heaps of malloc, the second full", true,
     "33854000-33875000 rw-p 00000000 00:00 0    [heap]\n"
     "7f7350000000-7f7350021000 rw-p 00000000 00:00 0 \n"
     "7f7350021000-7f7354000000 ---p 00000000 00:00 0 \n"
     "7f7354000000-7f7358021000 rw-p 00000000 00:00 0 \n"
     "7f7358021000-7f735c000000 ---p 00000000 00:00 0 \n",
     "bacac", 2},
    {"what only lies where heaps do", false,
     "7f7368000000-7f7368021000 rw-p 00000000 00:00 0 \n"
     "7f7368021000-7f736c000000 ---p 00000000 00:00 0 \n"
     "7f7378000000-7f7378021000 rw-p 00000000 00:00 0 \n",
     "oco", 0},
    {"stacks with guards", true,
     "7f73655fc000-7f73655fd000 ---p 00000000 00:00 0 \n"
     "7f73655fd000-7f7365dfd000 rw-p 00000000 00:00 0 \n"
     "7f7365dfd000-7f7365dff000 ---p 00000000 00:00 0 \n"
     "7f7365dff000-7f7365e20000 rw-p 00000000 00:00 0 \n"
     "7ffd1cf07000-7ffd1cf28000 rw-p 00000000 00:00 0    [stack]\n",
     "cscss", 0},
    {"what is too small, too large, behind too large a guard", true,
     "7ff88e43f000-7ff88e4e6000 ---p 00000000 00:00 0 \n"
     "7ff88e4e6000-7ff88e4f7000 rw-p 00000000 00:00 0 \n"
     "7ff88e4f7000-7ff88e4f8000 ---p 00000000 00:00 0 \n"
     "7ff88e4f8000-7ff88e4fa000 rw-p 00000000 00:00 0 \n"
     "7ff890000000-7ff890001000 ---p 00000000 00:00 0 \n"
     "7ff890001000-7ff8a0001001 rw-p 00000000 00:00 0 \n",
     "cococo", 0},
};

START_TEST(mappings_are_told_apart)
{
    static const char letters[] = "cogbas";
    const struct row *row = &rows[_i];
    struct snug_regions regions;
    const int fd = memfd_create("maps", 0);
    ck_assert(fd >= 0);
    ck_assert_int_eq(write(fd, row->maps, strlen(row->maps)), (ssize_t)strlen(row->maps));
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    ck_assert_int_eq(snug_regions_read(fd, row->is_go, read_heap, NULL, &regions), 0);
    char kinds[64] = "";
    for (size_t i = 0; i < regions.n; i++)
        kinds[i] = letters[regions.region[i].kind];
    ck_assert_msg(strcmp(kinds, row->kinds) == 0, "%s: %s", row->label, kinds);
    ck_assert_msg(regions.n_arenas == row->n_arenas, "%s: %u", row->label,
                  regions.n_arenas);
    snug_regions_close(&regions);
    close(fd);
}
END_TEST

START_TEST(more_mappings_than_linux_allows_are_too_many)
{
    struct snug_regions regions;
    const int fd = memfd_create("maps", 0);
    FILE *out = fdopen(dup(fd), "w");
    ck_assert_ptr_nonnull(out);
    for (unsigned i = 1; i <= (1u << 16) + 1; i++)
        fprintf(out, "%x000-%x001 rw-p 00000000 00:00 0\n", i, i);
    fclose(out);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    ck_assert_int_lt(snug_regions_read(fd, true, read_heap, NULL, &regions), 0);
    snug_regions_close(&regions);
    ck_assert_int_lt(snug_regions_read(-1, true, read_heap, NULL, &regions), 0);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regions");
    TCase *tcase = tcase_create("regions");
    tcase_add_loop_test(tcase, mappings_are_told_apart, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, more_mappings_than_linux_allows_are_too_many);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
