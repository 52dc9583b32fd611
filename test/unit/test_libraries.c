/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Build information as Go 1.18 to 1.27 write it.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/facts/libraries.h"

enum {
    MEMORY = SNUG_LIBRARY_AUTOMEMLIMIT,
    PROCS = SNUG_LIBRARY_AUTOMAXPROCS,
    ECS = SNUG_LIBRARY_GOMAXECS,
};

static const struct {
    const char *label;
    const char *text;
    unsigned bits;
} rows[] = {
    {"nothing", "", 0},
    {"the module itself", "path\tx\nmod\tgithub.com/KimMachineGun/automemlimit\t(devel)\n",
     0},
    {"another's name", "dep\tgithub.com/somebody/automemlimit\tv0.6.0\th1:a=\n", 0},
    {"a longer path", "dep\tgo.uber.org/automaxprocs/v2\tv2.0.0\th1:a=\n", 0},
    {"a shorter line", "dep\tgo.uber.org/automaxprocs", PROCS},
    {"no tab", "dep go.uber.org/automaxprocs\n", 0},
    {"a replacement", "dep\tx.org/y\tv1.0.0\n=>\tgo.uber.org/automaxprocs\tv1.6.0\th1:a=\n",
     0},
    {"what is replaced",
     "dep\tgo.uber.org/automaxprocs\tv1.6.0\n=>\tx.org/y\tv1.0.0\th1:a=\n", PROCS},
    {"one",
     "path\tx\nmod\tx\t(devel)\ndep\tgithub.com/KimMachineGun/"
     "automemlimit\tv1.0.1\th1:a=\n",
     MEMORY},
    {"all",
     "dep\tgithub.com/KimMachineGun/automemlimit\tv0.6.0\th1:a=\n"
     "dep\tgithub.com/rdforte/gomaxecs\tv1.1.0\th1:a=\n"
     "dep\tgo.uber.org/automaxprocs\tv1.6.0\th1:a=\nbuild\t-compiler=gc\n",
     MEMORY | PROCS | ECS},
};

START_TEST(a_module_is_known_by_its_whole_path)
{
    bool has_psx;
    ck_assert_msg(snug_libraries_find(snug_text_of(rows[_i].text), &has_psx) ==
                      rows[_i].bits,
                  "%s", rows[_i].label);
    ck_assert_msg(!has_psx, "%s", rows[_i].label);
}
END_TEST

START_TEST(no_information_is_no_library)
{
    bool has_psx = true;
    ck_assert_uint_eq(snug_libraries_find((struct snug_text){0}, &has_psx), 0);
    ck_assert(!has_psx);
}
END_TEST

START_TEST(psx_is_no_library_that_sizes)
{
    static const char text[] =
        "dep\tkernel.org/pub/linux/libs/security/libcap/psx\tv1.2.78\t"
        "h1:a=\ndep\tgo.uber.org/automaxprocs\tv1.6.0\th1:a=\n";
    bool has_psx;
    ck_assert_uint_eq(snug_libraries_find(snug_text_of(text), &has_psx), PROCS);
    ck_assert(has_psx);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("libraries");
    TCase *tcase = tcase_create("libraries");
    tcase_add_test(tcase, psx_is_no_library_that_sizes);
    tcase_add_loop_test(tcase, a_module_is_known_by_its_whole_path, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, no_information_is_no_library);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
