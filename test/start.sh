#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How tests start, and that nothing outlives them: plain.py and minder.py.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
started=()
trap 'kill -9 ${started[@]+"${started[@]}"} 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
n_failed=0

fail() { # TEXT
    n_failed=$((n_failed + 1))
    echo "$1"
}

# Whatever is inherited.
odd() { # COMMAND…
    (
        trap '' HUP INT QUIT PIPE CHLD USR1
        umask 077
        export CDPATH=/ POSIXLY_CORRECT=1 LC_ALL=C.UTF-8 SNUG=off SNUG_SCOPE=all GOGC=5 \
            GOFLAGS=-mod=vendor SNUG_TEST_PROGRAMS=9
        exec "$@" <&-
    )
}

show='grep -E "^Sig(Blk|Ign)" /proc/$$/status | tr -s "\t\n" " "
    umask; readlink /proc/$$/fd/0
    echo ${CDPATH-}${POSIXLY_CORRECT-}${LC_ALL-}${SNUG-}${SNUG_SCOPE-}${GOGC-}${GOFLAGS-} $SNUG_TEST_PROGRAMS'
odd sh -c "$show" >"$work/odd" 2>&1 || true
odd "$here/plain.py" sh -c "$show" >"$work/plain"
cat >"$work/expected" <<'END'
SigBlk: 0000000000000000 SigIgn: 0000000000000000 0022
/dev/null
9
END
diff "$work/expected" "$work/plain" || fail 'plain.py does not make it plain'
! cmp -s "$work/expected" "$work/odd" || fail 'nothing was odd'

# A cgroup's name is one that runtimes take, and begins as minder.py looks for it, in every shell that
# makes one: without a name, a test takes the machine for one that has no cgroups.
for shell in sh bash; do
    for dir in /tmp /tmp/ / snug-run-0a1b2c /tmp/a__b.- "/x/-ö_é c/" /x/--_ /x/$(printf '%090d' 7); do
        name=$(TMPDIR=$dir $shell -c '. "$1/cgroup.sh" && cgroup_name' $shell "$here") || name=
        [[ $name =~ ^([A-Za-z0-9]+-?)*[A-Za-z0-9]+$ ]] && [ ${#name} -le 64 ] ||
            fail "$shell: TMPDIR $dir gives '$name'"
    done
done
[[ $(TMPDIR=/tmp/snug-run-0a bash -c '. "$1/cgroup.sh" && cgroup_name' bash "$here") == snug-run-0a-* ]] ||
    fail 'minder.py would not know the name'

gone() { # PID
    [ ! -e "/proc/$1" ] || [ "$(awk '{print $3}' "/proc/$1/stat" 2>/dev/null)" = Z ]
}

# Waits for a file of the one that was started first.
await() { # FILE
    until [ -e "$1" ]; do
        kill -0 "${started[0]}" 2>/dev/null || { fail "ended: $(cat "$work/err")"; return 1; }
        sleep 0.02
    done
}

# One that waits, one in a session of its own, an orphan of an orphan, one that takes no SIGTERM.
cat >"$work/starts" <<'END'
echo "$TMPDIR" >"$1/dir"
: >"$TMPDIR/file"
mkdir -m 0 "$TMPDIR/closed"
# What lies elsewhere, as far as this machine has it.
. "$3/cgroup.sh"
. "$3/tmpfs.sh"
{
    ! group=$(cgroup_open) || printf '%s\n' ${group#* }
    ! pages=$(tmpfs_make) || echo "$pages"
} >"$1/elsewhere"
mkdir "$TMPDIR/mounted"
mount -t tmpfs none "$TMPDIR/mounted" 2>"$1/no" || :
sleep 9999 &
echo $! >>"$1/new"
setsid sleep 9999 &
echo $! >>"$1/new"
sh -c '(setsid sh -c "sleep 9999 & echo \$!" >>"$0/new") &' "$1"
sh -c 'trap "" TERM; echo $$ >>"$0/new"; exec sleep 9999' "$1" &
until [ "$(wc -l <"$1/new")" = 4 ]; do sleep 0.02; done
mv "$1/new" "$1/pids"
[ "$2" = ends ] || wait
exit 7
END

ends_all() { # SIGNAL|ends STATUS
    local status=0 pid dir
    rm -f "$work"/{new,pids,dir,elsewhere}
    # A shell ignores SIGINT for what it starts so.
    "$here/plain.py" "$here/minder.py" bash "$work/starts" "$work" "$1" "$here" 2>"$work/err" &
    started=($!)
    await "$work/pids" || return 0
    mapfile -t -O 1 started <"$work/pids"
    [ "$1" = ends ] || kill "-$1" "${started[0]}"
    wait "${started[0]}" || status=$?
    [ $status = "$2" ] || fail "$1: status $status, not $2"
    for pid in "${started[@]:1}"; do
        gone "$pid" || fail "$1: process $pid lives on"
    done
    dir=$(cat "$work/dir")
    [ "$dir" != "${TMPDIR-/tmp}" ] && [ ! -e "$dir" ] || fail "$1: $dir is left"
    ! grep -F "$dir" /proc/self/mounts || fail "$1: a mount is left"
    while read -r path; do
        [ ! -e "$path" ] || fail "$1: $path is left"
    done <"$work/elsewhere"
    started=()
}

# An installation is not cut off, neither itself nor by way of sudo, which hands signals on.
mkdir "$work/bin"
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
trap ': >"$0.hit"' TERM
echo $$ >"$0.pid"
read -r line <"$0.end"
echo "$line" >"$0.done"
END
cat >"$work/bin/sudo" <<'END'
#!/bin/sh
"$@" &
trap 'kill $!' TERM
while kill -0 $!; do wait $!; done
END
cat >"$work/installs" <<'END'
"$@" &
until [ -s "$0/bin/apt-get.pid" ]; do sleep 0.02; done
sleep 9999 &
echo $! >"$0/new"
mv "$0/new" "$0/pids"
wait
END
chmod +x "$work"/bin/*

spares() { # COMMAND…
    local status=0 sleeper
    rm -f "$work"/pids "$work"/bin/*.*
    mkfifo "$work/bin/apt-get.end"
    "$here/plain.py" "$here/minder.py" bash -c ". '$work/installs'" "$work" "$@" 2>"$work/err" &
    started=($!)
    await "$work/pids" || return 0
    sleeper=$(cat "$work/pids")
    started+=("$sleeper" "$(cat "$work/bin/apt-get.pid")")
    kill -TERM "${started[0]}"
    until gone "$sleeper"; do sleep 0.02; done
    [ -e "$work/bin/apt-get.hit" ] || echo installed >"$work/bin/apt-get.end"
    wait "${started[0]}" || status=$?
    [ $status = 143 ] || fail "$*: status $status"
    [ "$(cat "$work/bin/apt-get.done")" = installed ] || fail "$*: it was cut off"
    started=()
}

# Whoever is ended cleans up: a shell that a signal ends runs no trap on EXIT.
for script in $(grep -rlE '^ *trap .* EXIT$' "$here" --include='*.sh' --include=run --include=release); do
    grep -q "trap 'exit 1' HUP INT TERM" "$script" || grep -q 'tap\.sh"$' "$script" ||
        fail "$script: it traps no signals"
done

# Who waits for a process that has ended is told so, with the command that waits for it.
. "$here/alive.sh"
sleep 9999 &
started=($!)
while_alive ${started[0]} true || fail 'a command fails for no reason'
status=0
while_alive ${started[0]} sh -c 'exit 7' || status=$?
[ $status = 7 ] || fail "a command's status is $status, not 7"
mkfifo "$work/never"
(exec sleep 0.3) &
soon=$!
status=0
while_alive $soon sh -c 'echo $$ >"$0/waits"; exec cat "$0/never"' "$work" 2>"$work/err" || status=$?
[ $status = 1 ] && grep -q "process $soon, which it needs, has ended" "$work/err" ||
    fail "not told that a process has ended: status $status, $(cat "$work/err")"
[ ! -s "$work/waits" ] || gone "$(cat "$work/waits")" || fail 'what waits lives on'
kill ${started[0]}
wait ${started[0]} 2>/dev/null || :
started=()

# A script has mounts of its own only if that is so, whatever its variables say.
cat >"$work/mounts" <<'END'
#!/bin/bash
. "$HERE/own_mounts.sh"
if part_mounts "$0" "$@"; then
    echo "own $(readlink /proc/self/ns/mnt) ${HAS_MOUNTS-} $*"
else
    echo none
fi
END
chmod +x "$work/mounts"
for claimed in '' 1 0 99 yes /proc; do
    seen=$(HERE=$here HAS_MOUNTS=$claimed "$work/mounts" a 'b c' </dev/null)
    [ "$seen" = none ] || { [[ $seen == 'own mnt:'*'  a b c' ]] && [[ $seen != *"$(readlink /proc/self/ns/mnt)"* ]]; } ||
        fail "HAS_MOUNTS=$claimed gives mounts that are not its own: $seen"
done
exec 9</proc/self/ns/mnt
seen=$(HERE=$here HAS_MOUNTS=9 "$work/mounts")
[ "$seen" = none ] || fail "the machine's own namespace is taken for another: $seen"
exec 9<&-

ends_all ends 7
ends_all TERM 143
ends_all HUP 129
ends_all INT 130
ends_all QUIT 131
spares "$work/bin/apt-get"
spares "$work/bin/sudo" "$work/bin/apt-get"
[ $n_failed = 0 ]
