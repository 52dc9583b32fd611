/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which variables stand for a Service of Kubernetes, and which may be a slip of the user's.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/policy/service.h"

static const struct {
    const char *name, *value;
    bool is_of_service;
} rows[] = {
    {"SNUG_CPU_CUONT", "2", false},
    {"SNUG_PORT", "8080", false},
    {"SNUG_PORT_TCP", "80", false},
    {"SNUG_PORT_X_TCP", "80", false},
    {"SNUG_PORT_80_HTTP", "80", false},
    {"SNUG_PORT_80", "80", false},
    {"SNUG_SERVICE_PORTS", "80", false},
    {"SERVICE_HOST", "10.0.0.1", false},
    {"SNUG_SERVICE_HOST", "10.0.0.1", true},
    {"SNUG_SERVICE_PORT", "80", true},
    {"SNUG_SERVICE_PORT_HTTP", "80", true},
    {"SNUG_PORT", "tcp://10.0.0.1:80", true},
    {"SNUG_PORT_80_TCP", "tcp://10.0.0.1:80", true},
    {"SNUG_PORT_80_TCP_PROTO", "tcp", true},
    {"SNUG_PORT_53_UDP_ADDR", "10.0.0.1", true},
    {"SNUG_PORT_9_SCTP_PORT", "9", true},
    {"SNUG_CPU_SERVICE_HOST", "10.0.0.1", true},
    {"SNUG_CPU_PORT_443_TCP_PORT", "443", true},
};

START_TEST(a_variable_of_a_service_is_known_by_its_form)
{
    ck_assert_msg(
        snug_service_has_set(snug_text_of(rows[_i].name), snug_text_of(rows[_i].value)) ==
            rows[_i].is_of_service,
        "%s=%s", rows[_i].name, rows[_i].value);
}
END_TEST

static Suite *service_suite(void)
{
    Suite *suite = suite_create("service");
    TCase *tcase = tcase_create("names");
    tcase_add_loop_test(tcase, a_variable_of_a_service_is_known_by_its_form, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(service_suite());
}
