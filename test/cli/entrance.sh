#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How `snug doctor` brings snug into a process: its mends, done as they are printed. What the user
# preloads stays. entrance.sh SNUG KEEPER_GO KEEPER_STATIC OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/../cgroup.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") static=$(realpath "$3") object=$(realpath "$4")
PATH=$(dirname "$snug"):$PATH
nobody=65534 group= kept=

end_kept() {
    [ -z "$kept" ] || kill -9 "$kept" 2>/dev/null || :
    [ -z "$kept" ] || wait "$kept" 2>/dev/null || :
    kept=
}
clean_all() {
    end_kept
    [ -z "$group" ] || cgroup_close "$group"
    clean_up
}
trap clean_all EXIT
trap 'exit 1' HUP INT TERM
mkfifo "$work/input"
exec 3<>"$work/input"

# Starts a keeper, and asks about it when it is ready.
ask() { # COMMAND…
    end_kept
    "$@" <&3 >"$work/said" 2>&1 &
    kept=$!
    for _ in $(seq 6000); do
        [ "$(cat "/proc/$kept/comm")" != kept ] || break
        sleep 0.01
    done
    what="doctor of: $*"
    "$snug" doctor --pid "$kept" >"$work/out" 2>"$work/err" || :
}

# A mend for the environment, with the object where it lies here.
here() { # MEND
    echo "$1" | sed "s|/snug/libsnug.so|$object|"
}

# What the process has mapped.
maps() { # FILE
    grep -q "$1" "/proc/$kept/maps" || fail "$1 is not in the process"
}

cc -shared -x c -o "$work/libone.so" - <<'C'
int libone;
C
cp "$work/libone.so" "$work/libtwo.so"
cp "$work/libone.so" "$work/lib;odd.so"

unset LD_PRELOAD
ask "$keeper"
finds object.loaded warning 'no libsnug.so is in the process'
has_mend object.loaded environment LD_PRELOAD=/snug/libsnug.so
ask env "$(here "$(mend_of object.loaded)")" "$keeper"
finds object.loaded ok

# What the user preloads comes first, by colons as by blanks.
for list in "$work/libone.so" "$work/libone.so:$work/libtwo.so" " $work/libone.so  $work/libtwo.so:"; do
    ask env LD_PRELOAD="$list" "$keeper"
    finds object.loaded warning
    mend=$(mend_of object.loaded)
    case $mend in LD_PRELOAD=$work/libone.so*:/snug/libsnug.so) ;; *) fail "another mend: $mend" ;; esac
    ask env "$(here "$mend")" "$keeper"
    finds object.loaded ok
    maps libone.so
    case $list in *two*) maps libtwo.so ;; esac
done
# What somebody could have written to harm who copies it is not repeated.
ask env LD_PRELOAD="$work/lib;odd.so" "$keeper"
has_mend object.loaded 'shell of the container' \
    'export LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}/snug/libsnug.so"'
mend=$(here "$(mend_of object.loaded)")
ask env LD_PRELOAD="$work/lib;odd.so" sh -c "$mend; exec \"\$0\"" "$keeper"
finds object.loaded ok
maps 'lib;odd.so'
# An object that is named and not there is not named twice.
ask env LD_PRELOAD=/snug/none/libsnug.so "$keeper"
finds object.loaded warning 'it was named after the program had started'
[ -z "$(mend_of object.loaded)" ] || fail 'names it once more'
finds object.preload warning '/snug/none/libsnug.so, which is not there'

# A static program is started by snug run, whatever is wrong with it: here a limit that is not its
# own cgroup's.
preloads_nothing() {
    grep -q 'LD_PRELOAD=' "$work/out" && fail 'preloads something into it'
    true
}
ask "$static"
finds object.loaded note
has_mend object.program shell "snug run -- $static"
preloads_nothing
limited() {
    group=$(cgroup_open) || { group='' && untried 'machine lacks a cgroup that may be made' && return; }
    cgroup_limit "$group" 100000 $((256 << 20))
    for directory in ${group#* }; do mkdir "$directory/below"; done
    inside='for at in $(echo "$1"); do echo $$ >"$at/below/cgroup.procs"; done; shift; exec "$@"'
    ask sh -c "$inside" sh "${group#* }" "$static"
    finds cpu.ancestor warning
    has_mend cpu.ancestor shell "snug run -- $static"
    preloads_nothing
    mend=$(mend_of cpu.ancestor)
    ask sh -c "$inside" sh "${group#* }" sh -c "exec $mend"
    finds cpu.ancestor ok
    finds object.program ok 'snug run has set its variables'
    ask sh -c "$inside" sh "${group#* }" "$keeper"
    finds cpu.ancestor warning
    ask sh -c "$inside" sh "${group#* }" env "$(here "$(mend_of cpu.ancestor)")" "$keeper"
    finds cpu.ancestor ok
    end_kept
    for directory in ${group#* }; do
        until rmdir "$directory/below" 2>/dev/null; do sleep 0.01; done
    done
}
limited

# Into what gains something by its exec nothing is preloaded.
privileged() {
    elsewhere=$(mktemp -d)
    chmod 755 "$elsewhere"
    cp "$keeper" "$elsewhere/gains" && chmod 4755 "$elsewhere/gains" || return
    others="setpriv --reuid $nobody --regid $nobody --clear-groups"
    if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
        untried 'machine lacks root, or setpriv'
        return
    fi
    ask $others "$elsewhere/gains"
    if ! grep -q '^Uid:.*	0	' "/proc/$kept/status"; then
        untried 'machine lacks set-user-id programs here: the mount, or no_new_privs'
        return
    fi
    finds object.program warning 'set-user-id'
    preloads_nothing
}
privileged
end
