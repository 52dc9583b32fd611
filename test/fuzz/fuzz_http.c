/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request for metrics, as it comes in, in any pieces: what is known of its beginning
 * holds for all of it.
 */
#include "fuzz.h"
#include "snug/cli/stat/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const size_t n = n_bytes < SNUG_HTTP_REQUEST_BYTES ? n_bytes : SNUG_HTTP_REQUEST_BYTES;
    char *const text = malloc(n + !n); /* Its end is watched. */
    MUST(text);
    memcpy(text, bytes, n);
    const struct snug_http_request whole = snug_http_read((struct snug_text){text, n});
    const size_t n_part = n / 2;
    char *const part = malloc(n_part + !n_part);
    MUST(part);
    memcpy(part, text, n_part);
    const struct snug_http_request half = snug_http_read((struct snug_text){part, n_part});
    MUST(half.kind == SNUG_HTTP_INCOMPLETE ||
         (half.kind == whole.kind && half.is_head == whole.is_head &&
          half.is_classic == whole.is_classic));
    MUST(n < SNUG_HTTP_REQUEST_BYTES || whole.kind != SNUG_HTTP_INCOMPLETE);
    if (whole.kind == SNUG_HTTP_METRICS || whole.is_head)
        MUST(n > 4 && (!memcmp(text, "GET ", 4) || !memcmp(text, "HEAD", 4)));
    if (whole.kind != SNUG_HTTP_INCOMPLETE) {
        char head[SNUG_HTTP_HEAD_BYTES];
        snug_http_put_head(&whole, SIZE_MAX, head);
        const size_t n_head = strlen(head);
        MUST(n_head > 4 && !strcmp(head + n_head - 4, "\r\n\r\n"));
    }
    free(part);
    free(text);
    return 0;
}
