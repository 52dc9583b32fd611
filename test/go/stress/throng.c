/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The threads that map ranges are those of crowd.c, in the image of a Go program.
 */
#define main throng_run
#include "../../preload/crowd.c"

#include "throng.h"

int throng_copy(const uint64_t *at, size_t n_pages, uint64_t mark)
{
    const pid_t child = fork();
    if (child == 0) {
        struct worker worker = {.mark = ~mark, .random = mark};
        struct range range;
        check(at, n_pages, mark, "the heap in a copy");
        map(&worker, &range);
        check(at, n_pages, mark, "the heap in a copy that maps");
        unmap(&range, 0);
        _exit(0);
    }
    int status;
    return child < 0 || (waitpid(child, &status, 0) == child && status == 0);
}
