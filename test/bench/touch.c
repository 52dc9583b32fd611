/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What it costs to touch new memory in pages of 4 KiB and in huge ones: microseconds for a
 * MiB, the medians of seven rounds of 256 MiB. First all of it is kept, 3.5 GiB at last, so
 * each round has memory that was free; then each round has what the one before unmapped.
 * These differ where a virtual machine reports free memory to its host, which it does in
 * units of huge pages: the host then has to bring it anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { MIB = 1 << 20, N_MIB = 256, N_ROUNDS = 7, SMALL = 4096, HUGE = 2 * MIB };

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Touches N_MIB new ones. */
static double touch(int advice, int unmaps)
{
    const size_t n_bytes = (size_t)N_MIB * MIB;
    char *at = mmap(NULL, n_bytes + HUGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || madvise(at, n_bytes + HUGE, advice) < 0) {
        perror("touch");
        exit(1);
    }
    const double begin = now_us();
    for (size_t i = 0; i < n_bytes; i += SMALL)
        at[i] = 1;
    const double ret = (now_us() - begin) / N_MIB;
    if (unmaps)
        munmap(at, n_bytes + HUGE);
    return ret;
}

int main(void)
{
    for (int unmaps = 0; unmaps < 2; unmaps++) {
        double us[2][N_ROUNDS];
        for (int i = 0; i < 2 * N_ROUNDS; i++)
            us[i % 2][i / 2] = touch(i % 2 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE, unmaps);
        for (int i = 0; i < 2; i++)
            qsort(us[i], N_ROUNDS, sizeof us[i][0], compare);
        printf("a MiB that was %s: %.0f us in pages of 4 KiB, %.0f us in huge ones\n",
               unmaps ? "in use just now" : "free", us[0][N_ROUNDS / 2],
               us[1][N_ROUNDS / 2]);
    }
    return 0;
}
