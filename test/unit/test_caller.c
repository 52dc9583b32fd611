/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Go runtime's place is known by its first mappings; impostors are held against it.
 * Each test is a process of its own, since the runtime is seen once.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "snug/apply/caller.h"
#include "suite.h"

enum {
    KIB = 1 << 10,
    RW = PROT_READ | PROT_WRITE,
    ANON = MAP_PRIVATE | MAP_ANONYMOUS,
    N_MAPPINGS = 4,
};

static const char image[64];
static const void *const runtime = image + 8;
static const void *const c_code = image + 16;
static const void *const library = image + sizeof image;

struct mapping {
    const void *caller;
    size_t n_bytes;
    int prot, flags;
    const void *at;
};

static bool see(const struct mapping *mapping)
{
    return snug_caller_see_mapping(mapping->caller, mapping->at, mapping->n_bytes,
                                   mapping->prot, mapping->flags);
}

static bool start_from(const void *caller)
{
    return !see(&(struct mapping){caller, 256 * KIB, RW, ANON, NULL}) &&
           !see(&(struct mapping){caller, 128 * KIB, PROT_NONE, ANON, NULL}) &&
           see(&(struct mapping){caller, 1024 * KIB, PROT_NONE, ANON, NULL});
}

START_TEST(the_runtime_is_known_by_its_first_mappings)
{
    snug_caller_arm(image, image + sizeof image);
    ck_assert(snug_caller_may_be_runtime(runtime) && snug_caller_may_be_runtime(c_code));
    ck_assert(!snug_caller_may_be_runtime(library));
    ck_assert(!snug_caller_is_runtime(runtime));
    ck_assert(start_from(runtime));
    ck_assert(snug_caller_is_runtime(runtime) && snug_caller_may_be_runtime(runtime));
    ck_assert(!snug_caller_is_runtime(c_code) && !snug_caller_may_be_runtime(c_code));
    ck_assert(!start_from(c_code));
    ck_assert(snug_caller_is_runtime(runtime));
}
END_TEST

/* What C code maps before the runtime starts, or between: the runtime is known after it,
 * and nobody before. */
static const struct impostor_row {
    const char *label;
    struct mapping mapping[N_MAPPINGS];
} impostor_rows[] = {
    {"the first length", {{c_code, 256 * KIB, RW, ANON, NULL}}},
    {"the first length twice",
     {{c_code, 256 * KIB, RW, ANON, NULL}, {c_code, 256 * KIB, RW, ANON, NULL}}},
    {"the first length for a stack, and a guard",
     {{c_code, 256 * KIB, RW, ANON, NULL}, {c_code, 4 * KIB, PROT_NONE, ANON, NULL}}},
    {"two steps of three",
     {{c_code, 256 * KIB, RW, ANON, NULL}, {c_code, 128 * KIB, PROT_NONE, ANON, NULL}}},
    {"another one between the steps",
     {{c_code, 256 * KIB, RW, ANON, NULL},
      {c_code, 128 * KIB, PROT_NONE, ANON, NULL},
      {c_code, 64 * KIB, RW, ANON, NULL},
      {c_code, 1024 * KIB, PROT_NONE, ANON, NULL}}},
    {"another order",
     {{c_code, 256 * KIB, RW, ANON, NULL},
      {c_code, 1024 * KIB, PROT_NONE, ANON, NULL},
      {c_code, 128 * KIB, PROT_NONE, ANON, NULL}}},
    {"steps that may be read",
     {{c_code, 256 * KIB, RW, ANON, NULL},
      {c_code, 128 * KIB, PROT_READ, ANON, NULL},
      {c_code, 1024 * KIB, PROT_READ, ANON, NULL}}},
    {"steps at an address",
     {{c_code, 256 * KIB, RW, ANON, image},
      {c_code, 128 * KIB, PROT_NONE, ANON, image},
      {c_code, 1024 * KIB, PROT_NONE, ANON, image}}},
    {"steps for stacks",
     {{c_code, 256 * KIB, RW, ANON | MAP_STACK, NULL},
      {c_code, 128 * KIB, PROT_NONE, ANON, NULL},
      {c_code, 1024 * KIB, PROT_NONE, ANON, NULL}}},
    {"steps from several places",
     {{c_code, 256 * KIB, RW, ANON, NULL},
      {runtime, 128 * KIB, PROT_NONE, ANON, NULL},
      {c_code, 1024 * KIB, PROT_NONE, ANON, NULL}}},
    {"another object",
     {{library, 256 * KIB, RW, ANON, NULL},
      {library, 128 * KIB, PROT_NONE, ANON, NULL},
      {library, 1024 * KIB, PROT_NONE, ANON, NULL}}},
};

START_TEST(c_code_is_not_taken_for_the_runtime)
{
    const struct impostor_row *row = &impostor_rows[_i];
    snug_caller_arm(image, image + sizeof image);
    for (unsigned i = 0; i < N_MAPPINGS && row->mapping[i].n_bytes; i++)
        ck_assert_msg(!see(&row->mapping[i]), "%s: mapping %u", row->label, i);
    ck_assert_msg(!snug_caller_is_runtime(c_code), "%s", row->label);
    ck_assert_msg(start_from(runtime), "%s: the runtime after it", row->label);
    ck_assert_msg(snug_caller_is_runtime(runtime), "%s: its place", row->label);
}
END_TEST

START_TEST(other_places_between_do_not_hide_the_runtime)
{
    snug_caller_arm(image, image + sizeof image);
    ck_assert(!see(&(struct mapping){runtime, 256 * KIB, RW, ANON, NULL}));
    ck_assert(!see(&(struct mapping){c_code, 128 * KIB, PROT_NONE, ANON, NULL}));
    ck_assert(!see(&(struct mapping){c_code, 4 * KIB, RW, ANON, NULL}));
    ck_assert(!see(&(struct mapping){library, 256 * KIB, RW, ANON, NULL}));
    ck_assert(!see(&(struct mapping){runtime, 128 * KIB, PROT_NONE, ANON, NULL}));
    ck_assert(see(&(struct mapping){runtime, 1024 * KIB, PROT_NONE, ANON, NULL}));
}
END_TEST

static void *map_first(void *unused)
{
    ck_assert(!see(&(struct mapping){c_code, 256 * KIB, RW, ANON, NULL}));
    return unused;
}

static void in_thread(void *(*run)(void *))
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
    pthread_join(thread, NULL);
}

START_TEST(another_thread_between_does_not_hide_the_runtime)
{
    snug_caller_arm(image, image + sizeof image);
    ck_assert(!see(&(struct mapping){runtime, 256 * KIB, RW, ANON, NULL}));
    in_thread(map_first);
    ck_assert(!see(&(struct mapping){runtime, 128 * KIB, PROT_NONE, ANON, NULL}));
    in_thread(map_first);
    ck_assert(see(&(struct mapping){runtime, 1024 * KIB, PROT_NONE, ANON, NULL}));
}
END_TEST

static void *start_there(void *unused)
{
    ck_assert(start_from(runtime));
    return unused;
}

START_TEST(a_runtime_on_another_thread_is_known)
{
    snug_caller_arm(image, image + sizeof image);
    in_thread(start_there);
    ck_assert(snug_caller_is_runtime(runtime));
}
END_TEST

START_TEST(a_program_without_a_runtime_has_no_such_place)
{
    snug_caller_arm(NULL, NULL);
    ck_assert(!start_from(c_code));
    ck_assert(!snug_caller_is_runtime(c_code) && !snug_caller_may_be_runtime(c_code));
}
END_TEST

START_TEST(before_it_is_armed_a_start_is_seen_and_no_place_known)
{
    ck_assert(start_from(library));
    ck_assert(!snug_caller_is_runtime(library));
    snug_caller_arm(image, image + sizeof image);
    ck_assert(start_from(runtime));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caller");
    TCase *tcase = tcase_create("caller");
    tcase_add_test(tcase, the_runtime_is_known_by_its_first_mappings);
    tcase_add_loop_test(tcase, c_code_is_not_taken_for_the_runtime, 0,
                        (int)(sizeof impostor_rows / sizeof impostor_rows[0]));
    tcase_add_test(tcase, other_places_between_do_not_hide_the_runtime);
    tcase_add_test(tcase, another_thread_between_does_not_hide_the_runtime);
    tcase_add_test(tcase, a_runtime_on_another_thread_is_known);
    tcase_add_test(tcase, a_program_without_a_runtime_has_no_such_place);
    tcase_add_test(tcase, before_it_is_armed_a_start_is_seen_and_no_place_known);
    suite_add_tcase(suite, tcase);
    setenv("CK_FORK", "yes", 1);
    return suite_run(suite);
}
