/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a capture keeps of a file. Texts lie in blocks of their size, so that valgrind and
 * AddressSanitizer see a byte too many.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cli/capture/censor.h"
#include "suite.h"

static const struct row {
    const char *label;
    const char *path;
    const char *text;
    const char *kept;
} rows[] = {
    {"a text without a newline", "/proc/self/mountinfo", "1 2 0:3 / / rw - cgroup2 c rw",
     "1 2 0:3 / / rw - cgroup2 c rw"},
    {"a mount's options", "/proc/self/mountinfo",
     "1 2 0:3 / / rw - overlay overlay rw,lowerdir=/a/b\n",
     "1 2 0:3 / / rw - overlay none rw\n"},
    {"an object without a newline", "/proc/self/maps", "7f83-7f84 r-xp 0 0:1 4 /libsnug.so",
     "0-0 r-xp 0 0:1 4 /libsnug.so"},
    {"other mappings", "/proc/self/maps",
     "7f83-7f84 r-xp 0 0:1 4 /lib/libc.so\n7f85-7f86 r-xp 0 0:1 4 /lib/libsnug.so\n",
     "0-0 r-xp 0 0:1 4 /lib/libsnug.so\n"},
    {"no mapping", "/proc/self/maps", "x /lib/libsnug.so\n", ""},
    {"variables", "/proc/self/environ", "TZ=UTC", "TZ=UTC"},
    {"a secret", "/proc/self/environ", "TZX=1", ""},
    {"a process that runs", "/proc/4711/stat", "4711 (a) (b) S 17 4711 0\n",
     "4711 () S 17\n"},
    {"a zombie", "/proc/4711/stat", "4711 (a) (b) Z 17 4711 0\n", "4711 (a) (b) Z 17\n"},
    {"a name without an end", "/proc/4711/stat", "4711 (a S 17", ""},
    {"an end without a name", "/proc/4711/stat", "4711 a) S 17", ""},
    {"a stat that ends early", "/proc/4711/stat", "4711 (a) S", ""},
    {"how signals are taken", "/proc/1/status",
     "Name:\tsh\nUid:\t0\t0\nPPid:\t0\nNSpid:\t1\nVmRSS:\t12 kB\nSigCgt:\t0\nThreads:\t1\n",
     "Name:\tsh\nPPid:\t0\nNSpid:\t1\nSigCgt:\t0\n"},
    {"the own status", "/proc/self/status", "Uid:\t0\n", "Uid:\t0\n"},
    {"a call", "/proc/1/syscall", "128 0x7ffd 0x0\n", "128\n"},
    {"addresses", "/proc/self/net/tcp",
     "  sl  local_address rem_address   st\n"
     "   0: 0100007F:1F90 0200000A:C350 01 00000000:00000000\n",
     "  sl  local_address rem_address   st\n"
     "   0: 00000000:1F90 00000000:0000 01 00000000:00000000\n"},
    {"addresses of IPv4 in IPv6", "/proc/self/net/tcp6",
     "0: 0000000000000000FFFF00000100007F:1F90 B80D0120000000000000000001000000:C350 01",
     "0: 0000000000000000FFFF000000000000:1F90 00000000000000000000000000000000:0000 01"},
    {"an object", "/snug/libsnug.so", "\177ELF", "\177ELF"},
};

START_TEST(a_file_has_what_is_kept_of_it)
{
    const struct row *row = &rows[_i];
    const size_t n = strlen(row->text);
    char *const text = malloc(n);
    ck_assert_ptr_nonnull(text);
    memcpy(text, row->text, n);
    const size_t n_kept = snug_censor_file(row->path, text, n);
    ck_assert_msg(n_kept == strlen(row->kept) && memcmp(text, row->kept, n_kept) == 0,
                  "%s: %.*s", row->label, (int)n_kept, text);
    free(text);
}
END_TEST

/* Cut wherever it is, as a file that is read in pieces. */
START_TEST(pieces_have_the_same_kept_of_them)
{
    const struct row *row = &rows[_i];
    const size_t n = strlen(row->text);
    for (size_t n_first = 0; n_first <= n; n_first++) {
        char *const text = malloc(n);
        ck_assert_ptr_nonnull(text);
        memcpy(text, row->text, n);
        const size_t n_whole = snug_censor_whole(row->path, text, n_first);
        ck_assert_uint_le(n_whole, n_first);
        size_t n_kept = n_whole ? snug_censor_file(row->path, text, n_whole) : 0;
        memmove(text + n_kept, text + n_whole, n - n_whole);
        n_kept += snug_censor_file(row->path, text + n_kept, n - n_whole);
        ck_assert_msg(n_kept == strlen(row->kept) && memcmp(text, row->kept, n_kept) == 0,
                      "%s, %zu: %.*s", row->label, n_first, (int)n_kept, text);
        free(text);
    }
}
END_TEST

START_TEST(long_files_can_be_cut_and_objects_end_early)
{
    static const char maps[] = "1-2 r /a\n3-4 r";
    static const char environ[] = "A=1\0B";
    char object[64] = "\177ELF";
    ck_assert_uint_eq(snug_censor_whole("/proc/self/maps", maps, sizeof maps - 1), 9);
    ck_assert_uint_eq(snug_censor_whole("/proc/self/environ", environ, sizeof environ - 1),
                      4);
    ck_assert_uint_eq(snug_censor_whole("/etc/snug.conf", "a\n", 2), 0);
    ck_assert(snug_censor_has_enough(object, sizeof object));
    ck_assert(!snug_censor_has_enough(object, sizeof object - 1));
    object[0] = 0;
    ck_assert(!snug_censor_has_enough(object, sizeof object));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("censor");
    TCase *files = tcase_create("files");
    tcase_add_loop_test(files, a_file_has_what_is_kept_of_it, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_loop_test(files, pieces_have_the_same_kept_of_them, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(files, long_files_can_be_cut_and_objects_end_early);
    suite_add_tcase(suite, files);
    return suite_run(suite);
}
