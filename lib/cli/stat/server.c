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
#include <time.h>
#include <unistd.h>

#include "snug/cli/stat/http.h"

enum { CONNECTIONS = 16, PATIENCE_MS = 10000, MS_PER_S = 1000, NS_PER_MS = 1000000 };
enum { EXIT_SIGNAL = 128 };

/* A request comes in, then an answer goes out. */
struct connection {
    int fd; /* -1: the place is free. */
    uint64_t until_ms;
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

static uint64_t read_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MS_PER_S + (uint64_t)(now.tv_nsec / NS_PER_MS);
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
    connection->until_ms = read_clock() + PATIENCE_MS; /* Figures may take long. */
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

/* 0, also if the one who came is gone; -errno if nobody can come any more. */
static int welcome(int listener)
{
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return errno == EBADF || errno == EINVAL || errno == ENOTSOCK ? -errno : 0;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (connections[i].fd < 0) {
            connections[i].fd = fd;
            connections[i].n_read = connections[i].n_sent = 0;
            connections[i].until_ms = read_clock() + PATIENCE_MS;
            return 0;
        }
    (void)close(fd); /* Not asked for without a place. */
    return 0;
}

/* Who is too slow goes. Returns in how many milliseconds the next one would; -1: nobody. */
static int drop_late(void)
{
    const uint64_t now = read_clock();
    int ret = -1;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *const connection = &connections[i];
        if (connection->fd >= 0 && connection->until_ms <= now)
            drop(connection);
        if (connection->fd < 0)
            continue;
        const int left = (int)(connection->until_ms - now);
        if (ret < 0 || left < ret)
            ret = left;
    }
    return ret;
}

int snug_server_run(const struct snug_endpoint *endpoint, snug_server_write *write,
                    const void *context)
{
    current = endpoint;
    catch_ends();
    for (size_t i = 0; i < CONNECTIONS; i++)
        connections[i].fd = -1;
    for (;;) {
        struct pollfd at[CONNECTIONS + 1];
        bool has_place = false;
        const int wait_ms = drop_late();
        for (size_t i = 0; i < CONNECTIONS; i++) {
            const struct connection *connection = &connections[i];
            has_place |= connection->fd < 0;
            at[i] = (struct pollfd){.fd = connection->fd,
                                    .events = connection->answer ? POLLOUT : POLLIN};
        }
        at[CONNECTIONS] =
            (struct pollfd){.fd = has_place ? endpoint->fd : -1, .events = POLLIN};
        if (poll(at, CONNECTIONS + 1, wait_ms) <= 0)
            continue;
        for (size_t i = 0; i < CONNECTIONS; i++)
            if (at[i].revents && connections[i].answer)
                answer(&connections[i]);
            else if (at[i].revents)
                receive(&connections[i], write, context);
        const int r = at[CONNECTIONS].revents ? welcome(endpoint->fd) : 0;
        if (r < 0)
            return r;
    }
}
