/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Makes prctl calls with every option from 0 to 80 and absurd ones, and prints of each its
 * result, its errno, what it wrote and what became of the process. Each in a process of its
 * own: some cannot be undone, some kill.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int prctl(int option, ...);

enum { LAST = 80, WORDS = 8, TEXT_BYTES = 8192 };

static const int absurd[] = {
    -1, INT_MIN, INT_MAX, 81, 99, 1000, 0x41555856, 0x53564d41, 0x59616d61, 1 << 16 | 38,
};

static struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
static struct sock_fprog filter = {1, &allow};
static struct sock_fprog empty_filter = {0, &allow};
static uint64_t buffer[WORDS];

#define POINTER(at) ((unsigned long)(uintptr_t)(at))

static const unsigned long few[][4] = {
    {0, 0, 0, 0}, {1, 0, 0, 0}, {2, 0, 0, 0},
    {1, 2, 0, 0}, {0, 2, 0, 0}, {1, 0, 1, 0},
    {1, 0, 0, 1}, {9, 9, 9, 9}, {~0ul, 1ul << 40, ~0ul, ~0ul},
};
enum { N_FEW = sizeof few / sizeof *few, N_SETS = N_FEW + 5 };

/* Some with addresses, good and bad. */
static void arguments(int set, unsigned long *ret)
{
    const unsigned long more[][4] = {
        {POINTER(buffer), 0, 0, 0},
        {POINTER(buffer), sizeof buffer, 0, 0},
        {SECCOMP_MODE_FILTER, POINTER(&filter), 0, 0},
        {SECCOMP_MODE_FILTER, POINTER(&empty_filter), 0, 0},
        {SECCOMP_MODE_FILTER, 8, 0, 0},
    };
    memcpy(ret, set < N_FEW ? few[set] : more[set - N_FEW], sizeof more[0]);
}

/* Addresses differ from run to run. */
static void print_word(uint64_t word)
{
    if (word >> 32 && word >> 48 == 0)
        printf(" address");
    else
        printf(" %#llx", (unsigned long long)word);
}

static void print_status(void)
{
    static const char *const lines[] = {
        "Name:", "NoNewPrivs:", "Seccomp:",     "Seccomp_filters:",
        "Cap",   "Speculation", "THP_enabled:", "untag_mask:"};
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            if (strncmp(line, lines[i], strlen(lines[i])) == 0)
                printf("    %s", line);
    if (file)
        (void)fclose(file);
}

/* What the process can be asked about itself. */
static void print_state(void)
{
    static const int values[] = {PR_GET_DUMPABLE,   PR_GET_KEEPCAPS,     PR_GET_TIMERSLACK,
                                 PR_GET_SECUREBITS, PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE,
                                 PR_MCE_KILL_GET,   PR_GET_TIMING,       PR_GET_SECCOMP,
                                 PR_GET_IO_FLUSHER};
    static const int stored[] = {PR_GET_PDEATHSIG, PR_GET_TSC, PR_GET_CHILD_SUBREAPER};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const long value = syscall(SYS_prctl, values[i], 0, 0, 0, 0);
        printf(" %d=%ld", values[i], value >> 32 > 0 ? 0 : value); /* An address: 0. */
    }
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        int value = -1;
        (void)syscall(SYS_prctl, stored[i], &value, 0, 0, 0);
        printf(" %d=%d", stored[i], value);
    }
    printf(" MDWE=%ld\n", syscall(SYS_prctl, 66, 0, 0, 0, 0));
    print_status();
}

static void try(int option, int set)
{
    unsigned long a[4];
    arguments(set, a);
    for (int i = 0; i < WORDS; i++)
        buffer[i] = 0x4141414141414141u * (i < 2);

    errno = 4242; /* It stays where the call succeeds. */
    const int r = prctl(option, a[0], a[1], a[2], a[3]);
    const int error = errno;
    printf("  result %d errno %d, wrote", r, error);
    for (int i = 0; i < WORDS; i++)
        print_word(buffer[i]);
    printf("\n   ");
    print_state();
}

/* The child's own words, then how it ended. A child that may not write any more has said
 * nothing: that is compared too. */
static void run_case(int option, int set)
{
    printf("option %d, arguments %d\n", option, set);
    (void)fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(600); /* Only what hangs takes that long. */
        try(option, set);
        (void)fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("prctl_options");
        exit(1);
    }
    printf("  status %#x\n", (unsigned)status);
}

/* syscall has up to six arguments, and the last is on the stack. */
static void try_syscall(void)
{
    errno = 4242;
    const long page = sysconf(_SC_PAGESIZE);
    FILE *file = tmpfile();
    if (!file || ftruncate(fileno(file), 2 * page) < 0 ||
        pwrite(fileno(file), "second", 6, page) != 6)
        exit(1);
    const char *at = (const char *)syscall(SYS_mmap, NULL, page, 1, 2, fileno(file), page);
    printf("mmap of the second page: %s\n", at == (void *)-1 ? "failed" : at);
    errno = 4242;
    printf("no call: %ld", syscall(-1));
    printf(" errno %d\n", errno);
    errno = 4242;
    printf("number with an upper half: %d", syscall(1L << 32 | SYS_getppid) == getppid());
    printf(" errno %d\n", errno);
    errno = 4242;
    printf("no filter: %ld", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
    printf(" errno %d\n", errno);
    errno = 4242;
    printf("bad filter: %ld", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8L));
    printf(" errno %d\n", errno);
    errno = 4242;
    printf("bad flags: %ld", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, ~0u, &filter));
    printf(" errno %d\n", errno);
    const unsigned action = SECCOMP_RET_LOG;
    errno = 4242;
    printf("action: %ld", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    printf(" errno %d\n", errno);
    (void)fclose(file);
}

int main(void)
{
    for (int option = 0; option <= LAST; option++)
        for (int set = 0; set < N_SETS; set++)
            run_case(option, set);
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++)
        for (int set = 0; set < N_SETS; set++)
            run_case(absurd[i], set);
    try_syscall();
    return 0;
}
