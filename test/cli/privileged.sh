#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run` of programs that are given something by their exec: set-user-id, set-group-id, with
# capabilities of their file. They are not traced, and have it. Where the kernel ignores all that,
# they are traced as others are.
#
#   privileged.sh SNUG COUNTER
. "$(dirname "$0")/expect.sh"
n_cpus=$(nproc)
nobody=65534
for tool in setpriv setcap; do
    command -v $tool >"$work/where" || { echo "not installed: $tool"; exit 77; }
done
if [ "$(id -u)" != 0 ]; then
    echo 'machine lacks root: such programs cannot be made'
    exit 77
fi
if [ "$n_cpus" -lt 2 ]; then
    echo 'machine lacks a second CPU'
    exit 77
fi
elsewhere=$(mktemp -d)
chmod 755 "$elsewhere"
cp "$1" "$elsewhere/snug"
snug=$elsewhere/snug

make() { # DIRECTORY COUNTER
    local name
    for name in user group capable; do cp "$2" "$1/$name"; done
    chmod 4755 "$1/user"
    chmod 2755 "$1/group"
    setcap cap_net_raw+ep "$1/capable"
}
make "$elsewhere" "$2"

others="setpriv --reuid $nobody --regid $nobody --clear-groups"
if [ "$($others "$elsewhere/user" privileges | grep '^euid')" != 'euid 0' ]; then
    echo 'machine lacks set-user-id programs here: the mount, or no_new_privs'
    exit 77
fi

has() { # NAME, what the exec gives
    case $1 in
    user) prints_line 'euid 0' ;;
    group) prints_line 'egid 0' ;;
    capable) prints_line "$(printf 'CapPrm:\t0000000000002000')" ;;
    esac
}

has_nothing() {
    prints_line "euid $nobody"
    prints_line "egid $nobody"
    prints_line "$(printf 'CapPrm:\t0000000000000000')"
}

is_traced() {
    is_calm
    has_nothing
    prints_line "counted 1, then $n_cpus"
    prints_no GOMAXPROCS
}

for name in user group capable; do
    program=$elsewhere/$name
    for options in '' --init; do
        # As without snug, but for the variable.
        try 3 $others "$snug" run $options --cpu.count=1 -- "$program" privileges
        complains 'snug sets variables only'
        has $name
        prints_line GOMAXPROCS=1
        prints_line "counted $n_cpus, then $n_cpus"
        prints_line "$(printf 'TracerPid:\t0')"
        try 3 $others --no-new-privs "$snug" run $options --cpu.count=1 -- "$program" privileges
        is_traced
    done
    try 0 $others "$snug" explain --cpu.count=1 -- "$program"
    prints 'start window    no: the program is set-user-id or has capabilities of its own'
    prints 'GOMAXPROCS      1: '
    try 0 $others --no-new-privs "$snug" explain --cpu.count=1 -- "$program"
    prints 'start window    yes: snug run traces the start'
done

# The same on a mount that gives nothing.
mkdir "$elsewhere/nosuid"
if unshare -m mount -t tmpfs -o nosuid none "$elsewhere/nosuid" 2>"$work/err"; then
    on_nosuid() { # NAME COMMAND…
        unshare -m sh -c 'mount -t tmpfs -o nosuid,mode=755 none "$0" && cp -a "$1" "$0/file" &&
            shift && exec "$@" "$0/file" privileges' "$elsewhere/nosuid" "$@"
    }
    for name in user group capable; do
        for options in '' --init; do
            try 3 on_nosuid "$elsewhere/$name" $others "$snug" run $options --cpu.count=1 --
            is_traced
        done
    done
else
    untried 'machine lacks the right to mount'
fi
end
