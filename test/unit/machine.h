/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A machine to plan for: 8 CPUs, a limit of 1.5 CPUs and 256 MiB, a cgo program of Go 1.22.
 * Each test changes what matters to it.
 */
#pragma once

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "snug/plan/plan.h"
#include "suite.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows)[0])

enum { MIB = 1 << 20 };

static struct snug_facts facts;
static struct snug_policy policy;
static uint64_t request_milli;
static struct snug_plan plan;

static inline void set_limit(uint64_t quota_usec, uint64_t period_usec)
{
    facts.cpu.limit.kind = SNUG_SET;
    facts.cpu.limit.quota_usec = quota_usec;
    facts.cpu.limit.period_usec = period_usec;
    facts.cpu.own = facts.cpu.limit;
}

static inline void allow_cpus(const char *list)
{
    ck_assert_int_eq(snug_cpus_parse(snug_text_of(list), &facts.cpu.allowed), 0);
    facts.cpu.n_allowed = snug_cpus_count(&facts.cpu.allowed);
}

static inline void choose(const char *key, const char *value)
{
    ck_assert_int_eq(
        snug_policy_set(&policy, SNUG_FROM_COMMAND, snug_text_of(key), snug_text_of(value)),
        0);
}

static inline void set_up(void)
{
    memset(&facts, 0, sizeof facts);
    memset(&plan, 0xa5, sizeof plan);
    request_milli = 0;
    snug_policy_default(&policy);
    allow_cpus("0-7");
    set_limit(150000, 100000);
    facts.cpu.is_mounted_whole = true;
    facts.memory.limit.kind = SNUG_SET;
    facts.memory.limit.bytes = 256 * MIB;
    facts.nodes.n_online = 1;
    facts.program.is_known = true;
    facts.program.is_go = true;
    facts.program.imports_mmap = true;
    facts.program.go_minor = 22;
    facts.program.follows_container = SNUG_NO;
    facts.program.follows_updates = SNUG_NO;
    facts.privileges.may_set_affinity = SNUG_YES;
}

static inline void run_newest_go(void)
{
    facts.program.go_minor = 27;
    facts.program.follows_container = SNUG_YES;
    facts.program.follows_updates = SNUG_YES;
}

static inline void make(void)
{
    snug_plan_make(&facts, &policy, request_milli, &plan);
}
