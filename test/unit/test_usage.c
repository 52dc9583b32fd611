/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a cgroup uses: files in a folder.
 */
#include <errno.h>

#include "folder.h"
#include "snug/facts/usage.h"
#include "suite.h"

static const struct row {
    const char *label;
    const char *from;
    const char *used, *stat;
    int r;
    uint64_t bytes;
} rows[] = {
    {"all of it", "/a/memory.max", "1000\n", "anon 900\nkernel 100\n", 0, 1000},
    {"page cache", "/a/memory.max", "1000\n",
     "file 500\ninactive_file 300\nactive_file 200\n", 0, 500},
    {"memory.high", "/a/memory.high", "1000\n", "inactive_file 300\n", 0, 700},
    {"directory entries", "/a/memory.max", "1000\n",
     "slab_reclaimable 100\nslab_unreclaimable 200\nslab 300\n", 0, 900},
    {"shared memory", "/a/memory.max", "1000\n", "shmem 400\nfile 400\nunevictable 50\n", 0,
     1000},
    {"more given up than used", "/a/memory.max", "1000\n", "active_file 1001\n", 0, 0},
    {"past every number", "/a/memory.max", "1000\n",
     "active_file 18446744073709551615\ninactive_file 2\n", 0, 0},
    {"a line that is no number", "/a/memory.max", "1000\n", "active_file many\nanon\n\n", 0,
     1000},
    {"no newline at the end", "/a/memory.max", "1000", "inactive_file 1", 0, 999},
    {"version 1", "/a/memory.limit_in_bytes", "1000\n",
     "inactive_file 1\nactive_file 1\ntotal_inactive_file 300\ntotal_active_file 200\n", 0,
     500},
    {"version 1's lines in version 2", "/a/memory.max", "1000\n", "total_active_file 200\n",
     0, 1000},
    {"a hidden ancestor's", "/a/memory.stat", "1000\n", "anon 1\n", -EOPNOTSUPP, 0},
    {"lxcfs's", "/proc/meminfo", "1000\n", "anon 1\n", -EOPNOTSUPP, 0},
    {"nobody's", "", "1000\n", "anon 1\n", -EOPNOTSUPP, 0},
    {"a directory", "/a/", "1000\n", "anon 1\n", -EOPNOTSUPP, 0},
    {"use that is no number", "/a/memory.max", "many\n", "anon 1\n", -EINVAL, 0},
    {"no use", "/a/memory.max", NULL, "anon 1\n", -ENOENT, 0},
    {"no parts", "/a/memory.max", "1000\n", NULL, -ENOENT, 0},
};

START_TEST(what_the_kernel_would_give_up_is_not_used)
{
    const struct row *row = &rows[_i];
    uint64_t bytes = 4711;
    folder_put("a/", "");
    if (row->used) {
        folder_put("a/memory.current", row->used);
        folder_put("a/memory.usage_in_bytes", row->used);
    }
    if (row->stat)
        folder_put("a/memory.stat", row->stat);
    const int r = snug_usage_read(&folder, row->from, &bytes);
    ck_assert_msg(r == row->r, "%s: %d", row->label, r);
    ck_assert_msg(bytes == (r ? 4711 : row->bytes), "%s: %llu", row->label,
                  (unsigned long long)bytes);
    ck_assert_int_eq(snug_usage_is_known(row->from), r != -EOPNOTSUPP);

    bytes = 4711;
    const int whole = snug_usage_read_whole(&folder, row->from, &bytes);
    ck_assert_int_eq(whole, row->stat ? r : 0); /* It reads no parts. */
    ck_assert_uint_eq(bytes, whole ? 4711 : 1000);
}
END_TEST

START_TEST(resident_memory_is_what_no_file_stands_behind)
{
    ck_assert_uint_eq(snug_usage_resident(&folder, 4096), 0); /* It cannot be told. */
    folder_put("proc/self/statm", "900 300 100 5 0 200 0\n");
    ck_assert_uint_eq(snug_usage_resident(&folder, 4096), 200 * 4096);
    folder_put("proc/self/statm", "900 300");
    ck_assert_uint_eq(snug_usage_resident(&folder, 4096), 0);
}
END_TEST

START_TEST(a_long_text_is_no_half_truth)
{
    char text[20000] = "anon 1\n";
    for (size_t n = 7; n < 19000; n += 20)
        (void)snprintf(text + n, 21, "some_other_line 123\n");
    uint64_t bytes;
    folder_put("a/memory.current", "1000\n");
    folder_put("a/memory.stat", text);
    ck_assert_int_eq(snug_usage_read(&folder, "/a/memory.max", &bytes), -EFBIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usage");
    TCase *tcase = tcase_create("usage");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, what_the_kernel_would_give_up_is_not_used, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, resident_memory_is_what_no_file_stands_behind);
    tcase_add_test(tcase, a_long_text_is_no_half_truth);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
