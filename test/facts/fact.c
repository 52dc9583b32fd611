/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Shared by the programs about facts.
 */
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

enum { MOVED = 1, UNTRIED = 77 };

static bool has_moved;
static char folder[PATH_MAX];
static pid_t maker;

void fact_expect(bool holds, const char *format, ...)
{
    va_list arguments;
    if (holds)
        return;
    has_moved = true;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

_Noreturn void fact_lacks(const char *what)
{
    printf("machine lacks %s\n", what);
    exit(has_moved ? MOVED : UNTRIED);
}

static const char *temporary(void)
{
    const char *ret = getenv("TMPDIR");
    return ret && *ret ? ret : "/tmp";
}

static int remove_one(const char *path, const struct stat *status, int flag,
                      struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* A child that ends is not the end. */
static void remove_folder(void)
{
    if (getpid() == maker)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

const char *fact_folder(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/snug-fact-XXXXXX", temporary());
    if (!mkdtemp(path) || !realpath(path, folder))
        fact_lacks("a folder for temporary files");
    maker = getpid();
    atexit(remove_folder);
    return folder;
}

const char *fact_name(void)
{
    static char name[NAME_MAX];
    const char *slash = strrchr(temporary(), '/');
    snprintf(name, sizeof name, "%s-snug-fact-%d", slash ? slash + 1 : temporary(),
             getpid());
    return name;
}

int fact_result(void)
{
    return has_moved ? MOVED : 0;
}
