/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Scripts as the kernel reads them, and loaders as glibc's and musl's read their arguments:
 * options first, some with a value behind them or, with musl, behind a `=`.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/subject/invocation.h"

enum {
    LINE_BYTES = 256, /* As much as the kernel reads, its end included. */
    DEPTH_MAX = 5,
};

/* The first of a loader's arguments that is no option, NULL if there is none. */
static char *const *find_program(char *const *argument)
{
    static const char *const with_value[] = {
        "--library-path",
        "--preload",
        "--argv0",
        "--audit",
        "--inhibit-rpath",
        "--glibc-hwcaps-prepend",
        "--glibc-hwcaps-mask",
    };
    for (; *argument && strncmp(*argument, "--", 2) == 0; argument++) {
        if (!(*argument)[2])
            return argument[1] ? argument + 1 : NULL;
        for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
            if (strcmp(*argument, with_value[i]) == 0 && argument[1]) {
                argument++;
                break;
            }
    }
    return *argument ? argument : NULL;
}

/* `#!/usr/bin/env -S python3`. False if it is none. */
static bool read_interpreter(int fd, char ret[LINE_BYTES])
{
    char line[LINE_BYTES];
    const ssize_t n = fd < 0 ? -1 : pread(fd, line, sizeof line - 1, 0);
    struct snug_text rest = {line, n > 0 ? (size_t)n : 0};
    struct snug_text text;
    if (!snug_text_starts(rest, "#!") || !snug_text_cut(&rest, '\n', &text))
        return false;
    text = (struct snug_text){text.at + 2, text.n - 2};
    struct snug_text word;
    return snug_text_cut_word(&text, &word) && snug_text_copy(word, LINE_BYTES, ret) == 0;
}

/* Goes on to the file of that name. */
static int go_on(const struct snug_root *root, const char *directory, const char *name,
                 enum snug_via via, struct snug_executable *executable)
{
    char path[PATH_MAX];
    struct snug_builder out = snug_text_build(path, sizeof path);
    if (name[0] != '/' && directory) {
        snug_text_put(&out, directory);
        snug_text_put(&out, "/");
    } else if (!strchr(name, '/')) {
        snug_text_put(&out, "./");
    }
    snug_text_put(&out, name);
    if (out.is_full)
        return -ENAMETOOLONG;

    struct snug_executable next = {.fd = -1, .via = via};
    memcpy(next.by, executable->path, sizeof next.by);
    const int r = snug_executable_open(root, path, via == SNUG_VIA_SCRIPT, &next);
    if (r < 0)
        return r;
    if (via == SNUG_VIA_LOADER) { /* The kernel asks the file that it starts. */
        next.is_privileged = executable->is_privileged;
        next.gains = executable->gains;
    }
    snug_executable_close(executable);
    *executable = next;
    return 0;
}

int snug_invocation_follow(const struct snug_root *root, const char *directory,
                           char *const *command, struct snug_executable *executable)
{
    char interpreter[LINE_BYTES];
    for (int depth = 0; read_interpreter(executable->fd, interpreter); depth++) {
        const int r = depth == DEPTH_MAX ? -ELOOP
                                         : go_on(root, directory, interpreter,
                                                 SNUG_VIA_SCRIPT, executable);
        if (r < 0)
            return r;
    }
    char *const *program = executable->via == SNUG_VIA_NOTHING &&
                                   snug_executable_is_loader(executable, command[0])
                               ? find_program(command + 1)
                               : NULL;
    return program ? go_on(root, directory, *program, SNUG_VIA_LOADER, executable) : 0;
}
