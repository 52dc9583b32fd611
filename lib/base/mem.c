/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The four functions that a compiler calls of its own accord, for the object that has no
 * libc. Not in the archive: everything else has libc's. By words, since facts and policy
 * are structs of several KiB.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *at, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* Keeps a compiler from recognising a loop as the very function that it is the body of. */
static void stay_a_loop(void)
{
    __asm__ volatile("" : : : "memory");
}

/* Eight bytes at any address, of any type. */
struct word {
    uint64_t bits;
} __attribute__((packed, may_alias));

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    char *t = to;
    const char *f = from;
    for (; n >= sizeof(struct word); n -= sizeof(struct word)) {
        stay_a_loop();
        *(struct word *)t = *(const struct word *)f;
        t += sizeof(struct word);
        f += sizeof(struct word);
    }
    while (n--) {
        stay_a_loop();
        *t++ = *f++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;
    if (t <= f)
        return memcpy(to, from, n);
    while (n--) {
        stay_a_loop();
        t[n] = f[n];
    }
    return to;
}

void *memset(void *at, int byte, size_t n)
{
    char *t = at;
    const struct word word = {(uint64_t)(unsigned char)byte * 0x0101010101010101u};
#if defined(__x86_64__)
    /* Structs of several KiB are cleared at each start. */
    size_t n_words = n / sizeof word;
    __asm__ volatile("rep stosq" : "+D"(t), "+c"(n_words) : "a"(word.bits) : "memory");
    n %= sizeof word;
#endif
    for (; n >= sizeof word; n -= sizeof word) {
        stay_a_loop();
        *(struct word *)t = word;
        t += sizeof word;
    }
    while (n--) {
        stay_a_loop();
        *t++ = (char)byte;
    }
    return at;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
