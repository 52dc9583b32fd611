/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A C program whose memory grows and shrinks as it is told: reads lines with a number of
 * MiB, and says "holds N" when it holds as much, all of it touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIB ((size_t)1 << 20)

enum { MOST_MIB = 4096 };

int main(void)
{
    static void *held[MOST_MIB];
    size_t n = 0;
    char line[32];
    while (fgets(line, sizeof line, stdin)) {
        const size_t wanted = strtoul(line, NULL, 10);
        if (wanted > MOST_MIB)
            return 2;
        for (; n < wanted; n++) {
            held[n] =
                mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (held[n] == MAP_FAILED)
                return 1;
            memset(held[n], 1, MIB);
        }
        while (n > wanted)
            munmap(held[--n], MIB);
        printf("holds %zu\n", n);
        fflush(stdout);
    }
    return 0;
}
