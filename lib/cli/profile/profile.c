/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a file to a filter: Jansson reads, libseccomp compiles. What it makes is exported
 * and loaded here, not by libseccomp, so that what `snug explain` judges is what is loaded,
 * and since a piece goes in front.
 */
#include "snug/cli/profile/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/base/file.h"
/* Reads the filter that libseccomp writes. */
static int export(const struct snug_rules *rules, struct snug_profile *ret)
{
    const int fd = memfd_create("snug-seccomp", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = seccomp_export_bpf(rules->context, fd);
    ssize_t n_bytes = 0;
    off_t size = 0;
    if (r == 0) {
        size = lseek(fd, 0, SEEK_END);
        n_bytes = pread(fd, ret->code, sizeof ret->code, 0);
    }
    (void)close(fd); /* A memory file. */
    if (r == 0 && (n_bytes < 0 || n_bytes != size))
        r = n_bytes < 0 ? -EIO : -EFBIG;
    ret->n = r == 0 ? (unsigned)((size_t)n_bytes / sizeof *ret->code) : 0;
    return r;
}

static bool lets_through(uint32_t action)
{
    return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG ||
           (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE;
}

/* Calls that are newer than all that the profile names end in ENOSYS, as with runc: a libc
 * that tries a new call first takes that for an old kernel, and any other errno for an
 * error. */
static int put_newer_in_front(struct snug_profile *profile)
{
    enum { FRONT = 6, X32 = 0x40000000 };
    const struct snug_rules *rules = &profile->rules;
    if (!rules->last || lets_through(rules->default_action) ||
        rules->default_action == SCMP_ACT_ERRNO(ENOSYS))
        return 0;
    if (profile->n + FRONT > SNUG_BPF_MAX)
        return -EFBIG;

    const struct sock_filter front[FRONT] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SNUG_BPF_NATIVE, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)rules->last, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };
    memmove(profile->code + FRONT, profile->code, profile->n * sizeof *profile->code);
    memcpy(profile->code, front, sizeof front);
    profile->n += FRONT;
    return 0;
}

static int compile(struct snug_profile *profile)
{
    static struct snug_bpf_notes notes;
    int r = export(&profile->rules, profile);
    if (r == 0)
        r = put_newer_in_front(profile);
    if (r == -EFBIG)
        return snug_members_complain(
            &profile->members,
            "its filter is longer than the %d instructions that the "
            "kernel takes",
            SNUG_BPF_MAX);
    if (r == 0)
        r = snug_bpf_check(profile->code, profile->n, &notes);
    return r == 0 ? 0
                  : snug_members_complain(&profile->members,
                                          "libseccomp cannot write its filter: %s",
                                          strerror(-r));
}

/* A FIFO that nobody writes to is empty: no open waits for a writer. What a shell gives,
 * as <(command), has one. Returns a descriptor, or -1 with errno. */
static int open_at_once(const char *path)
{
    const int fd = open(path, SNUG_FILE_OPEN_FLAGS);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_RDONLY); /* Reads wait. */
    return fd;
}

static json_t *parse(const char *path, struct snug_members *members)
{
    /* A stream, since Jansson reads a descriptor byte by byte. */
    const int fd = open_at_once(path);
    FILE *const file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!file) {
        (void)snug_members_complain(members, "%s", strerror(errno));
        if (fd >= 0)
            (void)close(fd); /* Nothing was read. */
        return NULL;
    }
    json_error_t error;
    errno = 0;
    json_t *ret = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    const int read_error = ferror(file) ? errno : 0;
    (void)fclose(file); /* It was only read. */
    if (!ret && read_error)
        (void)snug_members_complain(members, "%s", strerror(read_error));
    else if (!ret)
        (void)snug_members_complain(members, "line %d, column %d: %s", error.line,
                                    error.column, error.text);
    return ret;
}

int snug_profile_read(const char *path, struct snug_profile *ret)
{
    ret->members = (struct snug_members){.file = path};
    ret->rules = (struct snug_rules){0};
    json_t *const json = parse(path, &ret->members);
    if (!json)
        return -EINVAL;

    int r = json_is_object(json)
                ? snug_rules_make(&ret->members, json, &ret->rules)
                : snug_members_complain(&ret->members, "an object is needed");
    if (r == 0)
        r = compile(ret);
    json_decref(json);
    seccomp_release(ret->rules.context);
    ret->rules.context = NULL;
    return r;
}

void snug_profile_close(struct snug_profile *profile)
{
    free(profile->rules.unknown);
    profile->rules.unknown = NULL;
}

int snug_profile_soften(struct snug_profile *profile)
{
    return snug_bpf_soften(profile->code, &profile->n) == 0
               ? 0
               : snug_members_complain(&profile->members, "it cannot be made to log");
}

static int load(const struct snug_profile *profile)
{
    const struct sock_fprog program = {
        (unsigned short)profile->n,
        (struct sock_filter *)profile->code, /* The kernel only reads it. */
    };
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, profile->rules.flags, &program) < 0
               ? -errno
               : 0;
}

int snug_profile_load(const struct snug_profile *profile)
{
    const int r = load(profile);
    if (r != -EACCES)
        return r;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : load(profile);
}
