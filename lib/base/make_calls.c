/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Runs at build time and writes the table of calls.h, from libseccomp's knowledge of the
 * architecture that is named: make_calls x86_64 | aarch64
 */
#include <err.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/base/calls.h"

enum { NUMBERS_MAX = 1024, TABLE_BYTES = 32 * NUMBERS_MAX, PAIR_BYTES = 4 };

/* All names, each ended by a 0, at first plain letters. */
static uint8_t table[TABLE_BYTES];
static size_t n_bytes;
static unsigned n_names;

static uint8_t pairs[SNUG_CALLS_N_CODES][2];

/* Younger than the libseccomp of many distributions, and among numbers that look like a
 * gap. */
static const struct {
    const char *architecture;
    int number;
    const char *name;
} young[] = {
    {"x86_64", 335, "uretprobe"},
    {"x86_64", 336, "uprobe"},
};

static void add_name(const char *architecture, uint32_t token, unsigned number)
{
    char *known = seccomp_syscall_resolve_num_arch(token, (int)number);
    const char *name = known ? known : "";
    for (size_t i = 0; !known && i < sizeof young / sizeof *young; i++)
        if (young[i].number == (int)number &&
            strcmp(young[i].architecture, architecture) == 0)
            name = young[i].name;

    const size_t n = strlen(name) + 1;
    if (n_bytes + n > sizeof table)
        errx(1, "the names are longer than %zu bytes", sizeof table);
    memcpy(table + n_bytes, name, n);
    n_bytes += n;
    if (n > 1)
        n_names = number + 1;
    free(known);
}

/* How often each pair of bytes stands within a name; the most frequent one goes to `ret`.
 */
static unsigned find_frequent(uint8_t ret[2])
{
    static unsigned count[256][256];
    unsigned most = 0;
    memset(count, 0, sizeof count);
    for (size_t i = 0; i + 1 < n_bytes; i++) {
        if (!table[i] || !table[i + 1] || ++count[table[i]][table[i + 1]] <= most)
            continue;
        most = count[table[i]][table[i + 1]];
        ret[0] = table[i];
        ret[1] = table[i + 1];
    }
    return most;
}

static void replace(const uint8_t pair[2], uint8_t code)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        const bool is_pair =
            i + 1 < n_bytes && table[i] == pair[0] && table[i + 1] == pair[1];
        table[n++] = is_pair ? code : table[i];
        i += is_pair;
    }
    n_bytes = n;
}

/* Byte pair encoding: each code stands for the pair that was the most frequent one. */
static void compress(void)
{
    for (unsigned i = 0; i < SNUG_CALLS_N_CODES; i++) {
        if (find_frequent(pairs[i]) < PAIR_BYTES)
            return; /* A further code would cost more than it saves. */
        replace(pairs[i], (uint8_t)(SNUG_CALLS_FIRST_CODE + i));
    }
}

int main(int argc, char **argv)
{
    const uint32_t token = argc == 2 ? seccomp_arch_resolve_name(argv[1]) : 0;
    if (!token)
        errx(1, "usage: make_calls ARCHITECTURE");

    for (unsigned number = 0; number < NUMBERS_MAX; number++)
        add_name(argv[1], token, number);
    n_bytes -= NUMBERS_MAX - n_names; /* The empty ones behind the last. */
    compress();

    (void)printf("#include \"snug/base/calls.h\"\n"
                 "const unsigned snug_calls_n_names = %u;\n"
                 "const uint8_t snug_calls_pairs[SNUG_CALLS_N_CODES][2] = {\n",
                 n_names);
    for (unsigned i = 0; i < SNUG_CALLS_N_CODES; i++)
        (void)printf("{%u, %u},\n", pairs[i][0], pairs[i][1]);
    (void)printf("};\nconst uint8_t snug_calls_names[] = {\n");
    for (size_t i = 0; i < n_bytes; i++)
        (void)printf("%u,%s", table[i], table[i] ? " " : "\n");
    (void)printf("};\n");
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
