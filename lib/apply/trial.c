/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Trying calls in a child. What surprises: a filter may kill for the very call that makes a
 * child, so a C program, which may never make one, is only tried for what it asked for.
 */
#include "snug/apply/trial.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "snug/apply/place.h"
#include "snug/base/file.h"
#include "snug/base/log.h"
#include "snug/base/sys.h"
#include "snug/facts/privileges.h"
#include "snug/plan/placement.h"

static enum snug_seccomp seccomp;
static enum snug_answer may_be_rare;

bool snug_trial_is_filtered(void)
{
    if (seccomp == SNUG_SECCOMP_UNKNOWN) {
        struct snug_privilege_facts privileges;
        struct snug_cpus allowed;
        enum snug_why why;
        snug_privileges_read(&snug_file_live, &privileges, &allowed, &why);
        seccomp = privileges.seccomp;
    }
    return seccomp != SNUG_SECCOMP_OFF;
}

static int try_affinity(const void *mask)
{
    return snug_sys_sched_setaffinity(0, sizeof(struct snug_cpus), mask) < 0;
}

static enum snug_answer may_set_affinity(const struct snug_cpus *mask)
{
    return snug_sys_ask_child(try_affinity, mask->word) == 0 ? SNUG_YES : SNUG_NO;
}

void snug_trial_plan(struct snug_facts *facts, const struct snug_policy *policy,
                     uint64_t request_milli, struct snug_plan *ret)
{
    struct snug_privilege_facts *may = &facts->privileges;
    const bool has_filter = may->seccomp == SNUG_SECCOMP_FILTER;
    bool asks_affinity = has_filter && facts->cpu.n_allowed && facts->program.is_go &&
                         facts->program.imports_mmap && !facts->program.is_archive;
    bool asks_place = may->n_filters && snug_placement_needs_trial(facts, policy);
    if (asks_affinity)
        may->may_set_affinity = SNUG_YES;
    if (asks_place)
        may->may_place = SNUG_YES;

    bool is_planned = false;
    while (!is_planned) {
        snug_plan_make(facts, policy, request_milli, ret);
        is_planned = true;
        if (asks_place && ret->numa.nodes) {
            asks_place = false;
            may->may_place = snug_place_probe();
            is_planned = may->may_place == SNUG_YES;
        }
        if (asks_affinity && (ret->cpu.has_window || ret->numa.is_confined)) {
            asks_affinity = false;
            may->may_set_affinity = may_set_affinity(&facts->cpu.allowed);
            is_planned &= may->may_set_affinity == SNUG_YES;
        }
    }
}

/* It lived, whatever the answers are. */
static int try_rare(const void *unused)
{
    struct stat status;
    struct statfs system;
    int signal;
    char target;
    (void)unused;
    struct rlimit limit;
    uint64_t set;
    const struct timespec at_once = {0};
    const uint64_t none = 0;
    (void)snug_sys_getrlimit(RLIMIT_FSIZE, &limit);
    (void)snug_sys_rt_sigpending(&set, sizeof set);
    (void)snug_sys_rt_sigprocmask(-1, &none, NULL, sizeof none);
    (void)snug_sys_ppoll(NULL, 0, &at_once);
    (void)snug_sys_rt_sigtimedwait(&none, &at_once, sizeof none);
    (void)snug_sys_getppid();
    (void)snug_sys_geteuid();
    (void)snug_sys_newfstatat(AT_FDCWD, "", &status);
    (void)snug_sys_openat(AT_FDCWD, "", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    (void)snug_sys_openat(AT_FDCWD, "", SNUG_FILE_OPEN_FLAGS);
    (void)snug_sys_create(AT_FDCWD, "", O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0);
    (void)snug_sys_readlinkat(-1, "", &target, sizeof target);
    (void)snug_sys_fstatfs(-1, &system);
    (void)snug_sys_unlinkat(AT_FDCWD, "");
    (void)snug_sys_getdents64(-1, NULL, 0);
    (void)snug_sys_fcntl(-1, F_SETSIG, 0);
    (void)snug_sys_fcntl(-1, F_SETLEASE, 0);
    (void)snug_sys_prctl(PR_GET_PDEATHSIG, (unsigned long)&signal, 0, 0, 0);
    (void)snug_sys_prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0, 0, 0);
    return 0;
}

static int try_writing(const void *unused)
{
    (void)unused;
    (void)snug_sys_pwritev2(-1, "", 0, 0);
    return 0;
}

bool snug_trial_is_safe(void)
{
    if (may_be_rare == SNUG_MAYBE) {
        const bool lives =
            !snug_trial_is_filtered() || snug_sys_ask_child(try_rare, NULL) == 0;
        may_be_rare = lives ? SNUG_YES : SNUG_NO;
        if (lives && snug_trial_is_filtered() && snug_sys_ask_child(try_writing, NULL) != 0)
            snug_log_see_filter();
    }
    return may_be_rare == SNUG_YES;
}
