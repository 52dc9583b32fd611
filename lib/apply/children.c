/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking for a signal at the parent's death. What surprises: the kernel sends it when the
 * parent's *thread* ends that forked the child, and a forked copy has asked for nothing.
 */
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "snug/children.h"
#include "snug/entries.h"
#include "snug/sys.h"

enum { STAT_BYTES = 1024 };

static uint64_t read_start_ticks(const struct snug_root *root, int pid)
{
    char text[STAT_BYTES];
    size_t n;
    if (snug_file_read(root, "/proc/self/stat", sizeof text, text, &n) < 0)
        return 0;
    return snug_tie_start_ticks((struct snug_text){text, n}, pid);
}

static uint64_t read_own_ticks(int pid)
{
    static const struct snug_root own = {.fd = -1};
    return read_start_ticks(&own, pid);
}

static uint64_t read_others_ticks(int pid)
{
    const struct snug_root other = {.fd = -1, .pid = pid};
    return read_start_ticks(&other, pid);
}

static void raise_signal(unsigned signal)
{
    /* If it is ignored, life goes on, as it would with the kernel's. */
    (void)snug_sys_tgkill((int)snug_sys_getpid(), (int)snug_sys_gettid(), (int)signal);
}

/* The parent may die before the call and after; in between it is the kernel's to notice. */
static void ask(unsigned signal, int parent)
{
    int before = 0;
    if (snug_sys_prctl(PR_GET_PDEATHSIG, (unsigned long)&before, 0, 0, 0) < 0 || before ||
        snug_sys_prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
        return;
    if (snug_sys_getppid() != parent)
        raise_signal(signal);
}

/* The namespace of process ids that this process lives in. */
static uint64_t read_namespace(void)
{
    struct stat status;
    const long r = snug_sys_newfstatat(AT_FDCWD, "/proc/self/ns/pid", &status);
    return r < 0 ? 0 : status.st_ino;
}

static struct snug_tie tie_to_self(unsigned signal)
{
    const int pid = (int)snug_sys_getpid();
    return (struct snug_tie){signal, pid, read_own_ticks(pid), read_namespace()};
}

static enum snug_kin find_kin(const struct snug_tie *tie, const struct snug_tie *self,
                              int parent)
{
    struct snug_tie_view view = {
        .pid = self->pid,
        .namespace = self->namespace,
        .parent = parent,
    };
    /* A parent in an outer namespace is 0. A /proc that does not know us is an outer one.
     */
    if (parent && self->start_ticks && parent != tie->pid) {
        view.parent_ticks = read_others_ticks(parent);
        view.named_ticks = read_others_ticks(tie->pid);
    }
    return snug_tie_kin(tie, &view);
}

void snug_children_join(struct snug_vector *vector, char *record)
{
    const struct snug_tie tie = snug_tie_read(vector->envp);
    if (!tie.signal)
        return;

    const struct snug_tie self = tie_to_self(tie.signal);
    const int parent = (int)snug_sys_getppid();
    switch (find_kin(&tie, &self, parent)) {
    case SNUG_KIN_SELF:
    case SNUG_KIN_FAR:
        return;
    case SNUG_KIN_CHILD:
        ask(tie.signal, parent);
        break;
    case SNUG_KIN_ORPHAN:
        raise_signal(tie.signal);
        break;
    }

    struct snug_builder out = snug_text_build(record, SNUG_RECORD_BYTES);
    snug_text_put(&out, "SNUG_SET=");
    snug_tie_replace(&out, snug_entries_value(vector->envp, "SNUG_SET"), &self);
    if (!out.is_full)
        snug_vector_put_record(vector, record);
}

void snug_children_hand_down(const struct snug_child_plan *plan, char *ret_word)
{
    if (!plan->signal)
        return;
    const struct snug_tie self = tie_to_self(plan->signal);
    struct snug_builder out = snug_text_build(ret_word, SNUG_CHILDREN_WORD_BYTES);
    snug_tie_put(&out, &self); /* It fits: four numbers. */
}
