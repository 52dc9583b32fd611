/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pages as they are found: whole, cut short, of another layout, and written to meanwhile.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "suite.h"
#include "snug/cli/subject/resize.h"
#include "snug/cli/subject/snapshot.h"

enum { N_SEEN = 500, BURST = 1000, ANCIENT_TICKS = 1 };

static char path[sizeof folder_path + sizeof "/page"];
static int fd;
static struct snug_snapshot snapshot;

static void set_up(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s/page", folder_path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
}

static void tear_down(void)
{
    (void)close(fd);
    folder_remove();
}

static void write_page(size_t n)
{
    const struct snug_counters *page =
        snug_counters_prepare((uint32_t)getpid(), 0, ANCIENT_TICKS);
    ck_assert_int_eq(pwrite(fd, page, n, 0), (ssize_t)n);
}

START_TEST(what_is_counted_is_read)
{
    snug_counters_add(SNUG_COUNT_NAMED, 12);
    write_page(sizeof(struct snug_counters));
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), 0);
    ck_assert_int_eq(snapshot.pid, getpid());
    ck_assert_uint_eq(snapshot.page.counter[SNUG_COUNT_NAMED], 12);
    ck_assert(!snapshot.has_change && snapshot.n_changes == 0);
    ck_assert_int_eq(snapshot.is_running, SNUG_MAYBE); /* Of no known namespace. */
    ck_assert_str_eq(snapshot.path, path);
}
END_TEST

/* One of an older version, which knew fewer counters, is shorter. */
START_TEST(a_shorter_page_has_zeros_for_what_it_lacks)
{
    snug_counters_add((enum snug_counter)0, 1);
    snug_counters_add(SNUG_COUNT_NAMED, 12);
    write_page(offsetof(struct snug_counters, counter) + sizeof(uint64_t));
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), 0);
    ck_assert_uint_eq(snapshot.page.counter[0], 1);
    ck_assert_uint_eq(snapshot.page.counter[SNUG_COUNT_NAMED], 0);
}
END_TEST

START_TEST(a_longer_page_is_read_as_far_as_it_is_known)
{
    write_page(sizeof(struct snug_counters));
    ck_assert_int_eq(ftruncate(fd, SNUG_COUNTERS_PAGE_BYTES), 0);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), 0);
}
END_TEST

static void fill_with(char byte)
{
    char text[sizeof(struct snug_counters)];
    memset(text, byte, sizeof text);
    ck_assert_int_eq(pwrite(fd, text, sizeof text, 0), (ssize_t)sizeof text);
}

START_TEST(what_is_no_page_is_refused)
{
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), -EBADMSG);
    write_page(64);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), -EBADMSG);
    fill_with(0);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), -EBADMSG);
    fill_with((char)0xff);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), -EBADMSG);
    ck_assert_int_eq(snug_snapshot_read("/", &snapshot), -EBADMSG);
    ck_assert_int_eq(snug_snapshot_read("/dev/null", &snapshot), -EBADMSG);
    ck_assert_int_eq(snug_snapshot_read("/nowhere", &snapshot), -ENOENT);
}
END_TEST

START_TEST(another_layout_is_refused)
{
    write_page(sizeof(struct snug_counters));
    const uint32_t layout = SNUG_COUNTERS_LAYOUT + 1;
    ck_assert_int_eq(pwrite(fd, &layout, sizeof layout, 8), sizeof layout);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), -EPROTO);
}
END_TEST

/* The writer died in the middle. */
START_TEST(a_half_written_change_is_counted_and_not_shown)
{
    write_page(sizeof(struct snug_counters));
    const uint64_t sequence = 5;
    ck_assert_int_eq(pwrite(fd, &sequence, sizeof sequence, 1216), sizeof sequence);
    ck_assert_int_eq(snug_snapshot_read(path, &snapshot), 0);
    ck_assert_uint_eq(snapshot.n_changes, 2);
    ck_assert(!snapshot.has_change);
    char text[64];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_resize_put(&out, &snapshot);
    ck_assert_str_eq(text, "2 changes");
}
END_TEST

START_TEST(a_process_without_a_page_is_told_from_none)
{
    ck_assert_int_eq(snug_snapshot_of_process(getpid(), &snapshot), -ENODATA);
    ck_assert_int_eq(snug_snapshot_of_process(1 << 22, &snapshot), -ESRCH);
}
END_TEST

static struct snug_counters *map_page(void)
{
    write_page(sizeof(struct snug_counters));
    void *at =
        mmap(NULL, sizeof(struct snug_counters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

/* Its own start is later than ANCIENT_TICKS, so the page is somebody else's. */
START_TEST(a_mapped_page_is_found_also_by_a_copy_of_its_process)
{
    (void)map_page();
    ck_assert_int_eq(snug_snapshot_of_process(getpid(), &snapshot), 0);
    ck_assert_str_eq(snapshot.path, path);
    ck_assert(snapshot.is_forks);
    ck_assert_int_eq(snapshot.is_running, SNUG_YES);
}
END_TEST

static _Atomic bool is_over;
static _Atomic unsigned n_read;

/* In bursts, after each of which a reader comes to its end: one that is held up whenever it
 * asks the kernel, as under valgrind, would find a change in each of its tries. */
static void *write_changes(void *unused)
{
    for (uint64_t n = 1; !is_over; n++) {
        const struct snug_change change = {n, n, n, n, n, n, n};
        snug_counters_set_change(&change);
        const unsigned before = n_read;
        while (n % BURST == 0 && n_read == before && !is_over)
            sched_yield();
    }
    return unused;
}

START_TEST(a_change_is_never_torn)
{
    snug_counters_move(map_page());
    pthread_t writer;
    ck_assert_int_eq(pthread_create(&writer, NULL, write_changes, NULL), 0);
    for (unsigned n_seen = 0; n_seen < N_SEEN;) {
        ck_assert_int_eq(snug_snapshot_read(path, &snapshot), 0);
        n_read++;
        if (!snapshot.has_change)
            continue;
        const struct snug_change *change = &snapshot.change;
        const uint64_t n = snapshot.n_changes;
        n_seen++;
        ck_assert_uint_eq(change->when_ns, n);
        ck_assert_uint_eq(change->cpus_from, n);
        ck_assert_uint_eq(change->cpus_to, n);
        ck_assert_uint_eq(change->bytes_from, n);
        ck_assert_uint_eq(change->bytes_to, n);
        ck_assert_uint_eq(change->reason, n);
        ck_assert_uint_eq(change->took_ns, n);
    }
    is_over = true;
    ck_assert_int_eq(pthread_join(writer, NULL), 0);
}
END_TEST

START_TEST(a_change_is_told_in_words)
{
    char text[512];
    struct snug_builder out = snug_text_build(text, sizeof text);
    const struct snug_snapshot changed = {
        .has_change = true,
        .n_changes = 1,
        .change = {.when_ns = 1700000000999999999,
                   .cpus_to = 2,
                   .bytes_from = 1024,
                   .reason = 9999,
                   .took_ns = 1999},
    };
    snug_resize_put(&out, &changed);
    ck_assert_str_eq(text, "1 change, the last at 2023-11-14T22:13:20Z in 1 us: CPUs from "
                           "all to 2, memory target from 1024 bytes (1 KiB) to none: for a "
                           "reason that this version does not know");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *tcase = tcase_create("pages");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_is_counted_is_read);
    tcase_add_test(tcase, a_shorter_page_has_zeros_for_what_it_lacks);
    tcase_add_test(tcase, a_longer_page_is_read_as_far_as_it_is_known);
    tcase_add_test(tcase, what_is_no_page_is_refused);
    tcase_add_test(tcase, another_layout_is_refused);
    tcase_add_test(tcase, a_half_written_change_is_counted_and_not_shown);
    tcase_add_test(tcase, a_process_without_a_page_is_told_from_none);
    tcase_add_test(tcase, a_mapped_page_is_found_also_by_a_copy_of_its_process);
    tcase_add_test(tcase, a_change_is_never_torn);
    tcase_add_test(tcase, a_change_is_told_in_words);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
