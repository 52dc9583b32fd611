/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Facts, policy and plan for the process in question. A captured tree may hold the
 * process's variables in proc/self/environ; without that file the caller's stand in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/apply/place.h"
#include "snug/base/entries.h"
#include "snug/base/root.h"
#include "snug/cli/command/page.h"
#include "snug/cli/subject/invocation.h"
#include "snug/cli/subject/process.h"
#include "snug/cli/subject/record.h"
#include "snug/cli/subject/rights.h"
#include "snug/cli/subject/subject.h"
#include "snug/facts/announced.h"
#include "snug/facts/nodes.h"
#include "snug/facts/online.h"
#include "snug/facts/program.h"
#include "snug/facts/variables.h"
#include "snug/plan/placement.h"
#include "snug/policy/values.h"

enum { ENVIRON_BYTES_FIRST = 64 * 1024, ENVIRON_BYTES_MAX = 16 * 1024 * 1024 };

static const struct snug_root live_root = {.fd = -1};

void snug_subject_note(struct snug_subject *subject, const char *format, ...)
{
    if (subject->n_notes == SNUG_SUBJECT_NOTES_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(subject->note[subject->n_notes++], SNUG_SUBJECT_NOTE_BYTES, format,
                    arguments);
    va_end(arguments);
}

/* The whole file in allocated memory. */
static int read_environ(const struct snug_root *root, char **ret_text, size_t *ret_n)
{
    int r = -EFBIG;
    for (size_t size = ENVIRON_BYTES_FIRST; r == -EFBIG && size <= ENVIRON_BYTES_MAX;
         size *= 4) {
        char *const text = malloc(size);
        if (!text)
            return -ENOMEM;
        r = snug_file_read(root, "/proc/self/environ", size, text, ret_n);
        if (r == 0)
            *ret_text = text;
        else
            free(text);
    }
    return r;
}

/* Puts behind the text the array that the variables' readers expect: pointers to its
 * strings, which are parted by 0. NULL, and the text stays, without memory. */
static char **split_entries(char **text, size_t n)
{
    size_t n_entries = 0;
    for (size_t i = 0; i < n; i++)
        n_entries += i == 0 || !(*text)[i - 1];

    const size_t at = n / sizeof(char *) * sizeof(char *) + sizeof(char *);
    char *const larger = realloc(*text, at + (n_entries + 1) * sizeof(char *));
    if (!larger)
        return NULL;

    char **const ret = (char **)(void *)(larger + at);
    char **entries = ret;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !larger[i - 1])
            *entries++ = larger + i;
    *entries = NULL;
    larger[n] = 0;
    *text = larger;
    return ret;
}

static void read_entries(struct snug_subject *subject)
{
    size_t n;
    char **entries = NULL;
    int r = read_environ(&subject->root, &subject->environ, &n);
    if (r == 0) {
        entries = split_entries(&subject->environ, n);
        r = entries ? 0 : -ENOMEM;
    }
    if (r == 0) {
        subject->entries = entries;
        subject->has_own_entries = true;
    } else if (subject->is_captured_process && r != -ENOENT) {
        subject->entries = NULL; /* They could not be read there, as a note of it says. */
    } else if (subject->root.pid) {
        subject->entries = NULL;
        snug_subject_note(
            subject,
            "The variables of the process cannot be read (%s); the plan is made "
            "without them.",
            strerror(-r));
    }
}

static int open_pid(const char *text, struct snug_root *ret)
{
    uint64_t pid;
    if (snug_text_u64(snug_text_of(text), &pid) < 0 || pid == 0 || pid > INT_MAX)
        return -EINVAL;

    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (access(path, F_OK) < 0)
        return -ESRCH;
    snug_rights_hold((int)pid); /* Before it has named anything. */
    *ret = snug_rights_root((int)pid);
    return 0;
}

int snug_subject_open(struct snug_subject *subject, const struct snug_arguments *arguments)
{
    *subject = (struct snug_subject){
        .root = live_root,
        .entries = environ,
        .executable.fd = -1,
    };
    if (arguments->pid) {
        const int r = open_pid(arguments->pid, &subject->root);
        if (r < 0)
            return r;
    }
    if (arguments->root) {
        const int top = open(arguments->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (top < 0)
            return -errno;
        subject->root = snug_root_below(top);
        __attribute__((cleanup(snug_file_close))) const int maps =
            snug_file_open(&subject->root, "/proc/self/maps");
        subject->is_captured_process = maps >= 0;
    }
    if (arguments->pid || arguments->root)
        read_entries(subject);
    return 0;
}

int snug_subject_open_recorded(struct snug_subject *subject,
                               const struct snug_arguments *arguments,
                               struct snug_root (*make)(int pid))
{
    *subject = (struct snug_subject){.root = live_root, .executable.fd = -1};
    struct snug_root process = live_root;
    const int r = arguments->pid ? open_pid(arguments->pid, &process) : 0;
    if (r < 0)
        return r;
    subject->root = make(process.pid);
    read_entries(subject);
    return 0;
}

/* What is packed is taken for what only the command reaches. Anything else loses nothing by
 * that: the object in a dynamic program plans for itself. */
static void suppose(struct snug_program *ret)
{
    *ret = (struct snug_program){.is_known = true, .is_go = true, .is_static = true};
}

static int find_named(struct snug_subject *subject, char *const *command)
{
    const struct snug_text path = snug_entries_value(subject->entries, "PATH");
    const struct snug_root *root = &subject->root;
    struct snug_executable *executable = &subject->executable;

    int r = snug_executable_find(root, command[0], path.at, executable);
    if (r < 0 && root->open) {
        root = &live_root;
        r = snug_executable_find(root, command[0], getenv("PATH"), executable);
        if (r == 0)
            snug_subject_note(
                subject, "The program is this machine's: there is no %s below the root.",
                command[0]);
    }
    if (r == 0)
        r = snug_invocation_follow(root, NULL, command, executable);
    /* Few trees hold a script's interpreter, and what a tree says leads nowhere else. */
    if (r < 0 && executable->fd >= 0 && root->open &&
        !snug_executable_is_loader(executable, command[0]))
        r = 0;
    if (r == 0)
        subject->form =
            snug_executable_read(executable, root->fd < 0, &subject->facts.program);
    if (r == 0 && subject->form == SNUG_FORM_PACKED)
        suppose(&subject->facts.program);
    return r;
}

static void find_object(struct snug_subject *subject)
{
    /* Without a page there is nothing to tell. */
    (void)snug_snapshot_of_process(subject->root.pid, &subject->counted);
    snug_object_read(&subject->root, &subject->counted.page, &subject->object);
}

int snug_subject_find_program(struct snug_subject *subject, char *const *command)
{
    int r;
    if (subject->root.pid)
        find_object(subject);
    if (command[0]) {
        r = find_named(subject, command);
        if (r < 0)
            return r;
    } else if (subject->is_captured_process && snug_record_read(subject) == 0) {
        return 0;
    } else if (!subject->root.pid) {
        subject->form = SNUG_FORM_PROGRAM;
        snug_program_assume(&subject->facts.program);
        return 0;
    } else {
        r = snug_process_find(&subject->root, &subject->executable, &subject->form,
                              &subject->facts.program);
        if (r < 0)
            snug_subject_note(subject, "The program of the process cannot be read (%s).",
                              strerror(-r));
        if (r == -ENOENT) /* The kernel's own threads have none. */
            subject->form = SNUG_FORM_OTHER;
    }
    subject->has_program = r == 0;
    return 0;
}

void snug_subject_see_tracing(struct snug_subject *subject)
{
    if (subject->root.pid)
        snug_tracing_read(&subject->root, &subject->tracing);
}

static void gather_facts(struct snug_subject *subject)
{
    snug_facts_gather(&subject->root, &subject->facts);
    if (subject->root.open)
        snug_online_cut(&subject->root, &subject->facts.cpu);
    snug_variables_read(subject->entries, &subject->facts.variables);

    struct snug_privilege_facts *privileges = &subject->facts.privileges;
    if (privileges->may_set_affinity == SNUG_MAYBE)
        privileges->may_set_affinity = SNUG_YES;
}

/* What the policy makes worth gathering. */
static void gather_more(struct snug_subject *subject)
{
    struct snug_facts *facts = &subject->facts;
    const bool is_live = subject->root.fd < 0 && !subject->root.pid;
    if (snug_placement_needs_weights(facts, &subject->policy))
        snug_nodes_read_free(&subject->root, &facts->nodes);
    if (is_live && snug_placement_needs_trial(facts, &subject->policy))
        facts->privileges.may_place = snug_place_probe();
    snug_announced_see(&subject->root,
                       snug_values_path(&subject->policy.setting[SNUG_FOLLOW_ANNOUNCE]),
                       &facts->memory);
    if (facts->privileges.may_place == SNUG_MAYBE)
        facts->privileges.may_place = SNUG_YES;
}

static void read_policy(struct snug_subject *subject,
                        const struct snug_arguments *arguments)
{
    struct snug_policy *policy = &subject->policy;
    struct snug_text named = snug_entries_value(subject->entries, "SNUG_POLICY");
    struct snug_root root = subject->root;
    if (arguments->policy)
        named = snug_text_of(arguments->policy);
    /* A name that came from here is a file here, whichever machine is looked at. */
    if (named.n && (arguments->policy || !subject->has_own_entries))
        root = live_root;
    /* Whether it is trusted is for the process to say. */
    if (subject->root.pid) {
        subject->owners = snug_root_owners(&subject->root);
        root.owners = &subject->owners;
    }

    snug_policy_default(policy);
    snug_policy_read_file(policy, &root, named, snug_text_of(subject->executable.path));
    snug_policy_read_environment(policy, subject->entries);
    for (unsigned i = 0; i < arguments->n_keys; i++) {
        struct snug_text value = snug_text_of(arguments->key[i]);
        struct snug_text key;
        (void)snug_text_cut(&value, '=', &key); /* The parser made sure of the sign. */
        (void)snug_policy_set(policy, SNUG_FROM_COMMAND, key,
                              value); /* Leaves a problem. */
    }

    policy->is_off = snug_policy_is_off(subject->entries);
    if (policy->is_off)
        snug_subject_note(subject,
                          "The variable SNUG switches snug off: it does nothing at all.");
}

void snug_subject_plan_again(struct snug_subject *subject)
{
    snug_plan_make(&subject->facts, &subject->policy, subject->request_milli,
                   &subject->plan);
}

int snug_subject_enter(struct snug_subject *subject, const struct snug_arguments *arguments)
{
    int r = snug_subject_open(subject, arguments);
    if (r < 0) {
        if (arguments->pid)
            snug_page_complain("there is no process %s", arguments->pid);
        else
            snug_page_complain("%s: %s", arguments->root, strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    r = snug_subject_find_program(subject, arguments->operand);
    if (r < 0) {
        snug_page_complain("%s: %s", arguments->operand[0], strerror(-r));
        return r == -ENOENT ? SNUG_EXIT_NOT_FOUND : SNUG_EXIT_CANNOT_EXECUTE;
    }
    return 0;
}

void snug_subject_plan(struct snug_subject *subject, const struct snug_arguments *arguments)
{
    gather_facts(subject);
    read_policy(subject, arguments);
    gather_more(subject);

    if (snug_values_is(&subject->policy.setting[SNUG_CPU_REQUEST], SNUG_WORD_REQUEST_ENV))
        subject->request_milli =
            snug_policy_request_milli(&subject->policy, subject->entries);
    if (subject->executable.is_privileged && !subject->executable.gains)
        snug_subject_note(subject,
                          "The program has capabilities of its own, which no_new_privs "
                          "takes away here; the loader ignores LD_PRELOAD all the same. Of "
                          "a Go program snug run traces the start and sets the variables.");
    if (subject->executable.gains)
        snug_subject_note(subject,
                          "The program is set-user-id or has capabilities of its own: the "
                          "loader ignores LD_PRELOAD. Of a Go program snug run sets the "
                          "variables, and nothing else is done.");
    snug_subject_plan_again(subject);
}

void snug_subject_close(struct snug_subject *subject)
{
    snug_executable_close(&subject->executable);
    free(subject->environ);
    if (subject->root.fd >= 0)
        (void)close(subject->root.fd); /* Nothing was written. */
    subject->root.fd = -1;
}
