/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers with units, and facts in a word.
 */
#include "snug/cli/command/figures.h"

uint64_t snug_figures_milli(const struct snug_quota *quota)
{
    const unsigned __int128 milli =
        ((unsigned __int128)quota->quota_usec * 1000 + quota->period_usec - 1) /
        quota->period_usec;
    return milli > UINT64_MAX ? UINT64_MAX : (uint64_t)milli;
}

void snug_figures_put_milli(struct snug_builder *out, uint64_t milli)
{
    const uint64_t thousandths = milli % 1000;
    const char digits[] = {
        (char)('0' + thousandths / 100),
        (char)('0' + thousandths / 10 % 10),
        (char)('0' + thousandths % 10),
    };
    size_t n = sizeof digits;
    while (n && digits[n - 1] == '0')
        n--;

    snug_text_put_u64(out, milli / 1000);
    if (n) {
        snug_text_put(out, ".");
        snug_text_put_slice(out, (struct snug_text){digits, n});
    }
}

void snug_figures_put_bytes(struct snug_builder *out, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    snug_text_put_u64(out, bytes);
    snug_text_put(out, " bytes");
    if (bytes < 1024)
        return;

    unsigned i = 0;
    while (i + 1 < sizeof units / sizeof *units && bytes >> 10 * (i + 2))
        i++;
    const uint64_t unit = (uint64_t)1 << 10 * (i + 1);
    const uint64_t tenths = bytes % unit / (unit / 1024) * 10 / 1024;

    snug_text_put(out, " (");
    snug_text_put_u64(out, bytes / unit);
    if (tenths) {
        snug_text_put(out, ".");
        snug_text_put_u64(out, tenths);
    }
    snug_text_put(out, " ");
    snug_text_put(out, units[i]);
    snug_text_put(out, ")");
}

const char *snug_figures_libc(enum snug_libc libc)
{
    switch (libc) {
    case SNUG_LIBC_GLIBC:
        return "glibc";
    case SNUG_LIBC_MUSL:
        return "musl";
    case SNUG_LIBC_NONE:
        return "none";
    case SNUG_LIBC_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *snug_figures_seccomp(enum snug_seccomp seccomp)
{
    switch (seccomp) {
    case SNUG_SECCOMP_OFF:
        return "off";
    case SNUG_SECCOMP_STRICT:
        return "strict";
    case SNUG_SECCOMP_FILTER:
        return "filter";
    case SNUG_SECCOMP_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *snug_figures_owner(enum snug_owner owner)
{
    switch (owner) {
    case SNUG_OWNER_USER:
        return "user";
    case SNUG_OWNER_SNUG:
        return "snug";
    case SNUG_OWNER_NOBODY:
        break;
    }
    return "nobody";
}

const char *snug_figures_library(unsigned bit)
{
    static const char *const names[] = {"automemlimit", "automaxprocs", "gomaxecs"};
    return bit < sizeof names / sizeof *names ? names[bit] : NULL;
}
