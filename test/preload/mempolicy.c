/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Starts a program under what a container engine's published default profile says of
 * memory policies, for a container without CAP_SYS_NICE: mempolicy docker|podman PROGRAM
 * [ARGUMENT…].
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int refuse(scmp_filter_ctx filter, const char *call)
{
    const int number = seccomp_syscall_resolve_name(call);
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 125;
    const int is_docker = !strcmp(argv[1], "docker");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    /* github.com/moby/profiles lists these for CAP_SYS_NICE alone, and move_pages nowhere;
     * github.com/containers/common allows mbind to all. */
    if (!filter || (is_docker && refuse(filter, "mbind") < 0) ||
        (is_docker && refuse(filter, "get_mempolicy") < 0) ||
        refuse(filter, "set_mempolicy") < 0 || refuse(filter, "move_pages") < 0 ||
        seccomp_load(filter) < 0) {
        (void)fputs("the filter cannot be loaded\n", stderr);
        return 125;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
