/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a line of /proc/self/maps is a range in hexadecimal, four more fields, and the
 * path, with blanks as they are; the line of the program's own headers has the path that
 * /proc/self/exe says.
 * Relied on by: lib/facts/maps.c
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fact.h"

enum { PATH_BYTES = 4096, N_FIELDS = 5 };

/* The path in the line of an address; empty if there is none. */
static void path_at(uintptr_t address, char *ret)
{
    char line[PATH_BYTES + 128];
    FILE *file = fopen("/proc/self/maps", "r");
    *ret = 0;
    if (!file)
        fact_lacks("/proc/self/maps");
    while (fgets(line, sizeof line, file)) {
        char *at;
        const uintptr_t low = strtoul(line, &at, 16);
        const uintptr_t high = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        if (address < low || address >= high)
            continue;
        for (int i = 1; i < N_FIELDS; i++) {
            at += strspn(at, " ");
            at += strcspn(at, " \n");
        }
        at += strspn(at, " ");
        at[strcspn(at, "\n")] = 0;
        strcpy(ret, at);
    }
    fclose(file);
}

int main(void)
{
    char path[PATH_BYTES + 128];
    char own[PATH_BYTES] = {0};
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        fact_lacks("/proc/self/exe");
    path_at(getauxval(AT_PHDR), path);
    fact_expect(strcmp(path, own) == 0, "maps says %s, exe %s", path, own);

    char name[PATH_BYTES];
    snprintf(name, sizeof name, "%s/a name of words", fact_folder());
    const int fd = open(name, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, 1) < 0)
        fact_lacks("a folder to write to");
    const void *at = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
    path_at((uintptr_t)at, path);
    fact_expect(strcmp(path, name) == 0, "maps says %s of %s", path, name);
    return fact_result();
}
