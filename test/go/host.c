/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A C program that Go is a part of: linked in (HAS_PART), or loaded from the file that is
 * named like the program with ".so" behind. It hands its argument on and prints what its
 * own C code is told. */
#include <dlfcn.h>
#include <stdio.h>

#include "readers.h"

#ifdef HAS_PART
void see_run(char *argument);

static void (*find_part(const char *program))(char *)
{
    (void)program;
    return see_run;
}
#else
static void (*find_part(const char *program))(char *)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.so", program);
    void *library = dlopen(path, RTLD_NOW);
    if (!library)
        fprintf(stderr, "%s\n", dlerror());
    return library ? (void (*)(char *))dlsym(library, "see_run") : NULL;
}
#endif

int main(int argc, char **argv)
{
    void (*run)(char *) = find_part(argv[0]);
    if (!run)
        return 1;
    readers_print();
    run(argc > 1 ? argv[1] : NULL);
    printf("C later variables %d\n", readers_count_variables());
    return 0;
}
