/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Maps ranges of random lengths, looks at every byte, fills them and unmaps them: zero
 * CYCLES [BYTES]. Every byte must be zero, and the address space must never hold more than
 * what is mapped, what it held at first, and BYTES. Prints the most that it held beyond.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, N_RANGES = 24, PAGES_MAX = 256 };

static uint64_t seed = 88172645463325252u;
static struct {
    char *at;
    size_t n_bytes;
} ranges[N_RANGES];

static uint64_t draw(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* As many short ones as long ones; one in a hundred is longer than a range can be. */
static size_t draw_length(void)
{
    if (!draw(100))
        return (PAGES_MAX + 1) * PAGE;
    const size_t most = (size_t)PAGE << draw(9);
    return most - (draw(2) ? draw(most / 2) : 0);
}

static bool is_zero(const char *at, size_t n_bytes)
{
    static const char zeroes[PAGE];
    for (size_t i = 0; i < n_bytes; i += PAGE)
        if (memcmp(at + i, zeroes, PAGE) != 0)
            return false;
    return true;
}

static size_t address_space(void)
{
    static int fd = -1;
    char text[64] = "";
    if (fd < 0)
        fd = open("/proc/self/statm", O_RDONLY);
    return pread(fd, text, sizeof text - 1, 0) > 0 ? strtoul(text, NULL, 10) * PAGE : 0;
}

int main(int argc, char **argv)
{
    const long n_cycles = argc > 1 ? atol(argv[1]) : 0;
    const size_t bound = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (n_cycles < 1)
        return 2;
    puts("begin"); /* So that its buffer is there. */
    const size_t at_first = address_space();
    size_t mapped = 0;
    size_t most = 0;

    for (long i = 0; i < n_cycles;) {
        const unsigned k = (unsigned)draw(N_RANGES);
        const size_t whole = (ranges[k].n_bytes + PAGE - 1) / PAGE * PAGE;
        if (ranges[k].at) {
            if (munmap(ranges[k].at, ranges[k].n_bytes) < 0)
                return 2;
            ranges[k].at = NULL;
            mapped -= whole;
        } else {
            ranges[k].n_bytes = draw_length();
            const size_t n = (ranges[k].n_bytes + PAGE - 1) / PAGE * PAGE;
            char *at = mmap(NULL, ranges[k].n_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (at == MAP_FAILED)
                return 2;
            if (!is_zero(at, n)) {
                printf("cycle %ld: %zu bytes at %p are not zero\n", i, n, (void *)at);
                return 1;
            }
            /* Some are filled, some touched at one place only. */
            if (draw(4))
                memset(at, (int)(i | 1), n);
            else
                at[draw(n)] = 1;
            ranges[k].at = at;
            mapped += n;
            i++;
        }
        const size_t held = bound && i % 8 == 0 ? address_space() - at_first : 0;
        if (held > mapped && held - mapped > most)
            most = held - mapped;
    }
    printf("most kept: %zu\n", most);
    return bound && most > bound;
}
