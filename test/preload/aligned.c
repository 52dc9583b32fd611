/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Large mappings under span.align: aligned BYTES. Each lies at a multiple of BYTES, is zero
 * and no longer than asked for, and when all are unmapped the address space is as large as
 * it was. What is no plain new memory, or too short, is as ever.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, N = 40, ODD_ERRNO = 77 };
enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static bool has_failed;

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    puts(text);
    has_failed = true;
}

static size_t address_space(void)
{
    size_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    claim(statm && fscanf(statm, "%zu", &pages) == 1, "no statm");
    fclose(statm);
    return pages * PAGE;
}

static int count_mappings(void)
{
    int ret = 0;
    int c;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && (c = fgetc(maps)) != EOF)
        ret += c == '\n';
    fclose(maps);
    return ret;
}

int main(int argc, char **argv)
{
    const size_t align = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    static char *at[N];
    static size_t n_bytes[N];
    (void)address_space(); /* Its buffers are there from now on. */
    const size_t bytes_before = address_space();
    const int n_before = count_mappings();

    size_t mapped = 0;
    errno = ODD_ERRNO;
    for (int i = 0; i < N; i++) {
        n_bytes[i] = align + (size_t)i * (align / 8) + (i % 3 ? 1 : 0);
        at[i] = mmap(NULL, n_bytes[i], RW, ANON, -1, 0);
        claim(at[i] != MAP_FAILED && errno == ODD_ERRNO, "no mapping, or another errno");
        claim((uintptr_t)at[i] % align == 0, "not aligned");
        claim(!at[i][0] && !at[i][n_bytes[i] - 1], "not zero");
        memset(at[i], i, PAGE);
        mapped += (n_bytes[i] + PAGE - 1) / PAGE * PAGE;
    }
    claim(address_space() == bytes_before + mapped, "more is mapped than asked for");
    for (int i = 0; i < N; i++)
        claim(munmap(at[i], n_bytes[i]) == 0, "not unmapped");
    claim(address_space() == bytes_before, "something is left behind");
    claim(count_mappings() == n_before, "mappings are left behind");

    /* A hint and a fixed address are the caller's. */
    char *room = mmap(NULL, 4 * align, PROT_NONE, ANON, -1, 0);
    char *odd = (char *)((uintptr_t)room / align * align + align + PAGE);
    claim(mmap(odd, align, RW, ANON | MAP_FIXED, -1, 0) == odd, "fixed and moved");
    claim(munmap(room, 4 * align) == 0, "not unmapped");
    claim(mmap(odd, align, RW, ANON, -1, 0) == odd, "a hint that was free is not taken");
    claim(munmap(odd, align) == 0, "not unmapped");

    /* Too much is refused as ever. */
    errno = 0;
    claim(mmap(NULL, SIZE_MAX / 2, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM,
          "too much is not refused");
    return has_failed;
}
