#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# stats.file: stats.sh OBJECT WORKERS. A page that holds what was counted; whatever stands in its
# way stays as it was, the program does not notice, and the log has the reason.
set -eu
. "$(dirname "$0")/../tmpfs.sh"
object=$1 workers=$2
failures=0
work=$(tmpfs_make) || { echo "$work"; exit 77; }
trap 'rm -rf "$work"' EXIT
export SNUG_SCOPE=all SNUG_LOG=error

fail() { # TEXT
    echo "$label: $1"
    failures=$((failures + 1))
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
    [ "$(stat -c %a:%s "$work/fixed")" = 444:2304 ] || fail "$(stat -c %a:%s "$work/fixed")"
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
    run 'a name too long' "$work/$(printf '%164s' | sed 's/ /%p/105g; s/ /x/g')"
    refused 36
    label='what was there'
    [ "$(cat "$work/file")" = precious ] || fail 'the file has changed'
    [ -h "$work/link" ] && [ -h "$work/dangling" ] && [ ! -e "$work/nowhere" ] || fail link
    [ -p "$work/fifo" ] || fail fifo
    [ ! -s "$work/empty" ] && [ "$(stat -c %s "$work/short")" = 8 ] || fail content
}

# The first to have a name keeps it for as long as it lives.
two_of_one_name() {
    label='a living owner'
    mkfifo "$work/end"
    SNUG_STATS_FILE=$work/both LD_PRELOAD=$object cat "$work/end" >"$work/cat" &
    owner=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$work/both" ] && break
        sleep 0.1
    done
    cp "$work/both" "$work/before"
    run 'a living owner' "$work/both"
    refused 16
    cmp -s "$work/both" "$work/before" || fail 'the page has changed'
    [ "$(number "$work/both" 20 4)" = $owner ] || fail 'another owner'
    : >"$work/end"
    wait $owner
    run 'an owner that is gone' "$work/both"
    is_page "$work/both" 10
}

foreign() {
    [ "$(id -u)" = 0 ] && command -v setpriv >"$work/where" || {
        echo 'machine lacks root: files of others are not tried'
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
        echo 'machine lacks root: set-user-id programs are not tried'
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
        echo 'machine lacks mount namespaces: a full file system is not tried'
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
        echo 'not installed: go'
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
two_of_one_name
foreign
limited
secure
full
go_program
[ "$failures" = 0 ]
