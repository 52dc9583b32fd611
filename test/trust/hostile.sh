#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What other users, other people's files and captured trees can do to snug:
#
#   hostile.sh [--long] BUILD
set -euo pipefail
. "$(dirname "$0")/tap.sh"
. "$here/../public.sh"
snug=$build/lib/snug victim=$build/test/preload/preload_victim filter=$build/test/preload/filter
if public=$(public_make); then
    rmdir "$work"
    work=$public
    cp "$object" "$work/"
    object=$work/${object##*/}
else
    skip 'what others can do to snug' "$public"
    finish
    exit
fi
log=$work/dir/log
mkdir -m 777 "$work/dir"

# Starts a C program that writes a line to the log, if it may.
logs_to() { # PATH
    env SNUG_SCOPE=all SNUG_LOG=info SNUG_LOG_FILE="$1" LD_PRELOAD="$object" /bin/true
}

claim() { # LABEL COMMAND…: true if what it says is so
    local label=$1 status=0
    shift
    "$@" >"$work/why" 2>&1 || status=1
    result $status "$label"
}

holds_line() { grep -q '^snug\[[0-9]*\]: ' "$1" || { ls -l "$1" && return 1; }; }
is_as_it_was() { # FILE
    [ "$(cat "$1")" = 'of somebody else' ] && return
    cat "$1"
    return 1
}
fresh() {
    rm -rf "$work/dir"/* "$work/target"
    echo 'of somebody else' >"$work/target"
}

test_log() {
    fresh
    logs_to "$log"
    claim 'a log file is made' holds_line "$log"
    fresh
    ln -s ../target "$log" && logs_to "$log"
    claim "a link of the process's user is followed" holds_line "$work/target"
    fresh
    ln -s "$log.2" "$log" && ln -s "$work/target" "$log.2" && logs_to "$log"
    claim 'so is a link to a link' holds_line "$work/target"
    fresh
    ln -s log "$log" && logs_to "$log"
    claim 'a link to itself is no log' [ -L "$log" ]
    fresh
    ln "$work/target" "$log" && logs_to "$log"
    claim 'a file with two names is not written to' is_as_it_was "$work/target"
    fresh
    mkfifo "$log"
    claim 'a FIFO that nobody reads does not block' timeout 600 bash -c "$(declare -f logs_to)
        object=$object logs_to $log"
    fresh
    mkdir "$log" && logs_to "$log"
    claim 'a directory in its place is no log' [ -d "$log" ]
    logs_to /dev/stderr 2>"$work/err"
    claim '/dev/stderr is a log' holds_line "$work/err"
    logs_to /proc/self/fd/1 >"$work/out"
    claim '/proc/self/fd/1 is a log' holds_line "$work/out"
    logs_to /dev/stderr 2> >(cat >"$work/err") && wait $!
    claim '/dev/stderr is a log where it is a pipe' holds_line "$work/err"
    exec 9> >(:) && wait $! || true
    claim 'a pipe that nobody reads does not end the program' logs_to /dev/fd/9
    claim 'nor as its standard error' eval 'logs_to /dev/stderr 2>&9'
    exec 9>&-
    logs_to /dev/stdout >"$work/out" 2>&-
    claim 'a log with a stream closed' holds_line "$work/out"
}

# What root starts and another user has laid out.
test_log_of_root() {
    if [ "$(id -u)" != 0 ]; then
        skip 'links of another user' 'machine lacks root for the tests'
        return
    fi
    fresh
    ln -s "$work/target" "$log" && chown -h nobody "$log" && logs_to "$log"
    claim 'a link of another user is not followed' is_as_it_was "$work/target"
    fresh
    ln -s "$log.2" "$log" && ln -s "$work/target" "$log.2" && chown -h nobody "$log.2"
    logs_to "$log"
    claim 'nor behind one of ours' is_as_it_was "$work/target"
    fresh
    ln -s "$work/none" "$log" && chown -h nobody "$log" && logs_to "$log"
    claim 'nor does it make a file' [ ! -e "$work/none" ]

    fresh
    echo 'root:secret' >"$work/secret" && chmod 644 "$work/secret"
    ln -s "$work/secret" "$work/dir/policy" && chown -h nobody "$work/dir/policy"
    env SNUG_POLICY="$work/dir/policy" SNUG_SCOPE=all SNUG_LOG=debug LD_PRELOAD="$object" \
        /bin/true 2>"$work/err"
    claim "another user's link is no policy, and no line of its target is logged" \
        eval '! grep secret "$work/err" && grep "not taken" "$work/err"'
}

# A policy counts only if nobody but root and the process's user can write it.
test_policy() {
    local policy=$work/dir/policy
    counts() { # The count that a C program is shown.
        SNUG_POLICY=$policy LD_PRELOAD=$object "$@" "$victim" | sed -n 's/^online //p'
    }
    text='scope = all\ncpu.count = 1\n'
    is() { [ "$1" = "$2" ] || { echo "$1, not $2" && return 1; }; }
    if [ "$(nproc)" -lt 2 ]; then
        skip 'owner and mode of the policy' 'machine lacks a second CPU'
        return
    fi
    fresh
    printf "$text" >"$policy" && chmod 644 "$policy"
    claim 'a policy of mode 644 counts' is "$(counts)" 1
    chmod 664 "$policy"
    claim 'one that a group can write does not' is "$(counts)" "$(nproc)"
    chmod 646 "$policy"
    claim 'nor one that everybody can write' is "$(counts)" "$(nproc)"
    rm "$policy" && mkfifo "$policy"
    claim 'a FIFO is no policy and does not block' is "$(counts timeout 600)" "$(nproc)"
    rm "$policy" && mkdir "$policy"
    claim 'a directory is no policy' is "$(counts)" "$(nproc)"
    rmdir "$policy" && ln -s /dev/zero "$policy"
    claim 'a device is no policy' is "$(counts timeout 600)" "$(nproc)"
    rm "$policy" && ln -s policy "$policy"
    claim 'a link to itself is no policy' is "$(counts)" "$(nproc)"
    rm "$policy" && printf "lock = cpu.*\n$text" >"$policy"
    claim 'a locked key is deaf to the environment' is "$(counts env SNUG_CPU_COUNT=2)" 1
    truncate -s 1T "$policy"
    claim 'a policy of a terabyte ends' is "$(counts timeout 3600)" 1
    if [ "$(id -u)" = 0 ]; then
        printf "$text" >"$work/dir/other" && chown nobody "$work/dir/other"
        policy=$work/dir/other
        claim 'a policy of another user does not count' is "$(counts)" "$(nproc)"
        claim 'but for its owner it does' is "$(counts setpriv --reuid=nobody --clear-groups)" 1
    fi
}

# A set-user-id program, which the loader lets snug into by /etc/ld.so.preload: snug must do
# nothing at all, whatever the user asks for.
test_secure() {
    if ! unshare -m true 2>/dev/null; then
        skip 'a set-user-id program' 'machine lacks permission for a mount namespace'
        return
    fi
    mkdir -m 777 "$work/suid"
    # A fresh tmpfs is not mounted nosuid, and libsnug.so may lie where other users cannot go. What is
    # in this /etc nobody else sees.
    unshare -m bash -euc '
        cat=$(readlink -f /bin/cat)
        mount -t tmpfs -o mode=755,suid,exec none /etc
        cp "$2" /etc/libsnug.so && chmod 755 /etc/libsnug.so
        cp "$cat" /etc/cat && cp "$cat" /etc/plain
        chown 1 /etc/cat && chmod 4755 /etc/cat
        echo /etc/libsnug.so >/etc/ld.so.preload
        pages=/dev/shm/$(basename "${TMPDIR-/tmp}")-snug-$$ # By its name minder.py knows it.
        mkdir -m 1777 "$pages" && trap "rm -rf $pages" EXIT
        trap "exit 1" HUP INT TERM
        for program in cat plain; do
            # The others load the object as well.
            setpriv --reuid=65534 --clear-groups \
                env SNUG_SCOPE=all SNUG_LOG=debug SNUG_LOG_FILE="$1/suid/$program.log" \
                SNUG_STATS_FILE="$pages/$program" \
                SNUG_POLICY="$1/suid/none" SNUG_THREADS_WARN=1 \
                /etc/$program /proc/self/maps /proc/self/status >"$1/suid/$program.maps"
            ls "$pages" >"$1/suid/$program.stats"
        done' bash "$work" "$object" >"$work/why" 2>&1 || {
        result 1 'a set-user-id program is started'
        return
    }
    claim 'the object is in a set-user-id program' eval 'grep libsnug "$work/suid/cat.maps" &&
        awk "/^Uid:/ { exit \$2 == \$3 }" "$work/suid/cat.maps"'
    claim 'in which it writes no log' [ ! -e "$work/suid/cat.log" ]
    claim 'and no stats.file' eval '! grep cat "$work/suid/cat.stats"'
    claim 'as it does in one that is not' eval \
        'holds_line "$work/suid/plain.log" && grep plain "$work/suid/plain.stats"'
}

# A captured tree made to harm who looks at it.
test_tree() {
    local tree=$work/tree name escape=$'\e]0;owned\a\e[31m' csi=$'\xc2\x9b31m\xe2\x80\xae'
    explain() { timeout 3600 "$snug" explain --root "$tree" "$@"; }
    fresh_tree() {
        rm -rf "$tree"
        mkdir -p "$tree/proc/self" "$tree/sys/fs/cgroup" "$tree/etc"
        echo '22 1 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw' >"$tree/proc/self/mountinfo"
        echo '0::/' >"$tree/proc/self/cgroup"
        echo '150000 100000' >"$tree/sys/fs/cgroup/cpu.max"
    }
    # Every file of a tree in turn is replaced by something hostile.
    for name in 'link out' 'link to itself' 'link to /dev/zero' FIFO directory 'terabyte' \
        noise device; do
        for file in proc/self/mountinfo proc/self/cgroup proc/self/status proc/self/environ \
            sys/fs/cgroup/cpu.max sys/devices/system/node/online etc/snug.conf; do
            fresh_tree
            mkdir -p "$(dirname "$tree/$file")"
            rm -f "$tree/$file"
            case $name in
            'link out') ln -s ../../../../../../../../../../../etc/passwd "$tree/$file" ;;
            'link to itself') ln -s "$(basename "$file")" "$tree/$file" ;;
            'link to /dev/zero') ln -s /dev/zero "$tree/$file" ;;
            FIFO) mkfifo "$tree/$file" ;;
            directory) mkdir "$tree/$file" ;;
            terabyte) truncate -s 1T "$tree/$file" ;;
            noise) head -c 300000 /dev/urandom >"$tree/$file" ;;
            device) mknod "$tree/$file" c 1 5 2>/dev/null || continue ;;
            esac
            explain >"$work/out" 2>"$work/err" || echo "$file: $?" >>"$work/bad"
            LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|root:' "$work/out" "$work/err" &&
                echo "$file: what is printed" >>"$work/bad"
        done
        touch "$work/bad"
        cp "$work/bad" "$work/why"
        [ ! -s "$work/bad" ]
        result $? "a tree with a $name in the place of each file" || true
        rm "$work/bad"
    done

    fresh_tree
    mkdir "$work/outside" && echo '100000 100000' >"$work/outside/cpu.max"
    rmdir "$tree/sys/fs/cgroup" 2>/dev/null || rm -r "$tree/sys/fs/cgroup"
    ln -s "$work/outside" "$tree/sys/fs/cgroup"
    no_limit_from() { ! "$@" explain --root "$tree" | grep 'CPU limit' | grep us; }
    claim 'a directory outside is not read' no_limit_from "$snug"
    openat2=437
    claim 'nor where there is no openat2' no_limit_from "$filter" refuse $openat2 "$snug"
    fresh_tree
    claim 'where there is none, files of the tree are read' eval \
        '"$filter" refuse $openat2 "$snug" explain --root "$tree" | grep "CPU limit.*1.5 CPUs"'

    # Everything that a tree can have printed.
    fresh_tree
    mkdir -p "$tree/sys/fs/cgroup/$escape$csi" "$tree/bin"
    echo "0::/$escape$csi" >"$tree/proc/self/cgroup"
    echo '200000 100000' >"$tree/sys/fs/cgroup/$escape$csi/cpu.max"
    printf 'GOMAXPROCS=%s\0SNUG_POLICY=/etc/%s\0SNUG_%s=1\0SNUG_CPU_COUNT=%s\0' \
        "$escape$csi" "$escape$csi" "$escape$csi" "$escape$csi" >"$tree/proc/self/environ"
    printf 'cpu.count = %s\n%s = 1\nlock = %s\n[program %s]\nlog.file = /%s\n' "$escape$csi" \
        "$escape$csi" "$escape$csi" "$escape$csi" "$escape$csi" >"$tree/etc/$escape$csi"
    chmod 644 "$tree/etc/$escape$csi"
    cp /bin/true "$tree/bin/$escape$csi"
    is_plain() {
        local moves='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]'
        LC_ALL=C grep -aqP "$moves" "$1" || return 0
        LC_ALL=C grep -aP "$moves" "$1" | cat -v
        return 1
    }
    explain -- "/bin/$escape$csi" >"$work/out" 2>&1 || true
    claim 'nothing that a terminal obeys is printed' is_plain "$work/out"
    claim 'but what is harmless of it' grep -q owned "$work/out"
    explain --json -- "/bin/$escape$csi" >"$work/out" 2>&1 || true
    claim 'nor in JSON' is_plain "$work/out"
    claim 'which is well-formed' python3 -m json.tool "$work/out"
    "$snug" check "$tree/etc/$escape$csi" >"$work/out" 2>&1 || true
    claim 'nor by snug check' is_plain "$work/out"
    cp "$tree/etc/$escape$csi" "$work/policy"
    "$snug" run --policy="$work/policy" -- /bin/true >"$work/out" 2>&1 || true
    claim 'nor by snug run' is_plain "$work/out"
    mv "$work/policy" "$work/dir/$escape"
    env SNUG_POLICY="$work/dir/$escape" SNUG_SCOPE=all SNUG_LOG=debug SNUG_LOG_FILE="$log.e" \
        LD_PRELOAD="$object" "$tree/bin/$escape$csi"
    claim 'nor into the log' is_plain "$log.e"
    claim 'which names the file all the same' grep owned.*:1: "$log.e"
}

# A process of another user, in a root of its own, whose files and variables are made to harm
# the superuser who looks at it.
test_process() {
    local own=$work/own at name
    if [ "$(id -u)" != 0 ]; then
        skip "another user's process" 'machine lacks root for the tests'
        return
    fi
    if ! strace -o "$work/trace" true 2>"$work/why"; then
        skip "another user's process" 'machine lacks permission to trace'
        return
    fi
    mkdir -p "$own/etc" "$own/proc"
    echo 'cpu.min = secret' >"$work/outside.conf"
    echo 'cpu.min = secret' >"$own/inside.conf" && chmod 600 "$own/inside.conf"

    # The process has the variables from its start, and its root from then on.
    start_process() { # VARIABLE…
        coproc process { exec env "$@" python3 -c 'if True:
            import os, sys
            os.chroot(sys.argv[1])
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            print("ready", flush=True)
            sys.stdin.read()' "$own" 2>"$work/process.err"; }
        read -r -u "${process[0]}" _
    }
    end_process() {
        local pid=$process_PID
        exec {process[1]}>&-
        wait "$pid"
    }
    looks() { # COMMAND…: leaves the names that it opens in $work/trace
        strace -f -y -e trace=open,openat,openat2 -o "$work/trace" "$@" >"$work/out" 2>&1 || true
    }
    # What was opened, not only looked up, of a name.
    opened() { grep -v O_PATH "$work/trace" | grep "= [0-9]*<$1"; }
    is_looked_up_only() { # NAME
        grep "O_PATH.*= [0-9]*<$1" "$work/trace" && ! opened "$1"
    }

    for name in 'a device' 'a FIFO' 'a link to a device'; do
        rm -f "$own/etc"/* "$own/null"
        at=$own/etc/snug.conf
        case $name in
        'a FIFO') mkfifo "$at" ;;
        'a device') mknod "$at" c 1 3 2>/dev/null || continue ;;
        *) at=$own/null && mknod "$at" c 1 3 2>/dev/null || continue
            ln -s /null "$own/etc/snug.conf" ;;
        esac
        start_process
        for command in explain doctor capture; do
            looks "$snug" $command --pid "$process_PID" \
                $([ $command != capture ] || echo "$work/captured")
            claim "$command looks at $name that is its policy, and does not open it" \
                is_looked_up_only "$at"
            rm -rf "$work/captured"
        done
        end_process
    done

    rm -f "$own/etc"/*
    for name in /proc/self/../.. /proc/.. /sys/devices/system/../../../.. /proc/self/root/../..; do
        start_process "LD_PRELOAD=$name$work/outside.conf"
        looks "$snug" doctor --pid "$process_PID"
        claim "$name in its variables leads out of no root" eval '! opened "$work/outside.conf"'
        end_process
        for at in "$work/outside.conf" /inside.conf; do
            start_process "SNUG_POLICY=$name$at"
            looks "$snug" capture --pid "$process_PID" "$work/captured"
            claim "nor is a copy made of ${at##*/}, which its user may not read" \
                eval '[ -d "$work/captured" ] && ! grep -r "= secret" "$work/captured"'
            rm -rf "$work/captured"
            end_process
        done
    done

    # A name may mean something else as soon as it has been looked up.
    truncate -s 4096 "$work/page" && cp /bin/true "$work/program"
    coproc process { exec python3 -c 'if True:
        import mmap, sys
        with open(sys.argv[1], "r+b") as file:
            page = mmap.mmap(file.fileno(), 0)
        print("ready", flush=True)
        sys.stdin.read()' "$work/page"; }
    read -r -u "${process[0]}" _
    opens_no_name() { # NAME
        grep "$1\".*O_PATH" "$work/trace" && ! { grep -v O_PATH "$work/trace" | grep "$1\""; }
    }
    looks "$snug" stat "$process_PID"
    claim 'what a process has mapped is not opened by its name' opens_no_name page
    end_process
    looks "$snug" stat "$work/page"
    claim 'nor is a page that is named' opens_no_name page
    looks "$snug" explain -- "$work/program"
    claim 'nor a program' opens_no_name program

    # Where there is no /proc to open a descriptor by.
    local without_proc=(unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh)
    if ! "${without_proc[@]}" true 2>/dev/null; then
        skip 'without /proc' 'machine lacks permission for a mount namespace'
        return
    fi
    rm -rf "$work/tree" && mkdir -p "$work/tree/etc"
    echo 'cpu.min = 7' >"$work/tree/etc/snug.conf"
    claim 'without /proc a tree is read' \
        eval '"${without_proc[@]}" "$snug" explain --root "$work/tree" | grep "cpu.min.*7"'
    claim 'and without openat2' eval '"${without_proc[@]}" "$filter" refuse $openat2 \
        "$snug" explain --root "$work/tree" | grep "cpu.min.*7"'
    rm "$work/tree/etc/snug.conf" && mkfifo "$work/tree/etc/snug.conf"
    looks "${without_proc[@]}" "$snug" explain --root "$work/tree"
    claim 'but no FIFO in it opened' is_looked_up_only "$work/tree/etc/snug.conf"
}

test_log
test_log_of_root
test_policy
test_secure
test_tree
test_process
finish
