/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A number of bytes in a file, as the kubelet writes `limits.memory` into a downward-API
 * volume. What surprises: the kubelet does not carry out a shrink while more is in use, so
 * the wish has to be seen where the limit is not there yet.
 */
#include "snug/facts/announced.h"

#include <sys/stat.h>

#include "snug/base/links.h"
#include "snug/base/sys.h"

enum { NUMBER_BYTES = 64, LEAST_PARTS = 5 };

/* The kubelet puts symbolic links there; nobody else's are followed, and no FIFO is waited
 * for. */
static int open_file(const struct snug_root *root, const char *path)
{
    return root->open ? snug_file_open(root, path)
                      : snug_links_open(path, SNUG_FILE_OPEN_FLAGS);
}

uint64_t snug_announced_read(const struct snug_root *root, const char *path,
                             uint64_t limit_bytes)
{
    char text[NUMBER_BYTES];
    struct snug_text number = {text, 0};
    struct stat file;
    uint64_t bytes;
    __attribute__((cleanup(snug_file_close))) const int fd = open_file(root, path);
    if (fd < 0 || snug_sys_fstat(fd, &file) < 0 || !S_ISREG(file.st_mode) ||
        snug_file_read_fd(fd, sizeof text, text, &number.n) < 0 ||
        snug_text_u64(snug_text_trim(number), &bytes) < 0)
        return 0;
    return bytes < limit_bytes && bytes >= limit_bytes / LEAST_PARTS ? bytes : 0;
}

void snug_announced_see(const struct snug_root *root, const char *path,
                        struct snug_memory_facts *memory)
{
    memory->announced_bytes = path && memory->limit.kind == SNUG_SET
                                  ? snug_announced_read(root, path, memory->limit.bytes)
                                  : 0;
}
