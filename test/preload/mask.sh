#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Masks that a program sets itself: mask.sh OBJECT. What C code has read it can put back without
# harm, and what it sets while the start window is open stays. The kernel is asked in the end.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
[ "$(nproc)" -ge 2 ] || exit 77 # Nothing can be narrowed.

line() { # LABEL WANTED GOT
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

cat > "$work/put.c" <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static cpu_set_t before, one;

static int kernels_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    syscall(SYS_sched_getaffinity, 0, sizeof set, &set);
    return CPU_COUNT(&set);
}

static void *count(void *ret)
{
    *(int *)ret = kernels_count();
    return ret;
}

static void *restore(void *ret)
{
    sched_setaffinity(0, sizeof one, &one);
    sched_setaffinity(0, sizeof before, &before);
    return count(ret);
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attr;
    int n = -1;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    for (int i = 0; !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    printf("%d", CPU_COUNT(&before));
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    pthread_setaffinity_np(pthread_self(), sizeof before, &before);
    printf(" %d", kernels_count());
    pthread_create(&thread, NULL, restore, &n);
    pthread_join(thread, NULL);
    printf(" %d", n);
#ifdef __GLIBC__
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof before, &before);
    pthread_create(&thread, &attr, count, &n);
    pthread_join(thread, NULL);
    (void)pthread_attr_setaffinity_np(&attr, 0, NULL);
#else
    (void)attr;
#endif
    errno = 0;
    const int r = sched_setaffinity(0, sizeof before, (cpu_set_t *)8);
    printf(" %d %d %d\n", n, r, errno == EFAULT);
}
END
for cc in cc musl-gcc; do
    command -v $cc > "$work/where" || continue
    $cc -o "$work/put" "$work/put.c" -lpthread
    line "$cc, plain" '2 2 2 2 -1 1' "$(taskset -c 0-1 "$work/put")"
    line "$cc" '1 2 2 2 -1 1' "$(SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object \
        taskset -c 0-1 "$work/put")"
done

# A thread asks for its own mask by its number, under a filter that kills for what it never does;
# and a mask may be longer than any machine needs.
cat > "$work/ask.c" <<'END'
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned char mask[128 << 10];

static void *ask(void *ret)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    cpu_set_t set;
    *(int *)ret = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
                  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ||
                  sched_getaffinity(gettid(), sizeof set, &set);
    return ret;
}

int main(void)
{
    pthread_t thread;
    int r = -1;
    const int r_get = sched_getaffinity(0, sizeof mask, (void *)mask);
    const int r_set = sched_setaffinity(0, sizeof mask, (void *)mask);
    pthread_create(&thread, NULL, ask, &r);
    pthread_join(thread, NULL);
    printf("%d %d %d\n", r_get, r_set, r);
    return 0;
}
END
cc -o "$work/ask" "$work/ask.c" -lpthread
LD_PRELOAD=$object "$work/ask" > "$work/asked" || echo "ended with $?" > "$work/asked"
line "a thread by its number, and a long mask" "0 0 0" "$(cat "$work/asked")"

# The length may be more than the mask has: the kernel reads no further than it has CPUs for.
cat > "$work/long.c" <<'END'
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cpu_set_t *set = (cpu_set_t *)(at + page - 1024);
    if (at == MAP_FAILED || munmap(at + page, page) || sched_getaffinity(0, 1024, set))
        return 1;
    return sched_setaffinity(0, 4 * page, set) ? 2 : 0;
}
END
cc -o "$work/long" "$work/long.c"
status=0
SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/long" || status=$?
line 'a length that is more than the mask has' 0 $status

# A library of a Go program opens the window and pins the process.
if command -v go > "$work/where"; then
    cat > "$work/main.go" <<'END'
package main

/*
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
__attribute__((constructor)) static void pin(void)
{
    static pthread_attr_t attr;
    cpu_set_t set, before;
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    if (getenv("READ"))
        sched_getaffinity(0, sizeof before, &before);
    else if (getenv("READ_BY_HANDLE"))
        pthread_getaffinity_np(pthread_self(), sizeof before, &before);
    CPU_ZERO(&set);
    if (!getenv("PIN"))
        return;
    CPU_SET(atoi(getenv("PIN")), &set);
    sched_setaffinity(0, sizeof set, &set);
    if (getenv("READ") || getenv("READ_BY_HANDLE"))
        sched_setaffinity(0, sizeof before, &before);
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Println(runtime.NumCPU(), strings.Fields(strings.Split(string(status), "Cpus_allowed_list:")[1])[0])
}
END
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program main.go)
    for pin in 0 1; do
        line "pinned to $pin before Go starts" "1 $pin" \
            "$(PIN=$pin SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/program")"
    done
    whole=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)
    for reads in READ READ_BY_HANDLE; do
        line "pinned before Go starts, and put back what was read by then: $reads" "1 $whole" \
            "$(env "$reads=1" PIN=0 SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/program")"
    done

    # Another process pins it while the window is open, which this library keeps so until then.
    cat > "$work/hold.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void read_mask(char ret[256])
{
    FILE *const status = fopen("/proc/self/status", "re");
    while (status && fgets(ret, 256, status) && strncmp(ret, "Cpus_allowed_list:", 18) != 0)
        ;
    if (status)
        fclose(status);
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    char first[256] = "-", now[256];
    read_mask(first);
    strcpy(now, first);
    for (int i = 0; !strpbrk(first, "-,") && i < 60000 && strcmp(first, now) == 0; i++) {
        nanosleep(&pause, NULL);
        read_mask(now);
    }
    int (*next)(pthread_attr_t *) = dlsym(RTLD_NEXT, "pthread_attr_destroy");
    return next(attr);
}
END
    cc -shared -fPIC -o "$work/hold.so" "$work/hold.c" -ldl
    allowed() {
        sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$pid/status" 2> "$work/where"
    }
    SNUG_CPU_COUNT=1 LD_PRELOAD="$object $work/hold.so" "$work/program" > "$work/pinned" & pid=$!
    until shown=$(allowed) && [ "${shown#*[-,]}" = "$shown" ]; do
        kill -0 $pid
    done
    taskset -pc $((shown == 0)) $pid > "$work/where"
    wait $pid
    line 'pinned by another process in the window' "1 $((shown == 0))" "$(cat "$work/pinned")"

    # An allocator that maps each block closes the window before Go counts.
    cat > "$work/blocks.c" <<'END'
#include <string.h>
#include <sys/mman.h>

enum { HEAD = 64 };

void *malloc(size_t n)
{
    size_t *block =
        mmap(NULL, n + HEAD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    *block = n;
    return (char *)block + HEAD;
}

static size_t *head_of(void *at)
{
    return (size_t *)((char *)at - HEAD);
}

void free(void *at)
{
    if (at)
        munmap(head_of(at), *head_of(at) + HEAD);
}

void *calloc(size_t n, size_t size)
{
    return malloc(n * size);
}

void *realloc(void *at, size_t n)
{
    void *ret = malloc(n);
    if (ret && at)
        memcpy(ret, at, *head_of(at) < n ? *head_of(at) : n);
    if (ret)
        free(at);
    return ret;
}
END
    cc -shared -fPIC -fno-builtin -o "$work/blocks.so" "$work/blocks.c"
    sed -i 's/runtime.NumCPU()/runtime.GOMAXPROCS(0)/' "$work/main.go"
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o procs main.go)
    for preload in "$object:$work/blocks.so" "$work/blocks.so:$object"; do
        SNUG_CPU_COUNT=1 LD_PRELOAD=$preload "$work/procs" > "$work/count"
        line "an allocator maps: $preload" 1 "$(cut -d ' ' -f 1 "$work/count")"
    done

    # A library's constructor takes a variable away before snug's turn.
    cat > "$work/unset.c" <<'END'
#include <stdlib.h>
__attribute__((constructor)) static void take(void)
{
    unsetenv("FIRST");
}
END
    cc -shared -fPIC -o "$work/unset.so" "$work/unset.c"
    FIRST=1 SNUG_CPU_COUNT=1 LD_PRELOAD=$object:$work/unset.so "$work/program" > "$work/count"
    line 'a variable was taken away before snug starts' 1 "$(cut -d ' ' -f 1 "$work/count")"

    # It keeps what it has read, and puts it back when all CPUs are shown by then: on the thread
    # that has read it, and on another one.
    mkdir "$work/keeps"
    cat > "$work/keeps/main.go" <<'END'
package main

/*
#define _GNU_SOURCE
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
static cpu_set_t kept;
static int keep(void)
{
    sched_getaffinity(0, sizeof kept, &kept);
    return CPU_COUNT(&kept);
}
static void put_back(void)
{
    sched_setaffinity(0, sizeof kept, &kept);
}
static int kernels_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    syscall(SYS_sched_getaffinity, 0, sizeof set, &set);
    return CPU_COUNT(&set);
}
static int shown(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN);
}
*/
import "C"
import (
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	runtime.LockOSThread()
	all := C.kernels_count()
	fmt.Print(runtime.NumCPU(), " ", C.keep())
	os.Rename(os.Args[1]+".new", os.Args[1])
	for C.shown() != all {
		time.Sleep(time.Millisecond)
	}
	C.put_back()
	fmt.Print(" ", C.kernels_count() == all)
	other := make(chan bool)
	go func() {
		runtime.LockOSThread()
		C.put_back()
		other <- C.kernels_count() == all
	}()
	fmt.Println("", <-other)
}
END
    (cd "$work/keeps" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o ../keep .)
    printf '%s\n' 'follow = on' 'follow.interval = 10ms' > "$work/policy.new"
    printf '%s\n' 'follow = on' 'follow.interval = 10ms' 'cpu.count = 1' > "$work/policy"
    SNUG_POLICY=$work/policy LD_PRELOAD=$object "$work/keep" "$work/policy" > "$work/kept"
    line 'kept until all CPUs are shown' '1 1 true true' "$(cat "$work/kept")"
    SNUG_CPU_COUNT=1 SNUG_CPU_PRESENT=off LD_PRELOAD=$object "$work/keep" none > "$work/kept"
    line 'Go alone is told' "1 $(nproc) true true" "$(cat "$work/kept")"
else
    echo 'not installed: go'
    [ "$failures" != 0 ] || exit 77
fi
exit "$failures"
