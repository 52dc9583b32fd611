/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking for a signal at the parent's death. What surprises: the kernel sends it when the
 * parent's *thread* ends that forked the child, and a forked copy has asked for nothing.
 */
#include <sys/prctl.h>

#include "snug/apply/children.h"
#include "snug/apply/identity.h"
#include "snug/apply/trial.h"
#include "snug/base/entries.h"
#include "snug/base/sys.h"

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

static enum snug_kin find_kin(const struct snug_tie *tie, const struct snug_tie *self,
                              int parent)
{
    struct snug_tie_view view = {
        .pid = self->pid,
        .namespace = self->namespace,
        .group = self->group,
        .parent = parent,
    };
    /* A parent in an outer namespace is 0. A /proc that does not know us is an outer one.
     */
    if (parent && self->start_ticks && tie->pid != self->pid) {
        struct snug_tie above;
        snug_identity_look_at(parent, &above);
        view.parent_ticks = above.start_ticks;
        view.parent_group = above.group;
        if (parent != tie->pid)
            view.named_ticks = snug_identity_ticks_of(tie->pid);
    }
    return snug_tie_kin(tie, &view);
}

void snug_children_join(struct snug_vector *vector, char *record)
{
    const struct snug_tie tie = snug_tie_read(vector->envp);
    if (!tie.signal || !snug_trial_is_safe())
        return;

    const struct snug_tie self = snug_identity_own(tie.signal);
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

void snug_children_hand_down(const struct snug_child_plan *plan, struct snug_builder *out)
{
    if (!plan->signal)
        return;
    const struct snug_tie self = snug_identity_own(plan->signal);
    snug_text_put(out, out->n ? " " : "");
    snug_tie_put(out, &self);
}
