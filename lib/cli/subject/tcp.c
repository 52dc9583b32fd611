/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/net/tcp and tcp6, each read once. A table has some sockets twice: it is read
 * in pieces, and where one ends the kernel finds again by counting, while others come.
 */
#include "snug/cli/subject/tcp.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_BYTES = 512,
    STATE_ESTABLISHED = 1,
    STATE_LISTEN = 10,
    DIGITS_V4 = 8,
    DIGITS_V6 = 32,
    TIMER_RESENDS = 1,
    TIMER_PROBES_WINDOW = 4,
    STEP = 256,
    STEP_NETWORKS = 16,
};

struct entry {
    unsigned port;
    uint32_t address[4]; /* The own one. */
    unsigned state;
    bool is_idle;
    bool is_mapped;
    uint64_t inode;
};

/* The namespace's name is that of its file: `net:[4026531840]`. */
struct snug_network {
    char name[32];
    struct snug_tcp tcp;
};

/* In upper case, as these files have it. */
static bool parse_hex(struct snug_text text, unsigned *ret)
{
    *ret = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.at[i];
        const bool is_digit = c >= '0' && c <= '9';
        if ((!is_digit && (c < 'A' || c > 'F')) || i == 8)
            return false;
        *ret = *ret << 4 | (unsigned)(is_digit ? c - '0' : c - 'A' + 10);
    }
    return text.n;
}

/* `0100007F:1F90`: words of the address, each as a number of this machine. */
static bool parse_address(struct snug_text word, unsigned *ret_port, bool *ret_is_mapped)
{
    static const char mapped[] = "0000000000000000FFFF0000";
    struct snug_text address;
    *ret_is_mapped = snug_text_starts(word, mapped);
    return snug_text_cut(&word, ':', &address) && word.at &&
           (address.n == DIGITS_V4 || address.n == DIGITS_V6) && parse_hex(word, ret_port);
}

/* The same of an address that has been parsed, whose words are in network order then. */
static void read_words(struct snug_text word, uint32_t ret[4])
{
    for (size_t i = 0; i < DIGITS_V6 / DIGITS_V4; i++) {
        const struct snug_text part = {word.at + i * DIGITS_V4, DIGITS_V4};
        if ((i + 1) * DIGITS_V4 > snug_text_find(word, ':') || !parse_hex(part, &ret[i]))
            ret[i] = 0;
    }
}

/* `00000000:0000002A`: what waits to be sent, and to be read. */
static bool parse_pair(struct snug_text word, unsigned *ret_one, unsigned *ret_other)
{
    struct snug_text one;
    return snug_text_cut(&word, ':', &one) && word.at && parse_hex(one, ret_one) &&
           parse_hex(word, ret_other);
}

/* `0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 4711 …`.
 */
static bool parse_line(struct snug_text line, struct entry *ret)
{
    enum { NUMBER, LOCAL, REMOTE, STATE, QUEUES, TIMER, RETRIES, USER, TIMEOUT, INODE, N };
    struct snug_text word[N];
    unsigned port;
    unsigned unsent;
    unsigned unread;
    unsigned timer;
    unsigned when;
    for (unsigned i = 0; i < N; i++)
        if (!snug_text_cut_word(&line, &word[i]))
            return false;
    bool is_local_mapped;
    if (!parse_address(word[LOCAL], &ret->port, &is_local_mapped) ||
        !parse_address(word[REMOTE], &port, &ret->is_mapped) ||
        !parse_hex(word[STATE], &ret->state) ||
        !parse_pair(word[QUEUES], &unsent, &unread) ||
        !parse_pair(word[TIMER], &timer, &when) ||
        snug_text_u64(word[INODE], &ret->inode) < 0)
        return false;
    read_words(word[LOCAL], ret->address);
    ret->is_idle =
        !unsent && !unread && timer != TIMER_RESENDS && timer != TIMER_PROBES_WINDOW;
    return true;
}

/* The array with room for one more behind its first `n`; NULL, and it stays, without
 * memory. */
static void *make_room(void *array, size_t n, size_t step, size_t size)
{
    return n % step ? array : reallocarray(array, n + step, size);
}

static void add_listener(const struct entry *entry, bool is_v6, struct snug_tcp *ret)
{
    struct snug_tcp_listener *const larger =
        make_room(ret->listener, ret->n_listeners, STEP, sizeof *larger);
    if (!larger)
        return;
    ret->listener = larger;
    struct snug_tcp_listener *const new = &larger[ret->n_listeners++];
    *new = (struct snug_tcp_listener){
        .inode = entry->inode, .port = (uint16_t)entry->port, .is_v6 = is_v6};
    memcpy(new->address, entry->address, sizeof new->address);
}

static void add_connection(const struct entry *entry, bool is_v6, struct snug_tcp *ret)
{
    struct snug_tcp_connection *const larger =
        make_room(ret->connection, ret->n_connections, STEP, sizeof *larger);
    if (!larger)
        return;
    ret->connection = larger;
    larger[ret->n_connections++] = (struct snug_tcp_connection){
        .inode = entry->inode,
        .port = (uint16_t)entry->port,
        .is_v6 = is_v6,
        .is_idle = entry->is_idle,
        .is_mapped = is_v6 && entry->is_mapped,
    };
}

static bool read_table(const struct snug_root *root, const struct snug_sockets *only,
                       bool is_v6, struct snug_tcp *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, is_v6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp");
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r = fd;
    while (r >= 0 && (r = snug_file_next_line(&lines, &line)) > 0) {
        struct entry entry;
        if (!parse_line(line, &entry) ||
            (only->is_known && !snug_sockets_has(only, entry.inode)))
            continue;
        if (entry.state == STATE_LISTEN)
            add_listener(&entry, is_v6, ret);
        else if (entry.state == STATE_ESTABLISHED)
            add_connection(&entry, is_v6, ret);
    }
    return r == 0;
}

static int compare(const void *one, const void *other)
{
    const uint64_t a = ((const struct snug_tcp_connection *)one)->inode;
    const uint64_t b = ((const struct snug_tcp_connection *)other)->inode;
    return a < b ? -1 : a > b;
}

static void keep_each_once(struct snug_tcp *tcp)
{
    struct snug_tcp_connection *const at = tcp->connection;
    size_t n = 0;
    if (tcp->n_connections)
        qsort(at, tcp->n_connections, sizeof *at, compare);
    for (size_t i = 0; i < tcp->n_connections; i++)
        if (!n || !at[i].inode || at[i].inode != at[n - 1].inode)
            at[n++] = at[i];
    tcp->n_connections = n;
}

void snug_tcp_read(const struct snug_root *root, const struct snug_sockets *only,
                   struct snug_tcp *ret)
{
    *ret = (struct snug_tcp){0};
    const bool has_v4 = read_table(root, only, false, ret);
    const bool has_v6 = read_table(root, only, true, ret);
    ret->is_known = has_v4 || has_v6;
    keep_each_once(ret);
}

void snug_tcp_close(struct snug_tcp *tcp)
{
    free(tcp->listener);
    free(tcp->connection);
    *tcp = (struct snug_tcp){0};
}

const struct snug_tcp *snug_tcp_find(struct snug_networks *networks,
                                     const struct snug_root *root)
{
    static const struct snug_sockets all = {0};
    char path[64];
    char name[sizeof networks->network->name];
    (void)snprintf(path, sizeof path, "/proc/%d/ns/net", root->pid);
    const ssize_t n = readlink(path, name, sizeof name - 1);
    if (n <= 0)
        return NULL;
    name[n] = 0;
    for (size_t i = 0; i < networks->n; i++)
        if (strcmp(networks->network[i].name, name) == 0)
            return &networks->network[i].tcp;
    struct snug_network *const larger =
        make_room(networks->network, networks->n, STEP_NETWORKS, sizeof *larger);
    if (!larger)
        return NULL;
    networks->network = larger;
    struct snug_network *const new = &larger[networks->n++];
    memcpy(new->name, name, sizeof name);
    snug_tcp_read(root, &all, &new->tcp);
    return &new->tcp;
}

void snug_tcp_forget(struct snug_networks *networks)
{
    for (size_t i = 0; i < networks->n; i++)
        snug_tcp_close(&networks->network[i].tcp);
    free(networks->network);
    *networks = (struct snug_networks){0};
}
