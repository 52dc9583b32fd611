/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start of a Go program into which nothing can be preloaded, traced from its exec to
 * the moment when the runtime has counted the CPUs. A packed program shows only meanwhile
 * whether it is one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct snug_tracer {
    unsigned n_cpus;     /* What the runtime is to count; 0: what it would anyway. */
    bool awaits_thread;  /* It is let go when its runtime starts its first thread. */
    bool is_packed;      /* So it may be any program. */
    bool may_be_archive; /* So its first thread may be that of C code with Go linked in. */
    /* The caller is its child, and has it ignore SIGCHLD until it counts. Where it has a
     * use for SIGCHLD before, that is put back, and this is false. */
    bool ignores_child;
    pid_t program;
    bool is_on;      /* It is attached. */
    bool has_begun;  /* The exec has been. */
    bool is_inside;  /* The next stop at a system call is its end. */
    uint64_t number; /* The call that it is in, and its first argument. */
    uint64_t argument;
    uint64_t answer_at; /* Where the count's answer is going to; 0: it is not that call. */
    unsigned n_calls;
    bool has_counted;
    bool is_at_thread; /* What it awaited has come. */
    bool is_at_exec;   /* It goes on to another program. */
    bool is_other;     /* What it does is not the start of a Go program. */
    bool is_deaf;      /* It ignores SIGCHLD by its own will. The caller sets it first. */
    bool has_acted;    /* It has said itself what SIGCHLD does. */
    unsigned go_minor; /* Of a packed Go program that has counted; 0: not known. */
};

/* Attaches to a process that is going to exec the program; it goes on at once. The first
 * five members are the caller's, who awaits all children, threads among them: see
 * snug_tracer_frees_thread. 0 or -errno. */
int snug_tracer_attach(pid_t program, struct snug_tracer *tracer);

/* What waitpid has told of a stop of the program: does what is to be done and lets it go
 * on. Once it has counted or started a thread, or seems not to, it waits instead to be let
 * go, and `is_on` is false. True if it remains stopped, as anybody's child would that got
 * such a signal. */
bool snug_tracer_step(struct snug_tracer *tracer, int status);

/* Before the count: it is to wait to be let go as soon as it begins another call, which
 * may be the one that it is in, if that begins anew after a stop. One that would end with
 * EINTR is left alone: it ends when it does. */
void snug_tracer_hurry(struct snug_tracer *tracer);

/* For good. The end of the calling process does the same. */
void snug_tracer_let_go(const struct snug_tracer *tracer);

/* Whether waitpid has told of a stop of the first thread, which is traced like its parent.
 * It is let go then. */
bool snug_tracer_frees_thread(pid_t thread, int status);
