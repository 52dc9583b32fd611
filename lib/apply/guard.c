/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The seccomp guard. A filter is copied first: what is judged is what is loaded, whatever
 * other threads write meanwhile. Its address may be anything, since programs probe the
 * kernel with bad ones.
 */
#include "snug/apply/guard.h"

#include <errno.h>
#include <stdatomic.h>

#include "snug/base/bpf.h"
#include "snug/base/calls.h"
#include "snug/base/sys.h"
#include "snug/plan/refusals.h"

enum {
    TURNS =
        2, /* Filters that are looked at in one moment; threads that load one are rare. */
    FREE = -1,
    LINE_BYTES = 960,
    NAME_BYTES = 40,
    UNKNOWN_SHOWN = 16,
    PROBE_BYTES = 8,
    PAGE_BYTES = 4096,
};

#if defined(__x86_64__)
static const uint32_t foreign_bit = 0x40000000; /* Numbers of the x32 ABI. */
#else
static const uint32_t foreign_bit = 0;
#endif

/* What libseccomp compares with where a tracer has taken a call's number away. */
static const uint32_t skipped_number = UINT32_MAX;

struct turn {
    _Atomic bool is_taken;
    struct sock_fprog program;
    struct sock_filter code[SNUG_BPF_MAX];
    struct snug_bpf_notes notes;
};

static struct turn turns[TURNS];
static struct snug_seccomp_plan plan;
static struct snug_log log;

void snug_guard_arm(const struct snug_seccomp_plan *to_do, const struct snug_log *to)
{
    plan = *to_do;
    log = *to;
    /* Who asks for the guard asks for its lines. */
    if (log.level == SNUG_LOG_OFF)
        log.level = SNUG_LOG_ERROR;
}

static struct snug_builder begin_line(char *line)
{
    struct snug_builder ret = snug_text_build(line, LINE_BYTES);
    snug_text_put(&ret, "seccomp: ");
    return ret;
}

static void say(enum snug_log_level level, const char *text)
{
    char line[LINE_BYTES];
    struct snug_builder out = begin_line(line);
    snug_text_put(&out, text);
    snug_log_write(&log, level, line);
}

/* Whether a call with this memory would not end in EFAULT. The kernel reads a signal set
 * before it looks at `how`, and no `how` is -1; every program makes this call. */
static bool is_readable(const char *at, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += PAGE_BYTES)
        if (snug_sys_rt_sigprocmask(-1, at + i, NULL, PROBE_BYTES) != -EINVAL)
            return false;
    return snug_sys_rt_sigprocmask(-1, at + n_bytes - PROBE_BYTES, NULL, PROBE_BYTES) ==
           -EINVAL;
}

/* False if the kernel will find fault with the addresses or the length. */
static bool copy_program(const void *from, struct turn *to)
{
    if (!is_readable(from, sizeof to->program))
        return false;
    to->program = *(const struct sock_fprog *)from;
    const unsigned n = to->program.len;
    const struct sock_filter *code = to->program.filter;
    if (n == 0 || n > SNUG_BPF_MAX || !is_readable((const char *)code, n * sizeof *code))
        return false;
    for (unsigned i = 0; i < n; i++)
        to->code[i] = code[i];
    return true;
}

static void say_unknown(uint32_t number)
{
    char line[LINE_BYTES];
    struct snug_builder out = begin_line(line);
    snug_text_put(&out, "the filter names number ");
    snug_text_put_u64(&out, number);
    const bool is_below_last = snug_calls_is_below_last(number);
    snug_text_put(&out, is_below_last ? ", which is no system call of "
                                      : ", which is above every system call of ");
    snug_text_put(&out, snug_calls_architecture());
    snug_text_put(&out, is_below_last ? ": it was made with another table of numbers"
                                      : " that snug knows");
    snug_log_write(&log, SNUG_LOG_ERROR, line);
}

/* One or more lines with all names, and the numbers of calls that no Go program needs;
 * `*out` is flushed when another may not fit. */
static void list_name(char *line, struct snug_builder *out, uint32_t number)
{
    if (out->n && out->n + NAME_BYTES > LINE_BYTES) {
        snug_log_write(&log, SNUG_LOG_INFO, line);
        out->n = 0;
    }
    if (!out->n) {
        *out = begin_line(line);
        snug_text_put(out, "the filter names");
    }
    snug_text_put(out, " ");
    snug_calls_put_name(out, number);
}

/* The numbers that the filter compares with: each once. */
static void report_numbers(const struct turn *turn)
{
    uint8_t is_seen[SNUG_CALLS_NUMBERS / 8] = {0};
    unsigned n_unknown = 0;
    char line[LINE_BYTES];
    struct snug_builder out = {0};

    unsigned at = 0;
    uint32_t number;
    while (
        snug_bpf_next_number(turn->code, turn->program.len, &turn->notes, &at, &number)) {
        if (number == skipped_number || (number & foreign_bit))
            continue;
        if (number < SNUG_CALLS_NUMBERS) {
            if (is_seen[number / 8] >> number % 8 & 1)
                continue;
            is_seen[number / 8] |= (uint8_t)(1u << number % 8);
        }
        if (snug_calls_has(number))
            list_name(line, &out, number);
        else if (++n_unknown <= UNKNOWN_SHOWN)
            say_unknown(number);
    }
    if (out.n)
        snug_log_write(&log, SNUG_LOG_INFO, line);
    if (n_unknown > UNKNOWN_SHOWN)
        say(SNUG_LOG_ERROR, "the filter names more numbers that are no system calls");
}

/* A line for each call that is needed and refused: one for a number, if its arguments make
 * no difference. */
static void report_refusals(const struct turn *turn)
{
    struct snug_refusals walk = {turn->code, plan.go_minor, plan.who, 0, 0, false};
    struct snug_refusal refusal;
    while (snug_refusals_next(&walk, &refusal)) {
        char line[LINE_BYTES];
        struct snug_builder out = begin_line(line);
        snug_text_put(&out, "the filter refuses ");
        snug_refusals_put(&out, &refusal);
        snug_text_put(&out, plan.softens ? "; logged instead" : "");
        snug_log_write(&log, SNUG_LOG_ERROR, line);
    }
}

/* True if the copy is to be loaded. */
static bool look_at(const void *program, struct turn *turn)
{
    if (!copy_program(program, turn))
        return false;
    unsigned n = turn->program.len;
    if (snug_bpf_check(turn->code, n, &turn->notes) < 0) {
        say(SNUG_LOG_INFO, "the filter is malformed");
        return false;
    }
    if (!snug_bpf_trace(turn->code, n, SNUG_BPF_NATIVE, &turn->notes))
        say(SNUG_LOG_ERROR, "the filter does not look at the architecture");
    report_numbers(turn);
    report_refusals(turn);
    if (!plan.softens)
        return false;

    const int r = snug_bpf_soften(turn->code, &n);
    if (r < 0)
        say(SNUG_LOG_ERROR, r == -ENOSPC
                                ? "the filter is too long to be softened: it refuses"
                                : "the filter divides, it cannot be softened: it refuses");
    turn->program = (struct sock_fprog){(unsigned short)n, turn->code};
    return r == 0;
}

const void *snug_guard_begin(const void *program, int *ret_turn)
{
    *ret_turn = FREE;
    if (!program)
        return program;
    for (int i = 0; i < TURNS; i++) {
        bool is_free = false;
        if (!atomic_compare_exchange_strong(&turns[i].is_taken, &is_free, true))
            continue;
        if (look_at(program, &turns[i])) {
            *ret_turn = i;
            return &turns[i].program;
        }
        atomic_store(&turns[i].is_taken, false);
        return program;
    }
    say(SNUG_LOG_ERROR, "too many filters at once: this one is not looked at");
    return program;
}

void snug_guard_end(int turn)
{
    if (turn != FREE)
        atomic_store(&turns[turn].is_taken, false);
}
