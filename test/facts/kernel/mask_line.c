/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: Cpus_allowed of /proc/self/status has a bit for each CPU that the machine may ever
 * have, rounded up to four, and none of a CPU that a mask leaves out.
 * Relied on by: lib/facts/privileges.c, lib/apply/window.c
 */
#include <ctype.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

enum { LINE_BYTES = 4096, DIGIT_BITS = 4 };

/* The number of digits, and of ones in them. */
static int read_line(int *ret_n_ones)
{
    static const char key[] = "Cpus_allowed:";
    char line[LINE_BYTES];
    int ret = 0;
    *ret_n_ones = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        for (const char *at = line + sizeof key;
             strncmp(line, key, sizeof key - 1) == 0 && (isxdigit(*at) || *at == ',');
             at++) {
            const char digit[] = {*at, 0};
            ret += *at != ',';
            *ret_n_ones += __builtin_popcountl(strtoul(digit, NULL, 16));
        }
    if (file)
        fclose(file);
    return ret;
}

/* The last one of `0-3,8`; -1 if it cannot be read. */
static int last_possible(void)
{
    int ret = -1;
    char between;
    FILE *file = fopen("/sys/devices/system/cpu/possible", "r");
    while (file && fscanf(file, "%d", &ret) == 1 && fscanf(file, "%c", &between) == 1)
        continue;
    if (file)
        fclose(file);
    return ret;
}

int main(void)
{
    const int n_possible = last_possible() + 1;
    cpu_set_t all;
    cpu_set_t one;
    int n_ones;
    if (!n_possible)
        fact_lacks("a list of possible CPUs");
    const int n_digits = read_line(&n_ones);
    fact_expect(n_digits == (n_possible + DIGIT_BITS - 1) / DIGIT_BITS,
                "%d digits for %d possible CPUs", n_digits, n_possible);
    fact_expect(n_ones <= n_possible, "%d ones for %d possible CPUs", n_ones, n_possible);

    sched_getaffinity(0, sizeof all, &all);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (!CPU_ISSET(cpu, &all) || sched_setaffinity(0, sizeof one, &one) < 0)
            continue;
        read_line(&n_ones);
        fact_expect(n_ones == 1, "a mask of CPU %u has %d ones", cpu, n_ones);
    }
    return fact_result();
}
