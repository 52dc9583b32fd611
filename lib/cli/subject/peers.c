/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By stat of each: `4711 (name) Z 1 …`. The name may hold anything.
 */
#include "snug/cli/subject/peers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 256, STAT_BYTES = 1024 };

static bool parse(const char *text, struct snug_peer *ret)
{
    const char *name = strchr(text, '(');
    const char *end = strrchr(text, ')');
    struct snug_text rest = snug_text_of(end ? end + 1 : "");
    struct snug_text state;
    struct snug_text parent;
    if (!name || end < name || !snug_text_cut_word(&rest, &state) ||
        !snug_text_cut_word(&rest, &parent) || snug_text_u64(parent, &ret->parent) < 0)
        return false;
    ret->is_zombie = snug_text_equals(state, "Z");
    const struct snug_text inside = {name + 1, (size_t)(end - name - 1)};
    ret->name[0] = 0;
    (void)snug_text_copy(inside, sizeof ret->name, ret->name); /* The kernel's fit. */
    return true;
}

static bool add(struct snug_peers *peers, const char *directory, uint64_t pid)
{
    char path[64];
    char text[STAT_BYTES];
    size_t n;
    if (peers->n % STEP == 0) {
        void *const larger =
            reallocarray(peers->member, peers->n + STEP, sizeof *peers->member);
        if (!larger)
            return false;
        peers->member = larger;
    }
    struct snug_peer *const new = &peers->member[peers->n];
    (void)snprintf(path, sizeof path, "/proc/%s/stat", directory);
    new->pid = pid;
    /* It may have ended. */
    if (snug_file_read(&snug_file_live, path, sizeof text, text, &n) == 0 &&
        parse(text, new))
        peers->n++;
    return true;
}

void snug_peers_read(struct snug_peers *ret)
{
    *ret = (struct snug_peers){0};
    DIR *const directory = opendir("/proc");
    if (!directory)
        return;
    ret->is_known = true;
    struct dirent *entry;
    while (ret->is_known && (entry = readdir(directory))) {
        uint64_t pid;
        if (strlen(entry->d_name) < 20 &&
            snug_text_u64(snug_text_of(entry->d_name), &pid) == 0)
            ret->is_known = add(ret, entry->d_name, pid);
    }
    (void)closedir(directory);
}

void snug_peers_count(const struct snug_peers *peers, uint64_t pid,
                      struct snug_condition *ret)
{
    uint64_t lowest = UINT64_MAX;
    ret->zombies = ret->children = (struct snug_figure){.is_known = peers->is_known};
    for (size_t i = 0; i < peers->n; i++) {
        const struct snug_peer *member = &peers->member[i];
        if (member->parent != pid)
            continue;
        if (!member->is_zombie) {
            ret->children.number++;
            continue;
        }
        ret->zombies.number++;
        if (member->pid < lowest) {
            lowest = member->pid;
            (void)snug_text_copy(snug_text_of(member->name), sizeof ret->zombie,
                                 ret->zombie); /* It is no shorter. */
        }
    }
}

void snug_peers_close(struct snug_peers *peers)
{
    free(peers->member);
    snug_tcp_forget(&peers->networks);
    *peers = (struct snug_peers){0};
}
