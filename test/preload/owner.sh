#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What follow reads and writes in a program whose memory limit changes: owner.sh OBJECT SNUG. The
# runtime's own word alone, whatever the program keeps in its variables; no page that nobody may
# read; and each program goes on as it would by itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 snug=$2
. "$here/../cgroup.sh"
. "$here/../tmpfs.sh"
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
pages=$(tmpfs_make) || { echo "$pages"; exit 77; }
work=$(mktemp -d)
group=$(cgroup_open) || { rm -r "$work" "$pages"; echo 'machine lacks a cgroup that may be made'; exit 77; }
running=
clean_up() {
    [ -z "$running" ] || kill -9 "$running" || true
    wait || true
    cgroup_close "$group"
    rm -rf "$work" "$pages"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
failures=0 mib=$((1 << 20))
read -r cpu_file memory_file <<<"$(cgroup_files "$group")"
first_cpu=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)

fail() { # TEXT
    echo "$label: $1"
    tail -n 20 "$work/out" "$work/err"
    failures=$((failures + 1))
}

build_go() { # NAME, the program on standard input
    mkdir "$work/$1.d"
    cp "$here/owner/watch.go" "$work/$1.d"
    cat >"$work/$1.d/main.go"
    (cd "$work/$1.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o "../$1" .)
}

# In the group, as the process that this is.
run() { # VARIABLE… PROGRAM ARGUMENT…
    local dir
    for dir in ${group#* }; do echo "$BASHPID" >"$dir/cgroup.procs"; done
    exec env LD_PRELOAD="$object" SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=10ms SNUG_LOG=error "$@"
}

start() { # LABEL MIB VARIABLE… PROGRAM ARGUMENT…
    label=$1
    cgroup_limit "$group" 200000 $(($2 * mib))
    shift 2
    rm -f "$pages/page"
    : >"$work/out" # The last program's words are nobody's answer.
    run "$@" >>"$work/out" 2>"$work/err" &
    running=$!
}

# Waits for a line of the program's, which says such a line when it is true.
wait_for() { # LINE
    local n=0
    until grep -qx "$1" "$work/out"; do
        n=$((n + 1))
        [ $n -lt 30000 ] && kill -0 "$running" 2>/dev/null || { fail "no line '$1'"; return; }
        sleep 0.02
    done
}

finish() { # LINE…, that the program ends with
    local status=0 line
    kill -USR2 "$running" 2>/dev/null || true
    wait "$running" || status=$?
    running=
    [ $status = 0 ] || fail "status $status"
    for line; do grep -qx "$line" "$work/out" || fail "no line '$line'"; done
}

resize() { # MIB
    echo $(($1 * mib)) >"$memory_file"
}

# What 256, 512 and 192 MiB leave.
of_256=241172480 of_512=482344960 of_192=180355072

# On one CPU a thread that looks late looks when the program's own code has run.
leaves_the_programs_variables_alone() {
    local n
    for n in $(seq 10); do
        start "impostor, start $n" 256 taskset -c "$first_cpu" "$work/impostor"
        wait_for "limit $of_256"
        resize 512
        wait_for "limit $of_512"
        finish 'the same: true'
        [ ! -s "$work/err" ] || fail 'says something'
    done
    for n in $(seq 10); do
        start "impostor with a limit of its own, start $n" 256 taskset -c "$first_cpu" "$work/impostor" -own 100
        wait_for "limit $((100 * mib))"
        resize 512
        sleep 0.1
        finish 'the same: true' "at the end $((100 * mib))"
    done
}

# It is the program's, unless it is more than there is.
takes_the_programs_own_limit_for_its_own() {
    start 'own limit of 300 MiB' 512 "$work/impostor" -own 300
    wait_for "limit $((300 * mib))"
    resize 256
    wait_for "limit $of_256"
    resize 192
    wait_for "limit $of_192"
    resize 512
    wait_for "limit $of_512"
    finish 'the same: true'
}

reads_no_page_that_nobody_may_read() {
    start 'guard pages' 256 "$work/guard"
    wait_for "limit $of_256"
    resize 512
    wait_for "limit $of_512"
    finish
    [ ! -s "$work/err" ] || fail 'says something'
}

says_why_not() {
    local n reason='follow: no memory: the runtime.s limit is not where it was'
    start 'a variable that is taken away' 256 "$work/absent"
    wait_for 'limit 9223372036854775807'
    resize 512
    for n in $(seq 30000); do # Or it ends first.
        ! grep -q "$reason" "$work/err" || break
        sleep 0.02
    done
    finish 'at the end 9223372036854775807'
    grep -q "$reason" "$work/err" || fail 'no reason'
}

# What thread-local data take is taken from a thread's stack.
has_room_beside_thread_local_data() {
    local kib
    for kib in 240 250 256 300 3000; do
        start "$kib KiB of thread-local data" 256 SNUG_CPU_MIN=1 "$work/tls-$kib"
        wait_for "limit $of_256"
        resize 512
        wait_for "limit $of_512"
        wait_for 'GOMAXPROCS 2'
        echo 100000 >"$cpu_file"
        wait_for 'GOMAXPROCS 1'
        finish
        [ ! -s "$work/err" ] || fail 'says something'
    done
}

# Without /proc the last limits stay, and that is said once.
tells_that_it_cannot_read() {
    local n=0
    start 'no /proc' 256 SNUG_STATS_FILE="$pages/page" unshare -m "$work/impostor" -unmount /proc
    wait_for "limit $of_256"
    resize 512
    until [ "$("$snug" stat --json "$pages/page" | sed -n 's/.*"follow_unread": *\([0-9]*\).*/\1/p')" -gt 3 ]; do
        n=$((n + 1))
        [ $n -lt 30000 ] || { fail 'nothing is counted'; break; }
        sleep 0.02
    done
    finish "at the end $of_256"
    [ "$(grep -c 'follow: a limit cannot be read any more: the last one stays' "$work/err")" = 1 ] ||
        fail 'not one line'
}

# In another root directory anybody may have put files by the names of the kernel's; also where its
# owner alone may read it, and where it can be asked for no more.
believes_no_other_root_directory() { # LABEL MODE ARGUMENT…
    local n=0 line='follow: ends: the program has another root directory'
    mkdir -p "$work/jail/proc/self" "$work/jail/limits"
    echo '0::/' >"$work/jail/proc/self/cgroup"
    echo '1 1 0:1 / /limits rw - cgroup2 x rw' >"$work/jail/proc/self/mountinfo"
    echo $((64 * mib)) >"$work/jail/limits/memory.max"
    echo '100000 100000' >"$work/jail/limits/cpu.max"
    chmod "$2" "$work/jail"
    start "chroot, $1" 256 SNUG_CPU_MIN=1 "$work/impostor" -chroot "$work/jail" "${@:3}"
    wait_for "limit $of_256"
    until grep -q "$line" "$work/err"; do
        n=$((n + 1))
        [ $n -lt 30000 ] || { fail 'does not end'; break; }
        sleep 0.02
    done
    finish "at the end $of_256"
    [ "$(grep -c 'follow:' "$work/err")" = 1 ] || fail 'not one line'
}

build_go impostor <"$here/owner/impostor.go"
build_go guard <"$here/owner/guard.go"
build_go absent <<'EOF'
package main

/*
#include <stdlib.h>
__attribute__((constructor)) static void forget(void) { unsetenv("GOMEMLIMIT"); }
*/
import "C"

func main() { watch() }
EOF
for kib in 240 250 256 300 3000; do
    build_go tls-$kib <<EOF
package main

/*
static __thread volatile char local[$kib << 10];
static int use(void) { return local[0] = local[sizeof local - 1]; }
*/
import "C"

func main() {
	_ = C.use()
	watch()
}
EOF
done

leaves_the_programs_variables_alone
takes_the_programs_own_limit_for_its_own
reads_no_page_that_nobody_may_read
says_why_not
has_room_beside_thread_local_data
tells_that_it_cannot_read
believes_no_other_root_directory "as root" 755
believes_no_other_root_directory "as another user" 711 -user 65533
believes_no_other_root_directory "and a filter" 755 -filter
[ "$failures" = 0 ]
