/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where metrics are served: a TCP port, of 127.0.0.1 unless an address is named, or a unix
 * socket.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

struct snug_endpoint {
    int fd;          /* It listens, and does not block. */
    bool is_unix;    /* Then a file is to be taken away at the end. */
    char place[160]; /* `http://127.0.0.1:9100/metrics`, `unix:/run/snug`. */
    struct sockaddr_storage address;
    dev_t device; /* Of that file. */
    ino_t inode;
};

/* `9100`, `127.0.0.1:9100`, `[::1]:9100`, `unix:PATH`; port 0 is one that is free. -EINVAL
 * if it is none of these, else -errno. A socket file of this user
 * that nobody listens at is replaced. */
int snug_endpoint_open(const char *name, struct snug_endpoint *ret);

/* Also in a signal handler. A file that has taken the place of the own one stays. */
void snug_endpoint_close(const struct snug_endpoint *endpoint);
