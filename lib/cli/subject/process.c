/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process's memory knows which file the program is: glibc's loader, started by hand, and
 * packers' stubs correct the auxv for the program. musl's loader does not; there the
 * command line tells. What can be is read from the file, whose pages are there anyway:
 * memory that this command takes may count against the program's limit.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/subject/fingerprint.h"
#include "snug/cli/subject/loaded.h"
#include "snug/cli/subject/invocation.h"
#include "snug/cli/subject/process.h"
#include "snug/facts/maps.h"
#include "snug/facts/program.h"

enum { COMMAND_BYTES = 256 * 1024, WORDS_MAX = 64, OTHERS_MAX = 64 };

/* Goes on to the program if the file is a loader. The command line is the process's to
 * change: -errno if there is no such file, or no such line. */
static int follow_command(const struct snug_root *root, struct snug_executable *executable)
{
    char link[64];
    char directory[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/%d/cwd", root->pid);
    const ssize_t n_directory = readlink(link, directory, sizeof directory - 1);
    if (n_directory < 0)
        return -errno;
    directory[n_directory] = 0;

    char *text = malloc(COMMAND_BYTES);
    size_t n;
    int r = text ? snug_file_read(root, "/proc/self/cmdline", COMMAND_BYTES, text, &n)
                 : -ENOMEM;
    if (r < 0 && !snug_executable_is_loader(executable, executable->path))
        r = 0;
    else if (r == 0) {
        char *word[WORDS_MAX + 1] = {0};
        size_t n_words = 0;
        for (size_t i = 0; i < n && n_words < WORDS_MAX; i += strlen(text + i) + 1)
            word[n_words++] = text + i;
        r = n_words ? snug_invocation_follow(root, directory, word, executable) : 0;
    }
    free(text);
    return r;
}

/* Whether the program's headers lie in the file that the kernel has started. Where they lie
 * in another one, that is the program. */
static bool find_file(const struct snug_root *root, const struct snug_loaded *image,
                      struct snug_executable *executable)
{
    char path[PATH_MAX];
    const struct snug_text found =
        snug_maps_path(root, (const void *)(uintptr_t)image->headers, sizeof path, path);
    if (snug_text_equals(found, executable->path))
        return true;
    if (image->has_loader || !found.n)
        return false;
    executable->via = SNUG_VIA_LOADER;
    memcpy(executable->by, executable->path, sizeof executable->by);
    memcpy(executable->path, path, sizeof executable->path);
    return false;
}

/* Before Go 1.18 pointers lead to the release, which a linker may leave to the loader. */
static bool tells_all(enum snug_form form, const struct snug_program *program)
{
    return form == SNUG_FORM_PROGRAM && (!program->is_go || program->go_version[0]);
}

static void read_memory(struct snug_loaded *image, struct snug_executable *executable,
                        enum snug_form *form, struct snug_program *program)
{
    static struct snug_program loaded;
    const uint64_t info = snug_loaded_find_go(image);
    snug_program_read(&image->elf, info, &loaded);
    /* The names of functions were looked for in the file. */
    const struct snug_functions functions = executable->build.functions;
    if (info)
        snug_build_read(snug_program_module(&image->elf, info), &executable->build);
    executable->build.functions = functions;
    /* The stub of a packed program may be at work still. */
    if (loaded.is_go || *form != SNUG_FORM_PACKED) {
        *form = SNUG_FORM_PROGRAM;
        *program = loaded;
    }
}

int snug_process_find(const struct snug_root *root, struct snug_executable *ret_executable,
                      enum snug_form *ret_form, struct snug_program *ret_program)
{
    static struct snug_loaded image;
    const int r = snug_executable_of_process(root, ret_executable);
    if (r < 0)
        return r;
    __attribute__((cleanup(snug_file_close))) const int memory =
        snug_file_open(root, "/proc/self/mem");
    bool has_image = memory >= 0 && snug_loaded_open(root, memory, &image) == 0;
    bool is_file = false;
    bool is_lost = false;
    if (has_image) {
        ret_executable->is_privileged = ret_executable->gains = image.is_secure;
        is_file = find_file(root, &image, ret_executable);
    }
    /* A loader may have left everything as it was. */
    if (ret_executable->via == SNUG_VIA_NOTHING && !(has_image && image.has_loader)) {
        is_lost = follow_command(root, ret_executable) < 0;
        has_image = has_image && ret_executable->via != SNUG_VIA_LOADER;
    }
    *ret_program = (struct snug_program){0};
    *ret_form = SNUG_FORM_UNREADABLE;
    if (!is_lost)
        *ret_form = snug_executable_read(ret_executable, true, ret_program);
    if (has_image && !is_lost && !ret_program->is_gccgo &&
        !(is_file && tells_all(*ret_form, ret_program)))
        read_memory(&image, ret_executable, ret_form, ret_program);
    snug_loaded_close(&image);
    return 0;
}

/* Files that are no Go programs, nor lead to one: hundreds of processes are of the same
 * few.
 */
struct others {
    unsigned n; /* Ever put there: the oldest goes first. */
    struct snug_fingerprint file[OTHERS_MAX];
};

static bool has(const struct others *others, const struct snug_fingerprint *file)
{
    for (unsigned i = 0; i < OTHERS_MAX && i < others->n; i++)
        if (snug_fingerprint_equals(&others->file[i], file))
            return true;
    return false;
}

bool snug_process_may_be_go(const struct snug_root *root)
{
    static struct others others;
    struct snug_executable executable = {.fd = -1};
    struct snug_fingerprint file;
    struct snug_program program;
    if (snug_executable_of_process(root, &executable) < 0)
        return false;
    const bool has_file = snug_fingerprint_read(executable.fd, &file);
    bool ret = !has_file || !has(&others, &file);
    if (ret) {
        const enum snug_form form = snug_executable_read(&executable, true, &program);
        ret = program.is_go || form == SNUG_FORM_PACKED || form == SNUG_FORM_UNREADABLE ||
              snug_executable_is_loader(&executable, executable.path);
        if (!ret && has_file)
            others.file[others.n++ % OTHERS_MAX] = file;
    }
    snug_executable_close(&executable);
    return ret;
}

bool snug_process_shares(int pid, const char *kind)
{
    char path[64];
    char own[64];
    char other[64];
    (void)snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    const ssize_t n_own = readlink(path, own, sizeof own);
    (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
    const ssize_t n_other = readlink(path, other, sizeof other);
    return n_own > 0 && n_own == n_other && memcmp(own, other, (size_t)n_own) == 0;
}
