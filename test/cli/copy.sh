#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug copy`: both files are there, what was there goes on for those who use it, and what cannot
# be done leaves all as it was.
#
#   copy.sh SNUG OBJECT
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1") object=$(realpath "$2")
to=$work/to
mkdir "$to"

is_alone() { # DIR FILE…
    local dir=$1
    shift
    [ "$(ls -A "$dir" | xargs)" = "$*" ] || fail "holds something else: $(ls -A "$dir" | xargs)"
}

# What `snug copy` leaves behind if it succeeds.
is_copied() { # DIR
    prints_nothing
    is_calm
    cmp -s "$object" "$1/libsnug.so" || fail 'the object is another'
    cmp -s "$snug" "$1/snug" || fail 'the command is another'
    [ "$(stat -c %a "$1/libsnug.so" "$1/snug" | xargs)" = '644 755' ] || fail 'the modes are others'
    is_alone "$1" libsnug.so snug
}

marks() { # FILE…
    stat -c '%i %y %z' "$@"
}

# Files of an older release, which still run.
age() { # DIR
    rm -rf "$1"/*
    cp "$object" "$snug" "$1"
    printf old >>"$1/libsnug.so"
    printf old >>"$1/snug"
    chmod 644 "$1/libsnug.so"
    chmod 755 "$1/snug"
}

umask 077
try 0 "$snug" copy "$to"
is_copied "$to"

# What is the same already is not written anew.
before=$(marks "$to"/*)
for command in "$to/snug" "$snug"; do
    try 0 "$command" copy -- "$to"
    is_copied "$to"
    [ "$(marks "$to"/*)" = "$before" ] || fail 'what is the same was written'
done
chmod 600 "$to/snug"
try 0 "$snug" copy "$to"
is_copied "$to"

# The older file stays whole for those who have it mapped, and a command that runs goes on.
age "$to"
mkdir "$work/held"
ln "$to/libsnug.so" "$to/snug" "$work/held"
cp -r "$work/held" "$work/wanted"
beside "$to/snug" run --init -- sh -c "echo >'$work/runs'; exec sleep 3600"
await_beside [ -e "$work/runs" ]
try 0 "$snug" copy "$to"
is_copied "$to"
diff -r "$work/wanted" "$work/held" || fail 'what was in use has changed'
[ "$(readlink "/proc/$running/exe")" = "$to/snug (deleted)" ] || fail 'the older command does not go on'
end_beside

# A link is replaced even if it leads to the same, and what it leads to stays.
mv "$to/libsnug.so" "$work/foreign"
before=$(marks "$work/foreign")
ln -s "$work/foreign" "$to/libsnug.so"
try 0 "$snug" copy "$to"
is_copied "$to"
[ ! -L "$to/libsnug.so" ] || fail 'the link is there still'
[ "$(marks "$work/foreign")" = "$before" ] || fail 'what the link led to was written'

# Nor is an equal file of somebody else's its own, nor one with a second name.
if [ "$(id -u)" = 0 ]; then
    chown 65534 "$to/libsnug.so"
    try 0 "$snug" copy "$to"
    is_copied "$to"
    [ "$(stat -c %u "$to/libsnug.so")" = 0 ] || fail 'the file is still another user'\''s'
fi
ln "$to/snug" "$work/second"
try 0 "$snug" copy "$to"
is_copied "$to"
[ "$(stat -c %h "$to/snug")" = 1 ] || fail 'the file has a second name'

# Nothing of it is there if it fails, and what was there stays.
is_as_before() { # DIR SENTENCE
    prints_nothing
    complains "snug: $2"
    is_alone "$1" libsnug.so snug
    [ "$(marks "$1"/*)" = "$before" ] || fail 'what was there has changed'
}
age "$to"
before=$(marks "$to"/*)
# The object fits, the command does not.
room_kb=$(($(stat -c %s "$object") / 1024 + 64))
try 125 bash -c 'ulimit -f "$0" && exec "$@"' $room_kb "$snug" copy "$to"
is_as_before "$to" "$to/snug: File too large"
try 0 bash -c 'ulimit -f "$0" && exec "$@"' $room_kb "$snug" copy --may-fail "$to"
is_as_before "$to" "$to/snug: File too large"

# A signal that is to end it does so after a piece, however long the rest would take.
try 125 python3 -c '
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.kill(os.getpid(), signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])' "$snug" copy "$to"
is_as_before "$to" "$to/libsnug.so: Interrupted system call"

# Killed while it writes, it leaves nothing. Where there are no files without a name it has others.
if command -v strace >"$work/where"; then
    for call in write fchmod; do
        age "$to"
        before=$(marks "$to"/*)
        try 137 strace -o "$work/calls" -e trace=$call -e inject=$call:signal=KILL:when=2 "$snug" copy "$to"
        is_alone "$to" libsnug.so snug
        [ "$(marks "$to"/*)" = "$before" ] || fail 'what was there has changed'
    done
    age "$to"
    try 0 strace -o "$work/calls" -P "$to" -e inject=openat,open:error=EOPNOTSUPP "$snug" copy "$to"
    grep -q 'O_TMPFILE.*INJECTED' "$work/calls" || fail 'does not ask for a file without a name'
    is_copied "$to"
else
    echo 'not installed: strace'
    has_untried=1
fi

for how in '' --may-fail; do
    status=$((${#how} ? 0 : 125))
    try $status "$snug" copy $how "$work/none"
    complains "snug: $work/none: No such file or directory"
    try $status "$snug" copy $how "$work/foreign"
    complains "snug: $work/foreign: Not a directory"
    rm -rf "$work/taken"
    mkdir -p "$work/taken/snug/full"
    try $status "$snug" copy $how "$work/taken"
    complains "snug: $work/taken/snug: Is a directory"
    is_alone "$work/taken" libsnug.so snug
done

# Where it was installed there may be one.
mkdir "$work/bare"
cp "$snug" "$work/bare"
chmod +x "$work/bare/snug"
status=0
"$work/bare/snug" run -- /bin/true >"$work/out" 2>&1 || status=$?
if [ $status = 125 ]; then
    try 125 "$work/bare/snug" copy "$to"
    complains 'snug: libsnug.so is not beside snug, in ../lib or in /'
fi

for words in '' '--may-fail' 'a b' '--may-fail a b'; do
    try 125 "$snug" copy $words
    complains "snug copy: one directory is to be named; see 'snug copy --help'"
done
try 125 "$snug" copy ''
complains 'snug copy: one directory is to be named'

# A file system that is full, and one that nobody may write to. The script in it does what `try` wants.
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
small() { # OPTIONS COMMAND…
    unshare "${user[@]}" -m bash -c '
        mount -t tmpfs -o size="$3k" small "$0" && cp "$1"/old "$0/libsnug.so" && cp "$1"/old "$0/snug" &&
            mount -o "remount,$2" "$0" || exit 77
        status=0
        "${@:4}" || status=$?
        ls -A "$0" && cmp "$1/old" "$0/libsnug.so" && cmp "$1/old" "$0/snug" && exit $status' "$to" "$work" "$1" $room_kb "${@:2}"
}
rm -rf "$to"/*
echo old >"$work/old"
if small rw true >"$work/out" 2>&1; then
    try 125 small rw "$snug" copy "$to"
    complains "snug: $to/snug: No space left on device"
    prints_line snug
    [ "$(wc -l <"$work/out")" = 2 ] || fail 'something is left'
    try 125 small ro "$snug" copy "$to"
    complains "snug: $to/libsnug.so: Read-only file system"
else
    untried 'machine lacks the right to mount a tmpfs'
fi
end
