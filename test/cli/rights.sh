#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A look at somebody else's process opens what that process has named with no more rights than it
# has itself, whatever the rights of who looks.
#
#   rights.sh SNUG KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../public.sh"
command -v setpriv >"$work/where" || { echo 'not installed: setpriv'; exit 77; }
if [ "$(id -u)" != 0 ]; then
    echo 'machine lacks root: there is nobody who may read more than others'
    exit 77
fi
elsewhere=$(public_make) || { echo "$elsewhere" && exit 77; }
cp "$1" "$elsewhere/snug"
cp "$2" "$elsewhere/keeper"
mkdir -m 777 "$elsewhere/out"
snug=$elsewhere/snug keeper=$elsewhere/keeper
user=65534 group=65532
as_user="setpriv --reuid $user --regid $user --clear-groups"
in_group="setpriv --reuid $user --regid $user --groups $group"

# Lines that are quoted where they are none of a policy, and one that counts.
make() { # FILE OWNER MODE
    mkdir -p "$(dirname "$1")"
    printf 'hunter2\nhunter2 = 1\ncpu.count = 1\n' >"$1"
    chown "$2" "$1"
    chmod "$3" "$1"
}

# Each look at the process, by whoever the words of $caller make. $1 is what is said of the file.
caller=
look() { # COMMAND
    case $1 in
    capture) set -- capture --pid "$pid" "$elsewhere/out/tree" ;;
    stat*) set -- $1 "$pid" ;;
    *) set -- $1 --pid "$pid" ;;
    esac
    status=0
    what="$named: $caller snug $*"
    timeout 300 $caller "$snug" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    case $1:$status in
    doctor:[01] | explain:0 | stat:0 | capture:0) ;;
    *) fail "ended with status $status" ;;
    esac
}

looks='explain explain_--all explain_--json doctor doctor_--json stat stat_--json capture'

tells_nothing() { # WORD… that the process is started by
    begin "$@" env SNUG_POLICY="$named" "$keeper" 1
    for command in $looks; do
        look "$(echo "$command" | tr _ ' ')"
        ! grep -qF hunter2 "$work/out" "$work/err" || fail 'tells what is in the file'
        ! grep -rqF hunter2 "$elsewhere/out" || fail 'keeps what is in the file'
        [ "$command" != explain ] || [ "$(tr -s ' \n' ' ' <"$work/out" | grep -o "$reason" | wc -l)" = 1 ] ||
            fail 'does not say why' # A line is broken where it is long.
        rm -rf "$elsewhere/out/tree"
    done
    finish
}
reason='cannot be read: permission denied'

tells_all() { # WORD… that the process is started by
    begin "$@" env SNUG_POLICY="$named" "$keeper" 1
    look explain
    grep -qF hunter2 "$work/out" || fail 'does not tell what is in the file'
    ! grep -q "$reason" "$work/out" || fail 'may not read the file'
    look capture
    grep -qF hunter2 "$elsewhere/out/tree$named" || fail 'does not keep the file'
    rm -rf "$elsewhere/out/tree"
    finish
}

as_root() {
    for place in own closed of-group; do mkdir "$elsewhere/$place"; done
    chown $user "$elsewhere/own"
    chmod 700 "$elsewhere/own" "$elsewhere/closed"
    chgrp $group "$elsewhere/of-group"
    chmod 750 "$elsewhere/of-group"
    make "$elsewhere/roots" 0 600
    make "$elsewhere/closed/open" 0 644
    make "$elsewhere/of-group/open" 0 644
    make "$elsewhere/of-group/groups" 0:$group 640
    make "$elsewhere/own/own" $user 600
    make "$elsewhere/own/open" 0 644
    ln -s "$elsewhere/roots" "$elsewhere/own/link"
    ln -s "$elsewhere/of-group/groups" "$elsewhere/link"
    chown -h $user "$elsewhere/own/link" "$elsewhere/link"

    for file in roots closed/open of-group/open of-group/groups own/link link; do
        named=$elsewhere/$file
        tells_nothing $as_user
    done
    for file in own/own own/open; do
        named=$elsewhere/$file
        tells_all $as_user
    done
    for file in of-group/open of-group/groups link; do
        named=$elsewhere/$file
        tells_all $in_group
    done
    named=$elsewhere/roots
    tells_all env
    mkfifo "$elsewhere/own/fifo"
    chown $user "$elsewhere/own/fifo"
    named=$elsewhere/own/fifo reason='is not a regular file'
    tells_nothing $as_user
    reason='cannot be read: permission denied'
}

# What only the kernel's files of another process say, or the caller's own.
of_the_kernel() {
    for named in /proc/1/status /proc/1/syscall /proc/1/environ /proc/self/status /proc/self/maps; do
        tells_nothing $as_user
        tells_nothing env
    done
}

# Who is root without the right, and who has the right without being root.
by_capabilities() {
    capabilities=+dac_read_search,+dac_override,+sys_ptrace,+setuid,+setgid
    named=$elsewhere/roots
    for caller in 'setpriv --securebits +no_setuid_fixup' \
        "setpriv --reuid 65533 --regid 65533 --clear-groups --inh-caps $capabilities --ambient-caps $capabilities" \
        "setpriv --inh-caps $capabilities --ambient-caps $capabilities --securebits +no_setuid_fixup"; do
        $caller true || { untried "machine lacks what this needs: $caller" && continue; }
        named=$elsewhere/roots
        tells_nothing $as_user
        named=$elsewhere/own/own
        tells_all $as_user
    done
    caller=
    named=$elsewhere/roots
    tells_all $as_user --inh-caps +dac_read_search --ambient-caps +dac_read_search
    # Of a user namespace of its own the process has every capability.
    if $as_user unshare -Ur true 2>"$work/why"; then
        tells_nothing $as_user unshare -Ur
    else
        untried 'machine lacks user namespaces for users'
    fi
}

# Somebody else has given it its variables.
of_set_user_id() {
    cp "$keeper" "$elsewhere/raised"
    chmod 4755 "$elsewhere/raised"
    if [ "$($as_user "$elsewhere/raised" 0 </dev/null; echo $?)" != 0 ]; then
        untried 'machine lacks set-user-id programs here'
        return
    fi
    keeper=$elsewhere/raised named=$elsewhere/roots
    tells_nothing $as_user
    keeper=$elsewhere/keeper
}

for claim in as_root of_the_kernel by_capabilities of_set_user_id; do $claim; done
end
