/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A few connections at once, one thread, nothing that blocks but the figures themselves.
 */
#include "snug/cli/stat/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/command/clock.h"
#include "snug/cli/stat/http.h"

enum { CONNECTIONS = 16, EXIT_SIGNAL = 128 };

/* With somebody who is slow; where all places are taken; and where descriptors or memory
 * are short, before another one is asked in. */
enum { PATIENCE_MS = 10000, CROWDED_MS = 1000, SHORT_MS = 100 };

/* A request comes in, then an answer goes out. */
struct connection {
    int fd; /* -1: the place is free. */
    uint64_t since_ms;
    size_t n_read;
    char request[SNUG_HTTP_REQUEST_BYTES];
    char *answer; /* NULL: the request is not whole. */
    size_t n_answer;
    size_t n_sent;
};

static struct connection connections[CONNECTIONS];
static const struct snug_endpoint *current; /* For the handler. */

static void end(int signal)
{
    snug_endpoint_close(current);
    (void)raise(signal);
    _exit(EXIT_SIGNAL + signal); /* The first process of a container outlives it. */
}

static void catch_ends(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    const struct sigaction action = {.sa_handler = end,
                                     .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before;
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(signals[i], &action, NULL);
    }
}

static void drop(struct connection *connection)
{
    (void)close(connection->fd); /* Whatever has come over it is done with. */
    free(connection->answer);
    connection->fd = -1;
    connection->answer = NULL;
}

/* The body may be left out; its length is told all the same. */
static void make_answer(struct connection *connection,
                        const struct snug_http_request *request, snug_server_write *write,
                        const void *context)
{
    char head[SNUG_HTTP_HEAD_BYTES];
    char *body = NULL;
    size_t n = 0;
    FILE *const out = open_memstream(&body, &n);
    if (!out)
        return;
    if (request->kind == SNUG_HTTP_METRICS)
        write(context, request->is_classic, out);
    else
        (void)fputs(snug_http_words(request->kind), out);
    if (fclose(out) == 0) {
        snug_http_put_head(request, n, head);
        const size_t n_head = strlen(head);
        const size_t n_body = request->is_head ? 0 : n;
        connection->answer = malloc(n_head + n_body);
        if (connection->answer) {
            memcpy(connection->answer, head, n_head);
            memcpy(connection->answer + n_head, body, n_body);
            connection->n_answer = n_head + n_body;
        }
    }
    free(body);
}

static bool is_later(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void receive(struct connection *connection, snug_server_write *write,
                    const void *context)
{
    const ssize_t n = read(connection->fd, connection->request + connection->n_read,
                           sizeof connection->request - connection->n_read);
    if (is_later(n))
        return;
    if (n <= 0) {
        drop(connection);
        return;
    }
    connection->n_read += (size_t)n;
    const struct snug_http_request request =
        snug_http_read((struct snug_text){connection->request, connection->n_read});
    if (request.kind == SNUG_HTTP_INCOMPLETE)
        return;
    make_answer(connection, &request, write, context);
    connection->since_ms = snug_clock_ms(); /* Figures may take long. */
    if (!connection->answer)
        drop(connection);
}

static void answer(struct connection *connection)
{
    const ssize_t n = send(connection->fd, connection->answer + connection->n_sent,
                           connection->n_answer - connection->n_sent, MSG_NOSIGNAL);
    if (is_later(n))
        return;
    if (n > 0)
        connection->n_sent += (size_t)n;
    if (n <= 0 || connection->n_sent == connection->n_answer)
        drop(connection);
}

/* 0, also if the one who came is gone; -errno if nobody can come any more. `ret_is_short`:
 * the one stays at the door, so that poll would tell at once. */
static int welcome(int listener, bool *ret_is_short)
{
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    *ret_is_short = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                               errno == ENOMEM);
    if (fd < 0)
        return errno == EBADF || errno == EINVAL || errno == ENOTSOCK ? -errno : 0;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (connections[i].fd < 0) {
            connections[i].fd = fd;
            connections[i].n_read = connections[i].n_sent = 0;
            connections[i].since_ms = snug_clock_ms();
            return 0;
        }
    (void)close(fd); /* Not asked for without a place. */
    return 0;
}

static bool has_place(void)
{
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (connections[i].fd < 0)
            return true;
    return false;
}

/* Who is too slow goes. Returns in how many milliseconds the next one would; -1: nobody. */
static int drop_late(void)
{
    const uint64_t patience_ms = has_place() ? PATIENCE_MS : CROWDED_MS;
    const uint64_t now = snug_clock_ms();
    int ret = -1;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *const connection = &connections[i];
        if (connection->fd >= 0 && now - connection->since_ms >= patience_ms)
            drop(connection);
        if (connection->fd < 0)
            continue;
        const int left = (int)(connection->since_ms + patience_ms - now);
        if (ret < 0 || left < ret)
            ret = left;
    }
    return ret;
}

/* Only what is there is asked for: of more than descriptors are allowed poll knows nothing.
 * A place's index stands in `ret_place`, CONNECTIONS for the listener. Returns how many are
 * to be looked at, or -errno. */
static int await(int listener, bool is_short, struct pollfd at[CONNECTIONS + 1],
                 size_t ret_place[CONNECTIONS + 1])
{
    int wait_ms = drop_late();
    int n = 0;
    if (is_short && (wait_ms < 0 || wait_ms > SHORT_MS))
        wait_ms = SHORT_MS;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (connections[i].fd >= 0) {
            ret_place[n] = i;
            at[n++] = (struct pollfd){.fd = connections[i].fd,
                                      .events = connections[i].answer ? POLLOUT : POLLIN};
        }
    if (has_place() && !is_short) {
        ret_place[n] = CONNECTIONS;
        at[n++] = (struct pollfd){.fd = listener, .events = POLLIN};
    }
    const int r = poll(at, (nfds_t)n, wait_ms);
    return r > 0 ? n : r == 0 || errno == EINTR || errno == ENOMEM ? 0 : -errno;
}

int snug_server_run(const struct snug_endpoint *endpoint, snug_server_write *write,
                    const void *context)
{
    current = endpoint;
    catch_ends();
    for (size_t i = 0; i < CONNECTIONS; i++)
        connections[i].fd = -1;
    bool is_short = false;
    for (;;) {
        struct pollfd at[CONNECTIONS + 1];
        size_t place[CONNECTIONS + 1];
        const int n = await(endpoint->fd, is_short, at, place);
        int r = n;
        is_short = false;
        for (int i = 0; i < n; i++)
            if (at[i].revents && place[i] == CONNECTIONS)
                r = welcome(endpoint->fd, &is_short);
            else if (at[i].revents && connections[place[i]].answer)
                answer(&connections[place[i]]);
            else if (at[i].revents)
                receive(&connections[place[i]], write, context);
        if (r < 0)
            return r;
    }
}
