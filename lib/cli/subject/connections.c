/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/net/tcp and tcp6. Each is read twice: a connection may stand before its
 * listener.
 */
#include "snug/cli/subject/connections.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_BYTES = 512,
    STATE_ESTABLISHED = 1,
    STATE_LISTEN = 10,
    DIGITS_V4 = 8,
    DIGITS_V6 = 32,
    TIMER_RESENDS = 1,
    TIMER_PROBES_WINDOW = 4,
    STEP = 256,
};

struct entry {
    unsigned port;
    uint32_t address[4]; /* The own one. */
    unsigned state;
    bool is_idle;
    bool is_mapped;
    uint64_t inode; /* 0: nobody has accepted it yet. */
};

/* Connections, of which the table has some twice: it is read in pieces, and where one ends
 * the kernel finds again by counting, while others come. */
struct entries {
    struct entry *entry;
    size_t n;
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

/* 127.0.0.0/8, ::1, and the former as IPv6 has it. */
static bool is_loopback(const uint32_t address[4], bool is_v6)
{
    const uint32_t last = ntohl(address[is_v6 ? 3 : 0]);
    const bool is_low = is_v6 && !address[0] && !address[1];
    if (!is_v6 || (is_low && ntohl(address[2]) == 0xffff))
        return last >> 24 == 127;
    return is_low && !address[2] && last == 1;
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

static struct snug_listener *find(struct snug_connections *connections, unsigned port,
                                  bool is_v6)
{
    for (unsigned i = 0; i < connections->n; i++)
        if (connections->listener[i].port == port &&
            connections->listener[i].is_v6 == is_v6)
            return &connections->listener[i];
    return NULL;
}

static void take_listener(const struct entry *entry, bool is_v6,
                          struct snug_connections *ret)
{
    struct snug_listener *at = find(ret, entry->port, is_v6);
    if (!at && ret->n == SNUG_LISTENERS_MAX) {
        ret->n_more++;
        return;
    }
    if (!at) {
        at = &ret->listener[ret->n++];
        *at = (struct snug_listener){.port = entry->port, .is_v6 = is_v6};
    }
    if (!at->is_reachable) {
        at->is_reachable = !is_loopback(entry->address, is_v6);
        memcpy(at->address, entry->address, sizeof at->address);
    }
}

/* Without memory it is left out. */
static void keep(struct entries *entries, const struct entry *entry)
{
    if (entries->n % STEP == 0) {
        struct entry *const larger =
            reallocarray(entries->entry, entries->n + STEP, sizeof *larger);
        if (!larger)
            return;
        entries->entry = larger;
    }
    entries->entry[entries->n++] = *entry;
}

static int compare(const void *one, const void *other)
{
    const uint64_t a = ((const struct entry *)one)->inode;
    const uint64_t b = ((const struct entry *)other)->inode;
    return a < b ? -1 : a > b;
}

/* Each socket once. */
static void count(const struct entries *entries, bool is_v6, struct snug_connections *ret)
{
    if (entries->n)
        qsort(entries->entry, entries->n, sizeof *entries->entry, compare);
    for (size_t i = 0; i < entries->n; i++) {
        const struct entry *entry = &entries->entry[i];
        if (i && entry->inode && entry->inode == entry[-1].inode)
            continue;
        struct snug_listener *const at = find(ret, entry->port, is_v6); /* It is there. */
        at->n++;
        at->n_idle += entry->is_idle;
        at->n_mapped += is_v6 && entry->is_mapped;
    }
}

static bool read_table(const struct snug_root *root, const struct snug_sockets *sockets,
                       bool is_v6, bool is_for_listeners, struct snug_connections *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, is_v6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp");
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    struct entries entries = {0};
    int r = fd;
    while (r >= 0 && (r = snug_file_next_line(&lines, &line)) > 0) {
        struct entry entry;
        if (!parse_line(line, &entry) ||
            (ret->is_own && !snug_sockets_has(sockets, entry.inode)))
            continue;
        if (is_for_listeners && entry.state == STATE_LISTEN)
            take_listener(&entry, is_v6, ret);
        else if (!is_for_listeners && entry.state == STATE_ESTABLISHED &&
                 find(ret, entry.port, is_v6))
            keep(&entries, &entry);
    }
    count(&entries, is_v6, ret);
    free(entries.entry);
    return r == 0;
}

void snug_connections_read(const struct snug_root *root, const struct snug_sockets *sockets,
                           struct snug_connections *ret)
{
    *ret = (struct snug_connections){.is_own = sockets->is_known};
    const bool has_v4 = read_table(root, sockets, false, true, ret);
    const bool has_v6 = read_table(root, sockets, true, true, ret);
    ret->is_known = has_v4 || has_v6; /* Either may be off. */
    if (has_v4)
        (void)read_table(root, sockets, false, false, ret); /* As far as it goes. */
    if (has_v6)
        (void)read_table(root, sockets, true, false, ret);
}
