/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The policy file read again: what is taken, what is refused, and what the log says of it.
 */
#include "snug/apply/reload.h"

#include "folder.h"
#include "suite.h"
#include "snug/policy/values.h"

static char path[512];
static char log_path[512];
static struct snug_policy policy;
static struct snug_log logged;
static struct snug_reload state;

/* As at the start of a program, with that file. */
static void begin(const char *text)
{
    if (text)
        folder_put("conf", text);
    snug_policy_default(&policy);
    snug_policy_read_file(&policy, &snug_file_live, snug_text_of(path),
                          snug_text_of("/bin/service"));
    snug_reload_begin(&policy, UINT64_MAX, "/bin/service", &state);
}

static void set_up(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s/conf", folder_path);
    snprintf(log_path, sizeof log_path, "%s/log", folder_path);
    logged = (struct snug_log){SNUG_LOG_INFO, log_path};
    begin("log = info\ncpu.min = 3\n");
}

/* A new file of the name: so it is another edition however fast the test is. */
static void publish(const char *text)
{
    folder_put("next", text);
    ck_assert_int_eq(renameat(folder.fd, "next", folder.fd, "conf"), 0);
}

static bool look(void)
{
    return snug_reload_look(&state, &policy, &logged);
}

static bool look_twice(void)
{
    const bool r = look();
    ck_assert(!r);
    return look();
}

static uint64_t least(void)
{
    return policy.setting[SNUG_CPU_MIN].number;
}

/* How many lines the log has. The last one is this; `conf` stands for the file. */
static unsigned count_lines(const char *last)
{
    char text[2048];
    char line[2048] = "";
    unsigned ret = 0;
    FILE *file = fopen(log_path, "re");
    while (file && fgets(text, sizeof text, file)) {
        ret++;
        snprintf(line, sizeof line, "%s", strchr(text, ' ') + 1);
    }
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = 0;
    const size_t n = strlen(folder_path) + 1;
    for (char *at; (at = strstr(line, path));)
        memmove(at, at + n, strlen(at + n) + 1);
    if (ret)
        ck_assert_str_eq(line, last);
    return ret;
}

START_TEST(nothing_is_read_that_has_not_changed)
{
    ck_assert(!look_twice());
    ck_assert(!look_twice());
    ck_assert_uint_eq(count_lines(""), 0);
}
END_TEST

START_TEST(a_new_file_counts_when_it_stays)
{
    publish("log = info\ncpu.min = 1\nspan.name = on\n");
    ck_assert(!look());
    ck_assert_uint_eq(least(), 3);
    ck_assert(look());
    ck_assert_uint_eq(least(), 1);
    ck_assert_uint_eq(count_lines("follow: conf is new: cpu.min, span.name"), 1);
    ck_assert(!look_twice());
    ck_assert_uint_eq(count_lines("follow: conf is new: cpu.min, span.name"), 1);
}
END_TEST

START_TEST(one_that_is_being_written_is_waited_for)
{
    publish("");
    ck_assert(!look());
    publish("log = info\n");
    ck_assert(!look());
    publish("log = info\ncpu.min = 3\ncpu.round = down\n");
    ck_assert(look_twice());
    ck_assert_uint_eq(count_lines("follow: conf is new: cpu.round"), 1);
}
END_TEST

START_TEST(what_waits_is_named)
{
    state.keys = 1ull << SNUG_CPU_MIN;
    publish("log = info\ncpu.min = 1\nspan.name = on\nlock = log\n");
    ck_assert(look_twice());
    ck_assert_uint_eq(
        count_lines("follow: conf is new: cpu.min; at the next start: span.name, lock"), 1);
    publish("log = info\ncpu.min = 1\nlock = log\n");
    ck_assert(!look_twice());
    ck_assert_uint_eq(
        count_lines("follow: conf is new: nothing changes; at the next start: "
                    "lock"),
        2);
}
END_TEST

START_TEST(sections_count_as_at_the_start)
{
    publish("log = info\ncpu.min = 3\n[program other]\ncpu.min = 1\n");
    ck_assert(!look_twice());
    ck_assert_uint_eq(count_lines("follow: conf is new: nothing changes"), 1);
    publish("log = info\ncpu.min = 3\n[program service]\ncpu.min = 1\n");
    ck_assert(look_twice());
    ck_assert_uint_eq(least(), 1);
}
END_TEST

static const struct bad {
    const char *text; /* NULL: no file. */
    mode_t mode;
    const char *line;
} bads[] = {
    {"cpu.min = none\n", 0644,
     "follow: the last policy stays: conf:1: cpu.min \"none\" is not taken as it stands; "
     "snug explain says why, and what holds"},
    {"cpu.min = 1\nfolow = on\n", 0644,
     "follow: the last policy stays: conf:2: \"folow\" is not taken as it stands; snug "
     "explain says why, and what holds"},
    {"cpu.min = 1\ncpu.burst = 1000", 0644,
     "follow: the last policy stays: conf:2: cpu.burst \"cpu.burst = 1000\" is not taken "
     "as "
     "it stands; snug explain says why, and what holds"},
    {NULL, 0, "follow: the last policy stays: conf cannot be read: error 2"},
};

START_TEST(a_bad_file_is_told_once_and_changes_nothing)
{
    const struct bad *bad = &bads[_i];
    if (bad->text)
        publish(bad->text);
    else
        ck_assert_int_eq(unlink(path), 0);
    ck_assert(!look_twice());
    ck_assert(!look_twice());
    ck_assert_uint_eq(least(), 3);
    ck_assert_uint_eq(count_lines(bad->line), 1);

    publish("log = info\ncpu.min = 2\n");
    ck_assert(look_twice());
    ck_assert_uint_eq(least(), 2);
    ck_assert_uint_eq(count_lines("follow: conf is new: cpu.min"), 2);
}
END_TEST

START_TEST(one_that_others_can_write_is_refused)
{
    publish("log = info\ncpu.min = 1\n");
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert(!look_twice());
    ck_assert_uint_eq(least(), 3);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert(look_twice());
    ck_assert_uint_eq(least(), 1);
}
END_TEST

START_TEST(one_that_comes_later_is_read)
{
    ck_assert_int_eq(unlink(path), 0);
    begin(NULL);
    ck_assert(!look_twice());
    publish("log = info\ncpu.min = 1\n");
    ck_assert(look_twice());
    ck_assert_uint_eq(least(), 1);
}
END_TEST

START_TEST(the_log_begins_and_ends_with_it)
{
    publish("cpu.min = 3\n");
    ck_assert(look_twice());
    ck_assert_int_eq(logged.level, SNUG_LOG_OFF);
    ck_assert_uint_eq(count_lines(""), 0);
    publish("log = error\ncpu.min = 3\n");
    ck_assert(look_twice());
    ck_assert_int_eq(logged.level, SNUG_LOG_ERROR);
    publish("cpu.min = none\n");
    ck_assert(!look_twice());
    ck_assert_uint_eq(count_lines(bads[0].line), 1);
}
END_TEST

/* A program may put another file in the place of descriptor 2 later. */
START_TEST(a_log_that_is_standard_error_stays_so)
{
    begin("log = info\nlog.file = /dev/stderr\n");
    logged.path = NULL; /* As the start has left it. */
    publish("log = debug\nlog.file = /dev/stderr\n");
    ck_assert(look_twice());
    ck_assert_int_eq(logged.level, SNUG_LOG_DEBUG);
    ck_assert_ptr_null(logged.path);

    begin("log = off\nlog.file = /dev/stderr\n");
    logged = (struct snug_log){0};
    publish("log = info\nlog.file = /dev/stderr\n");
    ck_assert(look_twice());
    ck_assert_str_eq(logged.path, "/dev/stderr");
}
END_TEST

START_TEST(a_name_that_depends_on_the_directory_is_left)
{
    ck_assert_int_eq(chdir(folder_path), 0);
    snprintf(policy.file, sizeof policy.file, "conf");
    publish("log = info\ncpu.min = 1\n");
    ck_assert(!look_twice());
    ck_assert_uint_eq(least(), 3);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reload");
    TCase *tcase = tcase_create("reload");
    tcase_add_checked_fixture(tcase, set_up, folder_remove);
    tcase_add_test(tcase, nothing_is_read_that_has_not_changed);
    tcase_add_test(tcase, a_new_file_counts_when_it_stays);
    tcase_add_test(tcase, one_that_is_being_written_is_waited_for);
    tcase_add_test(tcase, what_waits_is_named);
    tcase_add_test(tcase, sections_count_as_at_the_start);
    tcase_add_loop_test(tcase, a_bad_file_is_told_once_and_changes_nothing, 0,
                        sizeof bads / sizeof *bads);
    tcase_add_test(tcase, one_that_others_can_write_is_refused);
    tcase_add_test(tcase, one_that_comes_later_is_read);
    tcase_add_test(tcase, the_log_begins_and_ends_with_it);
    tcase_add_test(tcase, a_log_that_is_standard_error_stays_so);
    tcase_add_test(tcase, a_name_that_depends_on_the_directory_is_left);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
