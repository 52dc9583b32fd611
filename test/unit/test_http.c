/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests for metrics.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/cli/stat/http.h"

static const struct {
    const char *label;
    const char *text;
    enum snug_http_kind kind;
} requests[] = {
    {"nothing", "", SNUG_HTTP_INCOMPLETE},
    {"an empty line", "\r\n\r\n", SNUG_HTTP_BAD},
    {"noise", "\x16\x03\x01 x\n\n", SNUG_HTTP_BAD},
    {"a line without its end", "GET /metrics HTTP/1.1", SNUG_HTTP_INCOMPLETE},
    {"headers without their end", "GET /metrics HTTP/1.1\r\nHost: a\r\n",
     SNUG_HTTP_INCOMPLETE},
    {"half an end", "GET /metrics HTTP/1.1\r\n\r", SNUG_HTTP_INCOMPLETE},
    {"no version", "GET /metrics\r\n\r\n", SNUG_HTTP_BAD},
    {"another version", "GET /metrics HTTP/2\r\n\r\n", SNUG_HTTP_BAD},
    {"a word too many", "GET /metrics HTTP/1.1 x\r\n\r\n", SNUG_HTTP_BAD},
    {"two spaces", "GET  /metrics HTTP/1.1\r\n\r\n", SNUG_HTTP_BAD},
    {"a return in front", "\rGET /metrics HTTP/1.1\r\n\r\n", SNUG_HTTP_REFUSED},
    {"a space behind", "GET /metrics HTTP/1.1 \r\n\r\n", SNUG_HTTP_BAD},
    {"a body behind a line of spaces",
     "GET /metrics HTTP/1.1\r\n \r\nContent-Length: 5\r\n\r\n", SNUG_HTTP_BAD},
    {"no header", "GET /metrics HTTP/1.1\r\nHost\r\n\r\n", SNUG_HTTP_BAD},
    {"a body", "GET /metrics HTTP/1.1\r\ncontent-length: 5\r\n\r\n", SNUG_HTTP_BAD},
    {"a body in parts", "GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
     SNUG_HTTP_BAD},
    {"another place", "GET / HTTP/1.1\r\n\r\n", SNUG_HTTP_MISSING},
    {"a longer place", "GET /metrics/x HTTP/1.1\r\n\r\n", SNUG_HTTP_MISSING},
    {"a method that changes", "POST /metrics HTTP/1.1\r\n\r\n", SNUG_HTTP_REFUSED},
    {"a method in small letters", "get /metrics HTTP/1.1\r\n\r\n", SNUG_HTTP_REFUSED},
    {"the metrics", "GET /metrics HTTP/1.1\r\nHost: a:1\r\n\r\n", SNUG_HTTP_METRICS},
    {"of the older version", "GET /metrics HTTP/1.0\r\n\r\n", SNUG_HTTP_METRICS},
    {"with a query", "GET /metrics?a=b HTTP/1.1\r\n\r\n", SNUG_HTTP_METRICS},
    {"lines without a return", "GET /metrics HTTP/1.1\nHost: a\n\n", SNUG_HTTP_METRICS},
    {"no body", "GET /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n", SNUG_HTTP_METRICS},
    {"what follows is left", "GET /metrics HTTP/1.1\r\n\r\nx", SNUG_HTTP_METRICS},
    {"the head alone", "HEAD /metrics HTTP/1.1\r\n\r\n", SNUG_HTTP_METRICS},
};

START_TEST(a_request_is_known_by_its_line)
{
    /* A copy without an end shows what reads on. */
    const size_t n = strlen(requests[_i].text);
    char *text = malloc(n + !n);
    memcpy(text, requests[_i].text, n);
    const struct snug_http_request request = snug_http_read((struct snug_text){text, n});
    ck_assert_msg(request.kind == requests[_i].kind, "%s: %d", requests[_i].label,
                  request.kind);
    ck_assert_int_eq(request.is_head, n > 4 && strncmp(text, "HEAD", 4) == 0);
    free(text);
}
END_TEST

static const struct {
    const char *accept;
    bool is_classic;
} formats[] = {
    {"", false},
    {"Accept: */*\r\n", false},
    {"Accept: text/plain\r\n", true},
    {"accept:text/plain;version=0.0.4\r\n", true},
    {"Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1\r\n",
     false},
    {"Accept: text/plain\r\nAccept: application/openmetrics-text\r\n", false},
};

START_TEST(the_older_format_is_for_who_wants_no_other)
{
    char text[512];
    char head[SNUG_HTTP_HEAD_BYTES];
    const int n =
        snprintf(text, sizeof text, "GET /metrics HTTP/1.1\r\n%s\r\n", formats[_i].accept);
    const struct snug_http_request request =
        snug_http_read((struct snug_text){text, (size_t)n});
    ck_assert_int_eq(request.is_classic, formats[_i].is_classic);
    snug_http_put_head(&request, 7, head);
    ck_assert_ptr_nonnull(strstr(head, "HTTP/1.1 200 OK\r\n"));
    ck_assert_ptr_nonnull(strstr(head, "Content-Length: 7\r\n"));
    ck_assert_int_eq(strstr(head, "version=0.0.4") != NULL, formats[_i].is_classic);
    ck_assert_str_eq(head + strlen(head) - 4, "\r\n\r\n");
}
END_TEST

START_TEST(a_request_without_an_end_has_one)
{
    static char text[SNUG_HTTP_REQUEST_BYTES];
    memset(text, 'a', sizeof text);
    ck_assert_int_eq(snug_http_read((struct snug_text){text, sizeof text - 1}).kind,
                     SNUG_HTTP_INCOMPLETE);
    ck_assert_int_eq(snug_http_read((struct snug_text){text, sizeof text}).kind,
                     SNUG_HTTP_TOO_LONG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http");
    TCase *read = tcase_create("read");
    tcase_add_loop_test(read, a_request_is_known_by_its_line, 0,
                        sizeof requests / sizeof *requests);
    tcase_add_loop_test(read, the_older_format_is_for_who_wants_no_other, 0,
                        sizeof formats / sizeof *formats);
    tcase_add_test(read, a_request_without_an_end_has_one);
    suite_add_tcase(suite, read);

    return suite_run(suite);
}
