/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: move_pages without nodes tells the node of each page of another process, and an
 * error for one that is not in memory, which it then is not yet.
 * Relied on by: lib/cli/subject/heap_nodes.c
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "fact.h"

enum { N_PAGES = 64 }; /* More than the kernel looks at in one piece. */

int main(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *at = mmap(NULL, N_PAGES * page, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(at, N_PAGES * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < N_PAGES; i += 2)
        at[i * page] = 1;
    const pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }

    void *pages[N_PAGES];
    int nodes[N_PAGES];
    int again[N_PAGES];
    for (size_t i = 0; i < N_PAGES; i++) {
        pages[i] = at + i * page;
        nodes[i] = again[i] = -1;
    }
    const long r = syscall(SYS_move_pages, pid, (long)N_PAGES, pages, NULL, nodes, 0);
    const int error = r < 0 ? errno : 0;
    const long r_again = syscall(SYS_move_pages, pid, (long)N_PAGES, pages, NULL, again, 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (error == ENOSYS || error == EPERM)
        fact_lacks("move_pages");
    fact_expect(r == 0, "it answers %ld: %s", r, strerror(error));
    int n_there = 0;
    int n_lost = 0;
    for (size_t i = 0; i < N_PAGES; i++) {
        n_there += nodes[i] >= 0 && i % 2 == 0;
        n_lost += nodes[i] < 0 && i % 2 == 1;
    }
    fact_expect(n_there == N_PAGES / 2, "%d of %d pages in memory have a node", n_there,
                N_PAGES / 2);
    fact_expect(n_lost == N_PAGES / 2, "%d of %d others are told to be elsewhere", n_lost,
                N_PAGES / 2);
    fact_expect(r_again == 0 && memcmp(nodes, again, sizeof nodes) == 0,
                "the second answer differs");
    return fact_result();
}
