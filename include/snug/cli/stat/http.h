/* SPDX-License-Identifier: LGPL-2.1-or-later
 * So much of HTTP/1.1 as a collector of metrics needs: one request, one answer, and the
 * connection is closed. Bodies, and all but GET and HEAD, are refused. Pure.
 */
#pragma once

#include "snug/base/text.h"

/* A request's line and headers are no longer. */
enum { SNUG_HTTP_REQUEST_BYTES = 8192, SNUG_HTTP_HEAD_BYTES = 256 };

enum snug_http_kind {
    SNUG_HTTP_INCOMPLETE, /* More of it is to come. */
    SNUG_HTTP_METRICS,
    SNUG_HTTP_BAD,      /* 400 */
    SNUG_HTTP_MISSING,  /* 404: only /metrics is there. */
    SNUG_HTTP_REFUSED,  /* 405 */
    SNUG_HTTP_TOO_LONG, /* 431 */
};

struct snug_http_request {
    enum snug_http_kind kind;
    bool is_head;    /* The answer is to have no body. */
    bool is_classic; /* Prometheus's own format is accepted, and OpenMetrics is not. */
};

/* What has come so far. */
struct snug_http_request snug_http_read(struct snug_text text);

/* The head of the answer, with `n_bytes` of body to follow. `ret` has SNUG_HTTP_HEAD_BYTES.
 */
void snug_http_put_head(const struct snug_http_request *request, size_t n_bytes, char *ret);

/* What is said in place of metrics, a line. */
const char *snug_http_words(enum snug_http_kind kind);
