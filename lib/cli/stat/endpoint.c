/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses are numbers: a name could lead elsewhere than to this machine.
 */
#include "snug/cli/stat/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "snug/base/text.h"

enum { BACKLOG = 16, PORT_MAX = 65535 };

static const char unix_prefix[] = "unix:";

static int parse_unix(const char *path, struct snug_endpoint *ret, socklen_t *ret_n)
{
    struct sockaddr_un *address = (struct sockaddr_un *)&ret->address;
    if (!path[0])
        return -EINVAL;
    if (snug_text_copy(snug_text_of(path), sizeof address->sun_path, address->sun_path) < 0)
        return -ENAMETOOLONG;
    address->sun_family = AF_UNIX;
    ret->is_unix = true;
    *ret_n = sizeof *address;
    return 0;
}

/* Without an address it is 127.0.0.1; one of version 6 stands in brackets. */
static int parse_tcp(struct snug_text name, struct snug_endpoint *ret, socklen_t *ret_n)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&ret->address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&ret->address;
    const char *colon = memrchr(name.at, ':', name.n);
    char host[INET6_ADDRSTRLEN + 2] = "127.0.0.1";
    uint64_t port;
    if (colon) {
        const size_t n = (size_t)(colon - name.at);
        if (snug_text_copy((struct snug_text){name.at, n}, sizeof host, host) < 0)
            return -EINVAL;
        name = (struct snug_text){colon + 1, name.n - n - 1};
    }
    if (snug_text_u64(name, &port) < 0 || port > PORT_MAX)
        return -EINVAL;
    const size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = 0;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *ret_n = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1 ? 0 : -EINVAL;
    }
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *ret_n = sizeof *four;
    return inet_pton(AF_INET, host, &four->sin_addr) == 1 ? 0 : -EINVAL;
}

/* A socket's file outlives a server that was killed. */
static void remove_stale(const struct snug_endpoint *endpoint, socklen_t n)
{
    const struct sockaddr_un *address = (const struct sockaddr_un *)&endpoint->address;
    struct stat status;
    if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode) ||
        status.st_uid != geteuid())
        return;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, n) < 0 && errno == ECONNREFUSED)
        (void)unlink(address->sun_path); /* What fails is told by bind. */
    (void)close(fd);
}

/* The port may be one that the kernel has chosen. */
static void name_place(struct snug_endpoint *endpoint)
{
    const struct sockaddr_un *of_unix = (struct sockaddr_un *)&endpoint->address;
    const struct sockaddr_in *four = (struct sockaddr_in *)&endpoint->address;
    const struct sockaddr_in6 *six = (struct sockaddr_in6 *)&endpoint->address;
    socklen_t n = sizeof endpoint->address;
    char host[INET6_ADDRSTRLEN] = "";
    if (endpoint->is_unix) {
        (void)snprintf(endpoint->place, sizeof endpoint->place, "%s%s", unix_prefix,
                       of_unix->sun_path);
        return;
    }
    (void)getsockname(endpoint->fd, (struct sockaddr *)&endpoint->address, &n);
    if (endpoint->address.ss_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        (void)snprintf(endpoint->place, sizeof endpoint->place, "http://[%s]:%u/metrics",
                       host, ntohs(six->sin6_port));
    } else {
        (void)inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        (void)snprintf(endpoint->place, sizeof endpoint->place, "http://%s:%u/metrics",
                       host, ntohs(four->sin_port));
    }
}

/* Which file it is. */
static void note_file(struct snug_endpoint *endpoint)
{
    struct stat status;
    if (lstat(((struct sockaddr_un *)&endpoint->address)->sun_path, &status) == 0) {
        endpoint->device = status.st_dev;
        endpoint->inode = status.st_ino;
    }
}

/* 0 or -errno; the descriptor is kept where it fails, too. */
static int start(struct snug_endpoint *endpoint, socklen_t n)
{
    const int on = 1;
    if (endpoint->is_unix)
        remove_stale(endpoint, n);
    else
        (void)setsockopt(endpoint->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (endpoint->address.ss_family == AF_INET6)
        (void)setsockopt(endpoint->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(endpoint->fd, (const struct sockaddr *)&endpoint->address, n) < 0)
        return -errno;
    if (endpoint->is_unix)
        note_file(endpoint);
    return listen(endpoint->fd, BACKLOG) < 0 ? -errno : 0;
}

int snug_endpoint_open(const char *name, struct snug_endpoint *ret)
{
    socklen_t n;
    *ret = (struct snug_endpoint){.fd = -1};
    int r = snug_text_starts(snug_text_of(name), unix_prefix)
                ? parse_unix(name + sizeof unix_prefix - 1, ret, &n)
                : parse_tcp(snug_text_of(name), ret, &n);
    if (r < 0)
        return r;
    ret->fd = socket(ret->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ret->fd < 0)
        return -errno;
    r = start(ret, n);
    if (r < 0)
        snug_endpoint_close(ret);
    else
        name_place(ret);
    return r;
}

void snug_endpoint_close(const struct snug_endpoint *endpoint)
{
    const char *path = ((const struct sockaddr_un *)&endpoint->address)->sun_path;
    struct stat status;
    if (endpoint->inode && lstat(path, &status) == 0 && status.st_dev == endpoint->device &&
        status.st_ino == endpoint->inode)
        (void)unlink(path);
    (void)close(endpoint->fd);
}
