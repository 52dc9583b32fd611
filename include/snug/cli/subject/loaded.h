/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program as it lies in the memory of a process, which may differ from the file that the
 * kernel has started: a loader by hand, or a packer's stub. It may have hundreds of
 * megabytes, and the container less room than that. So parts of it are shown, a few at a
 * time.
 */
#pragma once

#include "snug/base/elf.h"
#include "snug/base/file.h"

enum {
    SNUG_LOADED_HEADERS_MAX = 128,
    SNUG_LOADED_PARTS_MAX = 16,
    SNUG_LOADED_BYTES = 2 << 20, /* Of all parts that are shown at a time. */
};

struct snug_loaded {
    struct snug_elf elf; /* Of the parts that are shown; everything else is missing. */
    int memory;          /* The process's, of which the caller disposes. */
    uint64_t headers;    /* Where the program's headers lie in the process. */
    bool has_loader;     /* The kernel has mapped an interpreter. */
    bool is_secure;      /* AT_SECURE is set: loaders ignore LD_PRELOAD. */
    size_t n_headers;
    uint64_t file_bytes[SNUG_LOADED_HEADERS_MAX]; /* What each segment has in the file. */
    /* The program's headers without these, and behind them the parts as segments. */
    Elf64_Phdr phdr[SNUG_LOADED_HEADERS_MAX + SNUG_LOADED_PARTS_MAX];
    uint8_t *room; /* NULL until something is shown. */
    size_t n_bytes;
};

/* Reads the headers of the program of the root's process, whose memory is open as `memory`.
 * A packer's stub has corrected where they are on the stack, and nowhere else. Nothing is
 * shown yet. -errno: there is no such process, its memory may not be read, or it does not
 * hold what it should. Close it, also if it failed. */
int snug_loaded_open(const struct snug_root *root, int memory, struct snug_loaded *ret);

/* Shows one more part. False, and nothing has changed: it cannot be read as a whole, or
 * there is no room for it. */
bool snug_loaded_show(struct snug_loaded *loaded, uint64_t vaddr, size_t n_bytes);

/* Shows nothing any more. */
void snug_loaded_hide(struct snug_loaded *loaded);

/* Shows what is initialised and writable, 64 MiB at most: each time one part alone, until
 * `is_found` returns true. Parts overlap by 4 KiB and begin at multiples of 8. False if
 * there is no more. */
bool snug_loaded_search(struct snug_loaded *loaded,
                        bool (*is_found)(struct snug_loaded *loaded, void *context),
                        void *context);

/* The address of a Go program's build information, 0 if there is none; see program.h. Shows
 * all that is read of a program by snug_program_read and snug_program_module. Of what is
 * larger than programs are seen to have, something may be missing. */
uint64_t snug_loaded_find_go(struct snug_loaded *loaded);

void snug_loaded_close(struct snug_loaded *loaded);
