/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a name to a mapped ELF image. On the live system a program may be executable without
 * being readable; below a root directory nothing needs to be executable, for trees are
 * copied as text.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "snug/base/regular.h"
#include "snug/base/sys.h"
#include "snug/cli/subject/executable.h"
#include "snug/cli/subject/mapped.h"
#include "snug/cli/subject/sections.h"
#include "snug/facts/program.h"

#if defined(__x86_64__)
enum { OWN_MACHINE = EM_X86_64 };
#else
enum { OWN_MACHINE = EM_AARCH64 };
#endif

/* What execvp of musl takes where PATH is not set; glibc's has no /usr/local/bin. */
static const char path_when_unset[] = "/usr/local/bin:/bin:/usr/bin";

static bool is_live(const struct snug_root *root)
{
    return !root->open;
}

/* Where the descriptor's file lies, without the root's own path in front. Keeps `ret` if
 * the system does not tell. */
static void resolve_path(const struct snug_root *root, int fd, size_t size, char *ret)
{
    char link[64];
    char target[PATH_MAX];
    char top[PATH_MAX] = "";

    if (root->fd >= 0) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", root->fd);
        const ssize_t n_top = readlink(link, top, sizeof top - 1);
        top[n_top < 0 ? 0 : n_top] = 0;
    }
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, target, sizeof target - 1);
    if (n <= 0)
        return;

    struct snug_text text = {target, (size_t)n};
    const size_t n_top = snug_text_of(top).n;
    if (n_top > 1 && snug_text_starts(text, top))
        text = (struct snug_text){text.at + n_top, text.n - n_top};
    (void)snug_text_copy(text, size, ret); /* Both buffers are of one size. */
}

/* Whether the kernel will set AT_SECURE for it, and whether it gives anything. Of what a
 * mount ignores nothing counts. Where no privileges may be gained there are none, and yet
 * capabilities that are effective at once set AT_SECURE. */
static void read_privileges(const char *path, const struct stat *status,
                            struct snug_executable *ret)
{
    struct statvfs mount;
    ret->is_privileged = ret->gains = false;
    if (statvfs(path, &mount) == 0 && mount.f_flag & ST_NOSUID)
        return;
    const bool may_gain = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
    const mode_t group = S_ISGID | S_IXGRP;
    const bool has_user = status->st_mode & S_ISUID && status->st_uid != getuid();
    const bool has_group = (status->st_mode & group) == group && status->st_gid != getgid();
    /* For root, capabilities of a file add nothing. */
    const bool has_capabilities =
        getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
    ret->gains = may_gain && (has_user || has_group || has_capabilities);
    ret->is_privileged = ret->gains || has_capabilities;
}

static int open_live(const char *path, bool is_executed, struct snug_executable *ret)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode) ||
        faccessat(AT_FDCWD, path, is_executed ? X_OK : R_OK, AT_EACCESS) < 0)
        return -EACCES;

    const int fd = snug_file_lift(snug_regular_open(AT_FDCWD, path, snug_sys_openat));
    ret->fd = fd < 0 ? -1 : fd;
    read_privileges(path, &status, ret);
    return snug_text_copy(snug_text_of(path), sizeof ret->path, ret->path);
}

static int open_below(const struct snug_root *root, const char *path,
                      struct snug_executable *ret)
{
    struct snug_builder out = snug_text_build(ret->path, sizeof ret->path);
    if (path[0] != '/')
        snug_text_put(&out, "/");
    snug_text_put(&out, path);
    if (out.is_full)
        return -ENAMETOOLONG;

    const int fd = snug_file_open(root, ret->path);
    if (fd < 0)
        return fd;

    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        snug_file_close(&fd);
        return -EACCES;
    }
    ret->fd = fd;
    ret->is_privileged = ret->gains = false; /* Nothing is started. */
    return 0;
}

int snug_executable_open(const struct snug_root *root, const char *path, bool is_executed,
                         struct snug_executable *ret)
{
    const int r =
        is_live(root) ? open_live(path, is_executed, ret) : open_below(root, path, ret);
    if (r == 0 && ret->fd >= 0)
        resolve_path(root, ret->fd, sizeof ret->path, ret->path);
    return r;
}

int snug_executable_find(const struct snug_root *root, const char *name, const char *path,
                         struct snug_executable *ret)
{
    const struct snug_text name_text = snug_text_of(name);
    if (!name_text.n)
        return -ENOENT;

    struct snug_text slash = name_text;
    struct snug_text before_slash;
    if (snug_text_cut(&slash, '/', &before_slash) && slash.at)
        return snug_executable_open(root, name, true, ret);

    int ret_error = -ENOENT;
    struct snug_text rest = snug_text_of(path ? path : path_when_unset);
    struct snug_text directory;
    while (snug_text_cut(&rest, ':', &directory)) {
        char buffer[PATH_MAX];
        struct snug_builder out = snug_text_build(buffer, sizeof buffer);
        snug_text_put_slice(&out, directory.n ? directory : snug_text_of("."));
        snug_text_put(&out, "/");
        snug_text_put(&out, name);
        if (out.is_full)
            continue;
        const int r = snug_executable_open(root, buffer, true, ret);
        if (r == 0)
            return 0;
        if (r == -EACCES)
            ret_error = r;
    }
    return ret_error;
}

int snug_executable_of_process(const struct snug_root *root, struct snug_executable *ret)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/%d/exe", root->pid);
    const int fd = snug_file_open(root, "/proc/self/exe");
    if (fd < 0)
        return fd;

    const ssize_t n = readlink(link, ret->path, sizeof ret->path - 1);
    ret->path[n < 0 ? 0 : n] = 0;
    ret->fd = fd;
    ret->is_privileged = ret->gains = false;
    return 0;
}

/* Whether an ELF image is one that this machine could not run. */
static bool is_foreign(const uint8_t *file, size_t n_bytes, bool is_here)
{
    static const uint8_t magic[SELFMAG] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3};
    const Elf64_Ehdr *header = (const void *)file;
    if (n_bytes < sizeof(Elf32_Ehdr) || memcmp(file, magic, sizeof magic) != 0)
        return false;
    const bool is_known =
        file[EI_CLASS] == ELFCLASS64 && file[EI_DATA] == ELFDATA2LSB &&
        (header->e_machine == EM_X86_64 || header->e_machine == EM_AARCH64);
    return !is_known || (is_here && header->e_machine != OWN_MACHINE);
}

/* Linkers and strip leave section headers in a program; packers do not, nor an interpreter
 * or a dynamic section. */
static bool is_packed(const uint8_t *file, const struct snug_elf *elf)
{
    return !((const Elf64_Ehdr *)(const void *)file)->e_shnum &&
           !snug_elf_segment(elf, PT_INTERP) && !snug_elf_segment(elf, PT_DYNAMIC);
}

/* gccgo writes no build information. What it exports to other packages stays in a section
 * of its own, stripped or not; section headers themselves may be missing. */
static bool is_gccgo(const uint8_t *file, size_t n_bytes, const struct snug_elf *elf)
{
    struct snug_text needed;
    for (size_t i = 0; (needed = snug_elf_needed(elf, i)).at; i++)
        if (snug_text_starts(needed, "libgo.so."))
            return true;

    return snug_sections_find(file, n_bytes, ".go_export", &needed);
}

static enum snug_form read_file(const uint8_t *file, size_t n_bytes, bool is_here,
                                struct snug_program *ret, struct snug_build *ret_build)
{
    struct snug_elf elf;
    if (is_foreign(file, n_bytes, is_here))
        return SNUG_FORM_FOREIGN;
    if (snug_elf_from_file(file, n_bytes, &elf) < 0) {
        ret->is_known = true;
        return SNUG_FORM_OTHER;
    }
    const uint64_t info = snug_program_find_go(&elf);
    if (!info && is_packed(file, &elf))
        return SNUG_FORM_PACKED;
    snug_program_read(&elf, info, ret);
    if (info)
        snug_build_read(snug_program_module(&elf, info), ret_build);
    if (ret_build->modules & (SNUG_MODULE_CHI | SNUG_MODULE_CLIENT_GO))
        snug_functions_read(file, n_bytes, &ret_build->functions);
    ret->is_gccgo = !info && is_gccgo(file, n_bytes, &elf);
    return SNUG_FORM_PROGRAM;
}

enum snug_form snug_executable_read(struct snug_executable *executable, bool is_here,
                                    struct snug_program *ret)
{
    *ret = (struct snug_program){0};
    executable->build = (struct snug_build){0};
    struct snug_mapped file;
    const int r = snug_mapped_open(executable->fd, &file);
    if (r < 0) {
        ret->is_known = r == -ENODATA;
        return r == -ENODATA ? SNUG_FORM_OTHER : SNUG_FORM_UNREADABLE;
    }
    const enum snug_form form =
        read_file(file.bytes, file.n_bytes, is_here, ret, &executable->build);
    if (snug_mapped_close(&file))
        return form;
    *ret = (struct snug_program){0};
    executable->build = (struct snug_build){0};
    return SNUG_FORM_UNREADABLE;
}

static bool has_loaders_name(const char *path)
{
    struct snug_text rest = snug_text_of(path);
    struct snug_text name = {0};
    while (snug_text_cut(&rest, '/', &name))
        continue;
    return snug_text_starts(name, "ld-linux") || snug_text_starts(name, "ld-musl") ||
           snug_text_starts(name, "ld-2.") || snug_text_equals(name, "ld.so");
}

bool snug_executable_is_loader(const struct snug_executable *executable, const char *name)
{
    struct snug_mapped file;
    struct snug_elf elf;
    if ((!has_loaders_name(executable->path) && !has_loaders_name(name)) ||
        snug_mapped_open(executable->fd, &file) < 0)
        return false;
    const bool ret = snug_elf_from_file(file.bytes, file.n_bytes, &elf) == 0 &&
                     elf.is_pie && snug_elf_segment(&elf, PT_DYNAMIC) &&
                     !snug_elf_segment(&elf, PT_INTERP);
    return snug_mapped_close(&file) && ret;
}

void snug_executable_close(struct snug_executable *executable)
{
    snug_file_close(&executable->fd);
    executable->fd = -1;
}
