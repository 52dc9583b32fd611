/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a line of mountinfo has six fields, any number of optional ones, a dash, and three
 * more; blanks in a path are \040. A mount over another has it as its parent, and stands
 * behind it.
 * Relied on by: lib/facts/mounts.c
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

enum { LINE_BYTES = 1 << 16, N_FIELDS = 6 };

struct mount {
    unsigned id;
    unsigned parent;
};

static bool ends_in(const char *path, const char *end)
{
    const size_t n = strlen(path);
    return n >= strlen(end) && strcmp(path + n - strlen(end), end) == 0;
}

/* The mounts at points that end so, as the file writes them, at most two, in order. */
static int find(const char *end, struct mount *ret)
{
    static char line[LINE_BYTES];
    int n = 0;
    FILE *file = fopen("/proc/self/mountinfo", "r");
    if (!file)
        fact_lacks("/proc/self/mountinfo");
    while (fgets(line, sizeof line, file)) {
        char *word[N_FIELDS + 1];
        char *rest = NULL;
        char *dash = strstr(line, " - ");
        int n_after = 0;
        fact_expect(dash != NULL, "a line without a dash: %.60s", line);
        for (char *at = dash ? dash + 2 : line; dash && *at; at++)
            n_after += *at == ' ' && at[1] != ' ' && at[1] != '\n';
        fact_expect(n_after >= 3, "%d fields behind the dash: %.60s", n_after, line);
        word[0] = strtok_r(line, " ", &rest);
        for (int i = 1; i < N_FIELDS; i++)
            word[i] = strtok_r(NULL, " ", &rest);
        if (word[N_FIELDS - 1] && ends_in(word[4], end) && n < 2)
            ret[n++] = (struct mount){(unsigned)atoi(word[0]), (unsigned)atoi(word[1])};
    }
    fclose(file);
    return n;
}

static void write_file(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        fact_lacks("mount namespaces");
    close(fd);
}

int main(void)
{
    char map[64];
    const char *folder = fact_folder();
    struct mount found[2];
    find("/none", found); /* The form of each line. */
    snprintf(map, sizeof map, "0 %u 1", geteuid());
    if (unshare(CLONE_NEWNS) < 0) {
        if (unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0)
            fact_lacks("mount namespaces");
        write_file("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", folder, "tmpfs", 0, NULL) < 0 || chdir(folder) < 0)
        fact_lacks("mount namespaces");
    mkdir("a b", 0700);
    if (mount("tmpfs", "a b", "tmpfs", 0, NULL) < 0 || chdir(folder) < 0 ||
        mount("tmpfs", "a b", "tmpfs", 0, NULL) < 0)
        fact_lacks("mount namespaces");

    char end[PATH_MAX];
    snprintf(end, sizeof end, "%s/a\\040b", strrchr(folder, '/'));
    const int n = find(end, found);
    fact_expect(n == 2, "%d mounts at %s", n, end);
    fact_expect(n < 2 || found[1].parent == found[0].id,
                "the upper mount's parent is %u, the lower one is %u", found[1].parent,
                found[0].id);
    chdir("/");
    umount2(folder, MNT_DETACH);
    return fact_result();
}
