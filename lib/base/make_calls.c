/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Runs at build time and writes the table of calls.h, from libseccomp's knowledge of the
 * architecture that is named: make_calls x86_64 | aarch64
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MAX = 1024 };

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

static void write_name(const char *architecture, uint32_t token, int number)
{
    char *known = seccomp_syscall_resolve_num_arch(token, number);
    const char *name = known ? known : "";
    for (size_t i = 0; !known && i < sizeof young / sizeof *young; i++)
        if (young[i].number == number && strcmp(young[i].architecture, architecture) == 0)
            name = young[i].name;
    (void)printf("    \"%s\\0\"\n", name);
    free(known);
}

static int count_numbers(uint32_t token)
{
    int ret = 0;
    for (int number = 0; number < NUMBERS_MAX; number++) {
        char *name = seccomp_syscall_resolve_num_arch(token, number);
        if (name)
            ret = number + 1;
        free(name);
    }
    return ret;
}

int main(int argc, char **argv)
{
    const uint32_t token = argc == 2 ? seccomp_arch_resolve_name(argv[1]) : 0;
    if (!token) {
        (void)fprintf(stderr, "usage: make_calls ARCHITECTURE\n");
        return 1;
    }

    const int n = count_numbers(token);
    (void)printf("#include \"snug/calls.h\"\n"
                 "const unsigned snug_calls_n_names = %d;\n"
                 "const char snug_calls_names[] =\n",
                 n);
    for (int number = 0; number < n; number++)
        write_name(argv[1], token, number);
    (void)printf("    ;\n");
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
