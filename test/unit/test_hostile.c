/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Policy files and values that nobody wrote: huge ones, noise, and thousands of mutations
 * of good ones, the same in every run. Nothing may crash, and what is accepted is sound.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"
#include "snug/policy/conf.h"
#include "snug/policy/values.h"

enum { N_FILES = 3000, N_VALUES = 20000, VALUE_BYTES = 600 };

static struct snug_policy policy;
static int fd = -1;
static uint32_t state;

static void set_up(void)
{
    fd = memfd_create("conf", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    state = 1;
    snug_policy_default(&policy);
}

static void tear_down(void)
{
    close(fd);
}

static void put_in(const void *bytes, size_t n)
{
    ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
}

static void read_all(void)
{
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    snug_conf_read(&policy, fd, snug_text_of("/usr/bin/server"));
}

static uint32_t random_below(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)state * n >> 32);
}

static void put_noise(size_t n_bytes)
{
    char block[4096];
    for (size_t done = 0; done < n_bytes; done += sizeof block) {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (char)random_below(256);
        put_in(block, sizeof block);
    }
}

static void put_long_line(size_t n, const char *end)
{
    char *line = malloc(n);
    ck_assert_ptr_nonnull(line);
    memset(line, 'x', n);
    put_in(line, n);
    put_in(end, strlen(end));
    free(line);
}

static void assert_only_problem(enum snug_problem_kind kind, unsigned line)
{
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_int_eq(policy.problem[0].kind, kind);
    ck_assert_uint_eq(policy.problem[0].line, line);
}

START_TEST(ten_megabytes_of_noise_are_one_complaint)
{
    put_in("cpu.min = 3\n", 12);
    put_noise(10 << 20);
    put_in("\ncpu.round = down\n", 18);
    read_all();
    assert_only_problem(SNUG_PROBLEM_NOISE, 2);
    ck_assert_uint_gt(policy.problem[0].n, 1000);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
    ck_assert(snug_values_is(&policy.setting[SNUG_CPU_ROUND], SNUG_WORD_DOWN));
}
END_TEST

START_TEST(long_lines_are_one_complaint)
{
    put_in("cpu.min = 3\n", 12);
    put_long_line(5000, "\n");
    put_long_line(1 << 20, "\n");
    put_in("cpu.round = down\n", 17);
    put_long_line(1 << 20, "");
    read_all();
    assert_only_problem(SNUG_PROBLEM_LINE_TOO_LONG, 2);
    ck_assert_uint_eq(policy.problem[0].n, 3);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
    ck_assert(snug_values_is(&policy.setting[SNUG_CPU_ROUND], SNUG_WORD_DOWN));
}
END_TEST

START_TEST(what_comes_after_sixteen_megabytes_is_ignored)
{
    char block[1024];
    memset(block, '\n', sizeof block);
    put_in("cpu.min = 3\n", 12);
    for (int i = 0; i < 16 << 10; i++)
        put_in(block, sizeof block);
    put_in("cpu.min = 4\n", 12);
    read_all();
    assert_only_problem(SNUG_PROBLEM_TOO_BIG, (16 << 20) - 10);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
}
END_TEST

/* What a mutation may put in: bytes that mean something to one of the parsers. */
static const char *const pieces[] = {
    "\n",   "=",   "#",    " #", "[",    "]",         "*",           "\\",
    ",",    "-",   "%",    "m",  "s",    "K",         "MiB",         "node:",
    "/",    "SIG", "0",    "9",  "\xff", "\xc3\xa9",  "lock = ",     "[program ",
    "\r",   "\t",  "off",  "1",  "auto", "cpu.min=1", "99999999999", "\xef\xbb\xbf",
    "none", "99%", "node", ".",  "\x1b", "T",
};

/* One change to the `*n` bytes at `text`: a byte, a piece put in, a part taken out. */
static void mutate(char *text, size_t *n, size_t size)
{
    const size_t at = random_below((uint32_t)*n + 1);
    const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
    const size_t n_piece = strlen(piece);
    size_t n_out = random_below(8);

    switch (random_below(4)) {
    case 0:
        if (at < *n)
            text[at] = (char)random_below(256);
        break;
    case 1:
        if (n_out > *n - at)
            n_out = *n - at;
        memmove(text + at, text + at + n_out, *n - at - n_out);
        *n -= n_out;
        break;
    default:
        if (*n + n_piece > size)
            break;
        memmove(text + at + n_piece, text + at, *n - at);
        memcpy(text + at, piece, n_piece);
        *n += n_piece;
    }
}

/* Whether an accepted value prints as it can be read again, to the same. Asked often, and
 * so without assertions, each of which is a system call. */
static bool is_sound(enum snug_key key, const struct snug_setting *setting)
{
    char text[SNUG_TEXT_VALUE_BYTES + 8];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_values_put(&out, key, setting);

    struct snug_setting again;
    return !out.is_full && snug_values_parse(key, snug_text_of(text), &again) == 0 &&
           again.unit == setting->unit && again.word == setting->word &&
           again.number == setting->number && !strcmp(again.text, setting->text);
}

static const char *const good_values[] = {
    "auto", "off",        "8192",       "down", "1500m",   "200%", "256MiB",         "10%",
    "on",   "node:0,2-3", "interleave", "30s",  "SIGTERM", "64",   "/var/log/x.log", "none",
};

START_TEST(a_mutated_value_is_refused_or_sound)
{
    unsigned n_taken = 0;
    for (int i = 0; i < N_VALUES; i++) {
        char buffer[VALUE_BYTES];
        const char *good =
            good_values[random_below(sizeof good_values / sizeof *good_values)];
        size_t n = strlen(good);
        memcpy(buffer, good, n);
        for (uint32_t k = random_below(6); k; k--)
            mutate(buffer, &n, sizeof buffer);

        /* In a block of exactly its size, so that a sanitizer sees a byte too far. */
        char *text = malloc(n + !n);
        if (!text)
            ck_abort_msg("no memory");
        memcpy(text, buffer, n);
        const enum snug_key key = (enum snug_key)random_below(SNUG_N_KEYS);
        struct snug_setting setting;
        const int r = snug_values_parse(key, (struct snug_text){text, n}, &setting);
        if (r ? r != -EINVAL && r != -ERANGE : !is_sound(key, &setting))
            ck_abort_msg("%s = %.*s", snug_options[key].name, (int)n, text);
        n_taken += r == 0;
        free(text);
    }
    ck_assert_uint_gt(n_taken, N_VALUES / 100); /* Else nothing was tested. */
}
END_TEST

static const char good_file[] =
    "# A policy.\n"
    "scope = all\ncpu.round = down # a comment\ncpu.min = 1\ncpu.request = 1500m\n"
    "memory.limit = 256M\nmemory.headroom = 15%\nnuma.place = node:0-1\n"
    "child.pdeathsig = SIGTERM\nfollow.interval = 30s\nlog.file = /var/log/snug.log\n"
    "lock = cpu.*, memory.limit\n"
    "[program server]\nmemory.gogc = 50\nspan.huge = always\n"
    "[program /opt/*/bin/*]\ncpu.count = 4\nlog = debug\n";

static bool is_describable(const struct snug_problem *problem)
{
    char text[1024];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_policy_describe(&policy, problem, &out);
    for (size_t i = 0; i < out.n; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return out.n > 10 && !out.is_full;
}

START_TEST(a_mutated_file_is_read_and_complained_about)
{
    unsigned n_set = 0;
    for (int i = 0; i < N_FILES; i++) {
        char text[sizeof good_file + VALUE_BYTES];
        size_t n = sizeof good_file - 1;
        memcpy(text, good_file, n);
        for (uint32_t k = random_below(40); k; k--)
            mutate(text, &n, sizeof text);

        snug_policy_default(&policy);
        if (ftruncate(fd, 0) < 0 || pwrite(fd, text, n, 0) != (ssize_t)n)
            ck_abort_msg("no file");
        read_all();
        for (int key = 0; key < SNUG_N_KEYS; key++) {
            if (policy.setting[key].source != SNUG_FROM_FILE)
                continue;
            if (!is_sound((enum snug_key)key, &policy.setting[key]))
                ck_abort_msg("file %d: %s", i, snug_options[key].name);
            n_set++;
        }
        for (unsigned p = 0; p < policy.n_problems; p++)
            if (!is_describable(&policy.problem[p]))
                ck_abort_msg("file %d: problem %u", i, p);
    }
    ck_assert_uint_gt(n_set, N_FILES); /* Else nothing was tested. */
}
END_TEST

static Suite *hostile_suite(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tcase = tcase_create("huge");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, ten_megabytes_of_noise_are_one_complaint);
    tcase_add_test(tcase, long_lines_are_one_complaint);
    tcase_add_test(tcase, what_comes_after_sixteen_megabytes_is_ignored);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("mutated");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_mutated_value_is_refused_or_sound);
    tcase_add_test(tcase, a_mutated_file_is_read_and_complained_about);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(hostile_suite());
}
