/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: prctl(PR_SET_THP_DISABLE, 1, 2) is taken from Linux 6.18 on and EINVAL before;
 * with 0 in the third place it is always taken. PR_GET_THP_DISABLE tells, and a forked
 * process has the same.
 * Relied on by: lib/apply/start.c, lib/hook/prctl.c
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { EXCEPT_ADVISED = 2, FIRST_MAJOR = 6, FIRST_MINOR = 18 };

int main(void)
{
    struct utsname name;
    int major = 0;
    int minor = 0;
    uname(&name);
    sscanf(name.release, "%d.%d", &major, &minor);
    const bool is_known =
        major > FIRST_MAJOR || (major == FIRST_MAJOR && minor >= FIRST_MINOR);

    if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) < 0)
        fact_lacks("huge pages");
    fact_expect(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1, "it is not told");
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    waitpid(pid, &status, 0);
    fact_expect(WEXITSTATUS(status) == 1, "a forked process has it not");
    fact_expect(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0) == 0, "it is not taken back");

    const int r = prctl(PR_SET_THP_DISABLE, 1, EXCEPT_ADVISED, 0, 0);
    fact_expect(is_known ? r == 0 : r < 0 && errno == EINVAL, "Linux %s: %s", name.release,
                r < 0 ? strerror(errno) : "taken");
    fact_expect(!is_known || prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) > 1,
                "the flag is not told");
    return fact_result();
}
