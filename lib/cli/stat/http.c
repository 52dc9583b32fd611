/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `GET /metrics HTTP/1.1`, headers up to an empty line. A library for this would need the
 * archives of a TLS library, which Debian has not all of, so that the command could not be
 * static; and this is all that would be used of it.
 */
#include "snug/cli/stat/http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *status;
    const char *words;
} answers[] = {
    [SNUG_HTTP_METRICS] = {"200 OK", ""},
    [SNUG_HTTP_BAD] = {"400 Bad Request", "This is no request.\n"},
    [SNUG_HTTP_MISSING] = {"404 Not Found", "The metrics are at /metrics.\n"},
    [SNUG_HTTP_REFUSED] = {"405 Method Not Allowed", "Only GET and HEAD are answered.\n"},
    [SNUG_HTTP_TOO_LONG] = {"431 Request Header Fields Too Large",
                            "The request is too long.\n"},
};

/* Behind the empty line; NULL if it has not come. Some end lines without a return. */
static const char *find_end(struct snug_text text)
{
    for (const char *at = text.at; (at = memchr(at, '\n', text.n - (size_t)(at - text.at)));
         at++) {
        const size_t n = text.n - (size_t)(at - text.at);
        if (n >= 2 && at[1] == '\n')
            return at + 2;
        if (n >= 3 && at[1] == '\r' && at[2] == '\n')
            return at + 3;
        if (n == 1)
            return NULL;
    }
    return NULL;
}

static bool holds(struct snug_text text, const char *word)
{
    return memmem(text.at, text.n, word, strlen(word));
}

static bool is_named(struct snug_text name, const char *header)
{
    return name.n == strlen(header) && strncasecmp(name.at, header, name.n) == 0;
}

/* A line without the return at its end. */
static struct snug_text cut_return(struct snug_text line)
{
    if (line.n && line.at[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* False if there is a body, or what is no header. */
static bool read_headers(struct snug_text rest, struct snug_http_request *ret)
{
    struct snug_text line;
    bool has_classic = false;
    bool has_open = false;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text value = cut_return(line);
        struct snug_text name;
        if (!value.n)
            break;
        if (!snug_text_cut(&value, ':', &name) || !value.at)
            return false;
        value = snug_text_trim(value);
        if (is_named(name, "Transfer-Encoding") ||
            (is_named(name, "Content-Length") && !snug_text_equals(value, "0")))
            return false;
        if (is_named(name, "Accept")) {
            has_classic |= holds(value, "text/plain");
            has_open |= holds(value, "application/openmetrics-text");
        }
    }
    ret->is_classic = has_classic && !has_open;
    return true;
}

static enum snug_http_kind read_line(struct snug_text line, struct snug_http_request *ret)
{
    struct snug_text method;
    struct snug_text target;
    struct snug_text version;
    line = cut_return(line);
    if (!snug_text_cut(&line, ' ', &method) || !snug_text_cut(&line, ' ', &target) ||
        !snug_text_cut(&line, ' ', &version) || line.at ||
        !snug_text_starts(version, "HTTP/1."))
        return SNUG_HTTP_BAD;
    ret->is_head = snug_text_equals(method, "HEAD");
    if (!ret->is_head && !snug_text_equals(method, "GET"))
        return SNUG_HTTP_REFUSED;
    target.n = snug_text_find(target, '?'); /* What is asked for is all that there is. */
    return snug_text_equals(target, "/metrics") ? SNUG_HTTP_METRICS : SNUG_HTTP_MISSING;
}

struct snug_http_request snug_http_read(struct snug_text text)
{
    struct snug_http_request ret = {0};
    const char *end = find_end(text);
    if (!end) {
        if (text.n >= SNUG_HTTP_REQUEST_BYTES)
            ret.kind = SNUG_HTTP_TOO_LONG;
        return ret;
    }
    struct snug_text rest = {text.at, (size_t)(end - text.at)};
    struct snug_text line;
    (void)snug_text_cut(&rest, '\n', &line); /* There is one. */
    ret.kind = read_line(line, &ret);
    if (ret.kind != SNUG_HTTP_BAD && !read_headers(rest, &ret))
        ret.kind = SNUG_HTTP_BAD;
    return ret;
}

void snug_http_put_head(const struct snug_http_request *request, size_t n_bytes, char *ret)
{
    static const char open[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    static const char classic[] = "text/plain; version=0.0.4; charset=utf-8";
    static const char words[] = "text/plain; charset=utf-8";
    const bool is_metrics = request->kind == SNUG_HTTP_METRICS;
    (void)snprintf(ret, SNUG_HTTP_HEAD_BYTES,
                   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "%sConnection: close\r\n\r\n",
                   answers[request->kind].status,
                   !is_metrics           ? words
                   : request->is_classic ? classic
                                         : open,
                   n_bytes,
                   request->kind == SNUG_HTTP_REFUSED ? "Allow: GET, HEAD\r\n" : "");
}

const char *snug_http_words(enum snug_http_kind kind)
{
    return answers[kind].words;
}
