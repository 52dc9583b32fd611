/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Finding the mapped file of an address.
 */
#include "folder.h"
#include "suite.h"
#include "snug/facts/maps.h"

static const struct {
    const char *label;
    const char *maps;
    uintptr_t address;
    const char *path;
} rows[] = {
    {"no file", NULL, 0x400040, ""},
    {"nothing there", "00500000-00600000 r--p 00000000 08:02 1   /bin/x\n", 0x400040, ""},
    {"below the end", "00400000-00401000 r--p 00000000 08:02 1   /bin/x\n", 0x400fff,
     "/bin/x"},
    {"at the end", "00400000-00401000 r--p 00000000 08:02 1   /bin/x\n", 0x401000, ""},
    {"no path", "00400000-00401000 rw-p 00000000 00:00 0 \n", 0x400040, ""},
    {"no file's path", "00400000-00401000 rw-p 00000000 00:00 0   [heap]\n", 0x400040, ""},
    {"too few fields", "00400000-00401000 rw-p 00000000\n", 0x400040, ""},
    {"no range", "00400000 r--p 00000000 08:02 1   /bin/x\n", 0x400040, ""},
    {"no number", "0040000g-00401000 r--p 00000000 08:02 1   /bin/x\n", 0x400040, ""},
    {"the second line",
     "00300000-00301000 r--p 00000000 08:02 1   /bin/a\n"
     "7fff0ed00000-7fff0ee00000 r-xp 00000000 08:02 2   /bin/a b (deleted)\n",
     0x7fff0ed00040, "/bin/a b (deleted)"},
};

START_TEST(a_path_is_found_by_address)
{
    if (rows[_i].maps)
        folder_put("proc/self/maps", rows[_i].maps);
    char path[64];
    const struct snug_text found =
        snug_maps_path(&folder, (const void *)rows[_i].address, sizeof path, path);
    ck_assert_msg(snug_text_equals(found, rows[_i].path), "%s: %.*s", rows[_i].label,
                  (int)found.n, found.at);
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_none)
{
    folder_put("proc/self/maps", "00400000-00401000 r--p 00000000 08:02 1   /bin/x\n");
    char path[6];
    ck_assert_ptr_null(
        snug_maps_path(&folder, (const void *)0x400000, sizeof path, path).at);
}
END_TEST

START_TEST(an_endless_line_hides_no_other)
{
    static char text[20000] = "00100000-00101000 r--p 00000000 08:02 1   /";
    memset(text + strlen(text), 'x', 12000);
    strcat(text, "\n00400000-00401000 r--p 00000000 08:02 1   /bin/x\n");
    folder_put("proc/self/maps", text);
    char path[64];
    ck_assert(snug_text_equals(
        snug_maps_path(&folder, (const void *)0x400000, sizeof path, path), "/bin/x"));
}
END_TEST

static Suite *maps_suite(void)
{
    Suite *suite = suite_create("maps");
    TCase *tcase = tcase_create("path");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, a_path_is_found_by_address, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, a_path_that_does_not_fit_is_none);
    tcase_add_test(tcase, an_endless_line_hides_no_other);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(maps_suite());
}
