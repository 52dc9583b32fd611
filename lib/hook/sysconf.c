/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The doors by which C code asks how many CPUs and how much memory there are. The number of
 * *configured* CPUs is never touched: libraries size arrays by it and index them by CPU
 * number.
 */
#include <errno.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "snug/apply/start.h"
#include "snug/apply/view.h"
#include "snug/hook/next.h"
#include "snug/hook/stub.h"

/* A library counts in its constructor, which glibc runs before this object's own. */
static bool read_view(struct snug_view *ret)
{
    snug_start_late();
    return snug_view_read(ret);
}

static long least(long real, uint64_t shown)
{
    return real > 0 && shown < (uint64_t)real ? (long)shown : real;
}

static long show_cpus(long real)
{
    struct snug_view view;
    return read_view(&view) && view.shows_cpus ? least(real, view.count) : real;
}

static long show_pages(long real)
{
    struct snug_view view;
    long (*next)(int) = snug_next_find(SNUG_NEXT_SYSCONF);
    const long page_bytes = next ? next(_SC_PAGESIZE) : 0;
    return read_view(&view) && view.shows_memory && page_bytes > 0
               ? least(real, view.memory_bytes / (uint64_t)page_bytes)
               : real;
}

static long ask(enum snug_next_name name)
{
    long (*next)(void) = snug_next_find(name);
    if (next)
        return next();
    snug_next_set_errno(ENOSYS);
    return -1;
}

long sysconf(int name)
{
    long (*next)(int) = snug_next_find(SNUG_NEXT_SYSCONF);
    if (!next) {
        snug_next_set_errno(EINVAL);
        return -1;
    }
    const long r = next(name);
    if (name == _SC_NPROCESSORS_ONLN)
        return show_cpus(r);
    if (name == _SC_PHYS_PAGES || name == _SC_AVPHYS_PAGES)
        return show_pages(r);
    return r;
}

int get_nprocs(void)
{
    int (*next)(void) = snug_next_find(SNUG_NEXT_GET_NPROCS);
    return (int)show_cpus(next ? next() : 1);
}

long get_phys_pages(void)
{
    return show_pages(ask(SNUG_NEXT_GET_PHYS_PAGES));
}

long get_avphys_pages(void)
{
    return show_pages(ask(SNUG_NEXT_GET_AVPHYS_PAGES));
}

int sysinfo(struct sysinfo *ret_info)
{
    int (*next)(struct sysinfo *) = snug_next_find(SNUG_NEXT_SYSINFO);
    if (!next) {
        snug_next_set_errno(ENOSYS);
        return -1;
    }
    const int r = next(ret_info);
    struct snug_view view;
    if (r < 0 || !read_view(&view) || !view.shows_memory)
        return r;

    const uint64_t unit = ret_info->mem_unit ? ret_info->mem_unit : 1;
    const uint64_t shown = view.memory_bytes / unit;
    if (shown < ret_info->totalram) {
        ret_info->totalram = shown;
        if (shown < ret_info->freeram)
            ret_info->freeram = shown;
        /* Readers subtract these three from the whole. */
        const unsigned long left = shown - ret_info->freeram;
        if (left < ret_info->bufferram)
            ret_info->bufferram = left;
        if (left < ret_info->sharedram)
            ret_info->sharedram = left;
    }
    return r;
}

SNUG_STUB_OF_LIBC(sysinfo);
