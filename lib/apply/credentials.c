/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel keeps credentials for each thread. What changes them for all, as libc's
 * setuid, asks each thread that it knows.
 */
#include "snug/apply/credentials.h"

#include "snug/base/file.h"

enum { FILE_BYTES = 16384, FACTOR = 31 };

/* Uid, Gid, Groups, CapPrm and its like, NoNewPrivs, Seccomp, Seccomp_filters: no other
 * lines begin with these pairs. */
static const char pairs[] = "UiGiGrCaNoSe";

static bool is_credential(const char *line)
{
    for (const char *pair = pairs; *pair; pair += 2)
        if (line[0] == pair[0] && line[1] == pair[1])
            return true;
    return false;
}

/* A sum over the lines that matter; no two hexadecimal digits are the factor apart. 0 if
 * they cannot be read. */
static uint64_t sum(const char *path)
{
    char text[FILE_BYTES];
    size_t n;
    if (snug_file_read(&snug_file_live, path, sizeof text, text, &n) < 0)
        return 0;
    uint64_t ret = 0;
    bool matters = false; /* The first line is the name's. */
    for (size_t i = 1; i < n; i++) {
        if (text[i - 1] == '\n')
            matters = is_credential(text + i);
        if (matters)
            ret = ret * FACTOR + (unsigned char)text[i];
    }
    return ret;
}

bool snug_credentials_differ(void)
{
    const uint64_t own = sum("/proc/thread-self/status");
    const uint64_t main = sum("/proc/self/status");
    return own && main && own != main;
}
