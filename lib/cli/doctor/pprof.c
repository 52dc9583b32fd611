/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The index of net/http/pprof is asked for, which costs a program nothing; none of the
 * profiles is.
 */
#include "snug/cli/doctor/pprof.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/clock.h"

enum { PATIENCE_MS = 10000, ANSWER_BYTES = 4096 };

static const char request[] = "GET /debug/pprof/ HTTP/1.0\r\nHost: localhost\r\n\r\n";

struct call {
    int fd; /* -1: it is over. */
    bool has_sent;
    unsigned port;
    size_t n;
    char answer[ANSWER_BYTES];
};

static bool is_here(int pid)
{
    char path[64];
    struct stat own;
    struct stat other;
    (void)snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
    return stat("/proc/self/ns/net", &own) == 0 && stat(path, &other) == 0 &&
           own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

/* The title of the index of net/http/pprof: a server that repeats what it was asked for has
 * none. */
static bool is_pprof(const struct call *call)
{
    static const char ok[] = " 200 ";
    static const char title[] = "<title>/debug/pprof/</title>";
    return call->n > 12 && memcmp(call->answer, "HTTP/1.", 7) == 0 &&
           memcmp(call->answer + 8, ok, sizeof ok - 1) == 0 &&
           memmem(call->answer, call->n, title, sizeof title - 1);
}

static void hang_up(struct call *call)
{
    (void)close(call->fd); /* Nothing is lost. */
    call->fd = -1;
}

/* What listens on all addresses answers at each; 0 as an address means this machine. */
static struct call begin(const struct snug_listener *listener)
{
    struct sockaddr_in four = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)listener->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)listener->port)};
    memcpy(&four.sin_addr, listener->address, sizeof four.sin_addr);
    memcpy(&six.sin6_addr, listener->address, sizeof six.sin6_addr);
    struct call ret = {.fd = socket(listener->is_v6 ? AF_INET6 : AF_INET,
                                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                       .port = listener->port};
    if (ret.fd >= 0 &&
        connect(ret.fd,
                listener->is_v6 ? (const struct sockaddr *)&six
                                : (const struct sockaddr *)&four,
                listener->is_v6 ? sizeof six : sizeof four) < 0 &&
        errno != EINPROGRESS)
        hang_up(&ret);
    return ret;
}

static void go_on(struct call *call)
{
    if (!call->has_sent) {
        call->has_sent = true; /* It is short enough for any socket. */
        if (send(call->fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
            hang_up(call);
        return;
    }
    const ssize_t n =
        recv(call->fd, call->answer + call->n, sizeof call->answer - call->n, MSG_DONTWAIT);
    if (n > 0)
        call->n += (size_t)n;
    if (n <= 0 || call->n == sizeof call->answer)
        hang_up(call);
}

static void wait_for_all(struct call *call, unsigned n)
{
    const uint64_t until = snug_clock_ms() + PATIENCE_MS;
    for (;;) {
        struct pollfd at[SNUG_LISTENERS_MAX];
        bool is_any = false;
        for (unsigned i = 0; i < n; i++) {
            at[i] = (struct pollfd){.fd = call[i].fd,
                                    .events = call[i].has_sent ? POLLIN : POLLOUT};
            is_any |= call[i].fd >= 0;
        }
        const uint64_t now = snug_clock_ms();
        if (!is_any || now >= until)
            return;
        if (poll(at, n, (int)(until - now)) <= 0)
            continue;
        for (unsigned i = 0; i < n; i++)
            if (at[i].revents)
                go_on(&call[i]);
    }
}

void snug_pprof_ask(int pid, const struct snug_connections *connections,
                    struct snug_pprof *ret)
{
    static struct call call[SNUG_LISTENERS_MAX];
    *ret = (struct snug_pprof){.is_asked = true, .is_here = is_here(pid)};
    if (!ret->is_here)
        return;
    for (unsigned i = 0; i < connections->n; i++)
        if (connections->listener[i].is_reachable)
            call[ret->n++] = begin(&connections->listener[i]);
    wait_for_all(call, ret->n);
    for (unsigned i = 0; i < ret->n; i++) {
        ret->n_mute += call[i].fd >= 0 && !call[i].n;
        if (is_pprof(&call[i]) && !ret->n_open++)
            ret->port = call[i].port;
        if (call[i].fd >= 0)
            hang_up(&call[i]);
    }
}
