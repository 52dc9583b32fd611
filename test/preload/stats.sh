#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# stats.file: stats.sh OBJECT WORKERS. A page that holds what was counted; whatever stands in its
# way stays as it was, the program does not notice, and the log has the reason.
set -eu
. "$(dirname "$0")/../tmpfs.sh"
. "$(dirname "$0")/../public.sh"
failures=0
work=$(tmpfs_make) || { echo "$work"; exit 77; }
owner= public=
trap '[ -z "$owner" ] || kill -9 "$owner"; rm -rf "$work" ${public:+"$public"}' EXIT
trap 'exit 1' HUP INT TERM
# Another user may not reach the folder that they were built in.
public=$(public_make) || { echo "$public" && public= && exit 77; }
cp "$1" "$2" "$public/"
object=$public/${1##*/} workers=$public/${2##*/}
export SNUG_SCOPE=all SNUG_LOG=error

fail() { # TEXT
    echo "$label: $1"
    failures=$((failures + 1))
}

# What is not tried makes no failure, and no success.
has_untried=
untried() { # WHY
    echo "$1"
    has_untried=1
}

# Starts a program that creates ten threads, with that stats.file, under a command if one is given.
run() { # LABEL STATS-FILE [COMMAND…]
    label=$1 page=$2
    shift 2
    "$@" env SNUG_STATS_FILE="$page" LD_PRELOAD="$object" "$workers" keep 10 2>"$work/err" ||
        fail "status $?"
}

refused() { # ERROR: the log's only line
    grep -qx "snug\[[0-9]*\]: stats.file is not used: error $1" "$work/err" ||
        fail "no error $1 but: $(cat "$work/err")"
}

# Unsigned numbers in the page: `number FILE OFFSET BYTES`.
number() {
    od -An -tu"$3" -j"$2" -N"$3" "$1" | tr -d ' '
}

threads_in() { # FILE
    number "$1" 1392 8
}

is_page() { # FILE THREADS
    [ ! -s "$work/err" ] || fail "complains: $(cat "$work/err")"
    [ "$(head -c 8 "$1")" = snugstat ] || fail "$1 is no page"
    [ "$(threads_in "$1")" = "$2" ] || fail "counted $(threads_in "$1") threads, not $2"
}

plain() {
    run 'a fixed name' "$work/fixed"
    is_page "$work/fixed" 10
    [ "$(stat -c %a:%s "$work/fixed")" = 444:2392 ] || fail "$(stat -c %a:%s "$work/fixed")"
    run 'its own name again' "$work/fixed"
    is_page "$work/fixed" 10

    run 'the process id' "$work/%%p-%p-%q%"
    pid=$(number "$work"/%p-*-%q% 20 4)
    is_page "$work/%p-$pid-%q%" 10
    (
        label='nothing to write to'
        SNUG_STATS_FILE="$work/closed" LD_PRELOAD=$object "$workers" keep 10 \
            <&- >&- 2>&- || fail "status $?"
    )
    : >"$work/err"
    is_page "$work/closed" 10

    label='a forked copy'
    SNUG_STATS_FILE=$work/copy LD_PRELOAD=$object "$workers" copy 10 2>"$work/err" || fail "status $?"
    is_page "$work/copy" 20
    label='after exec'
    # The shell and the program have one id, and the page is the program's.
    SNUG_STATS_FILE=$work/exec LD_PRELOAD=$object sh -c 'exec "$0" keep 10' "$workers" 2>"$work/err"
    is_page "$work/exec" 10
}

descriptors() {
    label='descriptors'
    LD_PRELOAD=$object ls /proc/self/fd >"$work/without"
    SNUG_STATS_FILE=$work/with.page LD_PRELOAD=$object ls /proc/self/fd >"$work/with"
    [ -s "$work/with.page" ] || fail 'no page'
    cmp -s "$work/with" "$work/without" || fail "$(cat "$work/with")"
}

# What is there must be there afterwards as well.
in_the_way() {
    echo precious >"$work/file"
    ln -s file "$work/link"
    ln -s nowhere "$work/dangling"
    mkfifo "$work/fifo"
    mkdir "$work/directory"
    : >"$work/empty"
    printf snugstat >"$work/short"
    printf 'snugstat%2296s' | tr ' t' '\001T' >"$work/other"
    for name in file fifo directory empty short other; do
        run "$name" "$work/$name"
        refused 17
    done
    for name in link dangling; do # ELOOP
        run "$name" "$work/$name"
        refused 40
    done
    run 'a device' /dev/null # Where a devtmpfs is: that is a tmpfs, too.
    refused 17
    run 'no such directory' "$work/none/page"
    refused 2
    run 'a file as a directory' "$work/file/page"
    refused 20
    run 'not in memory' /proc/page
    refused 124
    run 'a name too long' "$work/$(printf '%110s' | sed 's/ /%p/31g; s/ /x/g')"
    refused 36
    label='what was there'
    [ "$(cat "$work/file")" = precious ] || fail 'the file has changed'
    [ -h "$work/link" ] && [ -h "$work/dangling" ] && [ ! -e "$work/nowhere" ] || fail link
    [ -p "$work/fifo" ] || fail fifo
    [ ! -s "$work/empty" ] && [ "$(stat -c %s "$work/short")" = 8 ] || fail content
}

# To open a file ends a lease that somebody has on it, and to close it a lock: only what may be a page of
# the pattern's is opened.
files_beside() {
    label='files beside'
    mkdir "$work/beside"
    python3 - "$work/beside" "$object" "$workers" >"$work/said" 2>&1 <<'END' || fail "$(cat "$work/said")"
import fcntl, os, signal, subprocess, sys
directory, built, program = sys.argv[1:]
signal.signal(signal.SIGIO, lambda *_: sys.exit('a lease was ended'))
held = {}
for name in ('p', 'p.db', 'px1', 'p12', 'p12.log', 'p0.page', 'p.page', 'p1x.page', 'p12.page2', '12.page'):
    held[name] = open(f'{directory}/{name}', 'w+')
    held[name].write('snugstat')
    held[name].flush()
for name, file in held.items():
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
subprocess.run([program, 'keep', '10'], check=True,
               env=os.environ | {'SNUG_STATS_FILE': f'{directory}/p%p.page', 'LD_PRELOAD': built})
for name, file in held.items():
    if fcntl.fcntl(file, fcntl.F_GETLEASE) != fcntl.F_WRLCK:
        sys.exit(f'no lease on {name} any more')
if len(os.listdir(directory)) != len(held) + 1:
    sys.exit(f'no page: {os.listdir(directory)}')
END
}

# The first to have a name keeps it for as long as it lives.
two_of_one_name() {
    label='a living owner'
    mkfifo "$work/end"
    SNUG_STATS_FILE=$work/both LD_PRELOAD=$object cat "$work/end" >"$work/cat" &
    owner=$!
    await_page "$work/both"
    cp "$work/both" "$work/before"
    run 'a living owner' "$work/both"
    refused 16
    cmp -s "$work/both" "$work/before" || fail 'the page has changed'
    [ "$(number "$work/both" 20 4)" = "$owner" ] || fail 'another owner'
    end_owner "$work/end"
    run 'an owner that is gone' "$work/both"
    is_page "$work/both" 10
}

# Waits for the owner's page.
await_page() { # PATTERN-OF-THE-SHELL
    until [ -s "$(echo $1)" ]; do
        kill -0 "$owner" || { fail "no page $1"; return; }
        sleep 0.1
    done
}

# Opens the FIFO that the owner reads, and waits for its end.
end_owner() { # FIFO
    : >"$1"
    wait "$owner"
    owner=
}

# Starts a program that ends as FIFO is opened, under a command if one is given, and waits for its page.
hold() { # PATTERN-OF-THE-SHELL PATTERN FIFO [COMMAND…]
    pages=$1
    mkfifo "$3"
    SNUG_STATS_FILE=$2 OBJECT=$object FIFO=$3 "${@:4}" sh -c 'LD_PRELOAD=$OBJECT exec cat "$FIFO"' >"$work/cat" 2>&1 &
    owner=$!
    await_page "$pages"
}

# Pages in which nobody counts any more go at the next start with the same pattern; all else stays.
swept() {
    mkdir "$work/probe"
    for _ in 1 2 3 4 5 6 7 8; do
        run 'a probe' "$work/probe/p-%p.page"
    done
    [ "$(ls "$work/probe" | wc -l)" = 1 ] || fail "leaves $(ls "$work/probe" | xargs)"

    rm "$work"/probe/*
    cp "$work/fixed" "$work/probe/p-1.page" # Its head has another number.
    cp "$work/fixed" "$work/probe/p-$(number "$work/fixed" 20 4).page"
    cp "$work/fixed" "$work/probe/q-$(number "$work/fixed" 20 4).page"
    chmod 644 "$work/probe/p-$(number "$work/fixed" 20 4).page" # None that snug has made.
    echo precious >"$work/probe/p-2.page"
    : >"$work/probe/p-3.page"
    chmod 444 "$work"/probe/p-[23].page
    ln -s "$work/fixed" "$work/probe/p-4.page"
    mkfifo "$work/probe/p-5.page"
    mkdir "$work/probe/p-6.page"
    ls "$work/probe" >"$work/before"
    run 'what no pattern made' "$work/probe/p-%p.page"
    ls "$work/probe" | grep -vx "p-$(number "$(ls -t "$work"/probe/p-*.page | head -n 1)" 20 4).page" >"$work/after"
    cmp -s "$work/before" "$work/after" || fail "$(diff "$work/before" "$work/after")"

    mkdir "$work/living"
    label='a page of a living process'
    hold "$work/living/*" "$work/living/%p" "$work/end.living"
    cp "$work/living/"* "$work/before"
    run 'beside a living process' "$work/living/%p"
    run 'beside a living process, again' "$work/living/%p"
    [ "$(ls "$work/living" | wc -l)" = 2 ] && cmp -s "$work/living/$owner" "$work/before" ||
        fail "$(ls "$work/living" | xargs), owner $owner"
    gone=$owner
    end_owner "$work/end.living"
    run 'when it is gone' "$work/living/%p"
    [ ! -e "$work/living/$gone" ] || fail 'its page stays'
}

# Who lives in another namespace has the same number, or one that nobody has here.
other_namespaces() {
    [ "$(id -u)" = 0 ] && unshare -pf true 2>"$work/no" || {
        untried 'machine lacks root: namespaces of process ids are not tried'
        return
    }
    mkdir "$work/shared"
    label='two namespaces'
    hold "$work/shared/*" "$work/shared/%p" "$work/end.shared" unshare -pf
    cp "$work/shared/1" "$work/before"
    run 'beside another namespace' "$work/shared/%p"
    run 'beside another namespace, again' "$work/shared/%p"
    [ "$(ls "$work/shared" | wc -l)" = 2 ] && cmp -s "$work/shared/1" "$work/before" || fail "$(ls "$work/shared" | xargs)"
    run 'its namesake' "$work/shared/%p" unshare -pf
    refused 16
    run 'its page by name' "$work/shared/1"
    refused 16
    cmp -s "$work/shared/1" "$work/before" || fail 'the page has changed'
    end_owner "$work/end.shared"
    run 'when the other namespace is gone' "$work/shared/%p"
    [ ! -e "$work/shared/1" ] || fail 'its page stays'
}

foreign() {
    [ "$(id -u)" = 0 ] && command -v setpriv >"$work/where" || {
        untried 'machine lacks root: files of others are not tried'
        return
    }
    cp "$work/fixed" "$work/foreign"
    chown 65534 "$work/foreign"
    run "another user's page" "$work/foreign"
    refused 17
    chmod 711 "$work"
    mkdir "$work/closed.d" "$work/open.d"
    chmod 1777 "$work/open.d"
    cp "$work/fixed" "$work/open.d/page"
    chmod a+rx "$work"
    run 'no permission' "$work/closed.d/page" setpriv --reuid 65534 --clear-groups
    refused 13
    run "root's page in a sticky directory" "$work/open.d/page" setpriv --reuid 65534 --clear-groups
    refused 17
    run 'another user' "$work/open.d/own" setpriv --reuid 65534 --clear-groups
    is_page "$work/open.d/own" 10
}

# Past its limit for the size of files a process gets SIGXFSZ.
limited() {
    for blocks in 0 1 2; do
        label="ulimit -f $blocks"
        # The lines go to a pipe, which has no such limit.
        { (ulimit -f $blocks
            SNUG_STATS_FILE=$work/limited LD_PRELOAD=$object "$workers" keep 10 2>&1) &&
            echo survived; } | cat >"$work/err"
        [ "$(tail -n 1 "$work/err")" = survived ] || fail "ended: $(cat "$work/err")"
        refused 27
        [ ! -e "$work/limited" ] || fail 'leaves a file'
    done
}

# A set-user-id program ignores LD_PRELOAD, but not /etc/ld.so.preload.
secure() {
    [ "$(id -u)" = 0 ] && unshare -m true 2>"$work/no" || {
        untried 'machine lacks root: set-user-id programs are not tried'
        return
    }
    mkdir "$work/etc" "$work/pages"
    chmod 777 "$work/pages"
    for mode in 755 4755; do
        cp "$workers" "$work/etc/program"
        chmod $mode "$work/etc/program"
        label="mode $mode"
        unshare -m sh -euc '
            mount -t tmpfs -o suid none /etc
            cp -p "$1/etc/program" /etc
            echo "$0" >/etc/ld.so.preload
            exec setpriv --reuid 65534 --clear-groups \
                env SNUG_STATS_FILE="$2" /etc/program keep 10' \
            "$object" "$work" "$work/pages/$mode" 2>"$work/err" || fail "status $?: $(cat "$work/err")"
    done
    is_page "$work/pages/755" 10
    [ ! -e "$work/pages/4755" ] || fail 'a page under AT_SECURE'
}

# Without memory for the page there is none, and no SIGBUS.
full() {
    unshare -rm mount -t tmpfs none /mnt 2>"$work/no" || {
        untried 'machine lacks mount namespaces: a full file system is not tried'
        return
    }
    mkdir "$work/full"
    label='a full file system'
    FULL=$work/full SNUG_STATS_FILE=$work/full/page OBJECT=$object \
        unshare -rm sh -euc '
        mount -t tmpfs -o size=16k none "$FULL"
        head -c 16384 /dev/zero >"$FULL/zeros"
        LD_PRELOAD="$OBJECT" "$0" keep 10
        [ "$(ls "$FULL")" = zeros ]' "$workers" 2>"$work/err" || fail "status $?"
    refused 28
}

go_program() {
    command -v go >"$work/where" || {
        untried 'not installed: go'
        return
    }
    mkdir "$work/go"
    cat >"$work/go/main.go" <<'END'
package main

import "C"
import (
	"runtime"
	"sync"
)

func main() {
	var begun, done sync.WaitGroup
	begun.Add(20)
	done.Add(1)
	for i := 0; i < 20; i++ {
		go func() {
			runtime.LockOSThread()
			begun.Done()
			done.Wait()
		}()
	}
	begun.Wait()
}
END
    (cd "$work/go" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program .)
    label='a Go program'
    SNUG_SCOPE=go SNUG_STATS_FILE=$work/go/page LD_PRELOAD=$object "$work/go/program" 2>"$work/err" ||
        fail "status $?"
    [ ! -s "$work/err" ] || fail "complains: $(cat "$work/err")"
    [ "$(threads_in "$work/go/page")" -ge 20 ] || fail "$(threads_in "$work/go/page") threads"
    label='not a Go program'
    SNUG_SCOPE=go SNUG_STATS_FILE=$work/not-go LD_PRELOAD=$object "$workers" keep 10
    [ ! -e "$work/not-go" ] || fail 'a page'
    label='SNUG=off'
    SNUG=off SNUG_STATS_FILE=$work/off LD_PRELOAD=$object "$work/go/program"
    [ ! -e "$work/off" ] || fail 'a page'
}

plain
descriptors
in_the_way
files_beside
two_of_one_name
swept
other_namespaces
foreign
limited
secure
full
go_program
[ "$failures" = 0 ] || exit 1
[ -z "$has_untried" ] || exit 77
