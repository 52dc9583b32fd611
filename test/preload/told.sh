#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the user named and snug cannot take is told on standard error, once, by a Go program; nothing
# else is: told.sh OBJECT SNUG GO_WRITER WRITER. And no line goes to a file that the program has opened in
# the place of standard error.
set -eu
object=$1 snug=$2 writer=$3 c_writer=$4
failures=0
. "$(dirname "$0")/../public.sh"
work=$(mktemp -d)
public= untried=
trap 'rm -rf "$work" "$public"' EXIT
trap 'exit 1' HUP INT TERM
: >"$work/policy"

# Compares a program's lines, without the process id, with standard input.
lines_of() { # LABEL COMMAND…
    label=$1
    shift
    cat >"$work/wanted"
    "$@" 2>"$work/err" || echo "status $?" >>"$work/err"
    sed 's/^snug\[[0-9]*\]: //' "$work/err" >"$work/found"
    diff "$work/wanted" "$work/found" && return
    echo "$label: differs (wanted, found)"
    failures=$((failures + 1))
}

lines() { # LABEL VARIABLE… PROGRAM ARGUMENT…
    label=$1
    shift
    lines_of "$label" env SNUG_POLICY="$work/policy" LD_PRELOAD="$object" "$@"
}

amiss='is not taken as it stands; snug explain says why, and what holds'
lines 'nothing is wrong' SNUG_CPU_COUNT=1 "$writer" </dev/null
lines 'a value' SNUG_CPU_ROUND=sideways "$writer" <<END
SNUG_CPU_ROUND "sideways" $amiss
END
lines 'a variable, the switch, a request' SNUG_CPU_RONUD=up SNUG=maybe SNUG_CPU_REQUEST_MILLI=x "$writer" <<END
"SNUG_CPU_RONUD" $amiss
"SNUG=maybe" $amiss
"SNUG_CPU_REQUEST_MILLI=x" $amiss
END
# GOMEMLIMIT would be 512 bytes.
lines 'a size without its unit' SNUG_MEMORY_LIMIT=512 SNUG_MEMORY_HEADROOM=10 "$writer" <<END
SNUG_MEMORY_LIMIT "512" $amiss
SNUG_MEMORY_HEADROOM "10" $amiss
END
# What snug takes as it stands, and does not change.
lines 'a percentage that no Go takes' SNUG_LOG=error GOMEMLIMIT=80% "$writer" <<END
GOMEMLIMIT is none that Go takes
END
lines 'a percentage, and nobody asked' GOMEMLIMIT=80% "$writer" </dev/null
lines 'a memory request' SNUG_MEMORY_REQUEST_BYTES=much SNUG_MEMORY_REQUEST=0 "$writer" <<END
"SNUG_MEMORY_REQUEST_BYTES=much" $amiss
END
lines 'a file that is missing' SNUG_POLICY="$work/none" "$writer" <<END
"$work/none" $amiss
END
cat >"$work/open" <<END
log = off
cpu.count = 1
END
chmod 666 "$work/open"
lines 'a file that others may write' SNUG_POLICY="$work/open" "$writer" <<END
"$work/open" $amiss
END
lines 'pages and a log that cannot be made' SNUG_STATS_FILE=/no/page SNUG_LOG=error SNUG_LOG_FILE=/no/log "$writer" <<END
log.file is tried anew for each line: error 2
END
lines 'pages without a log' SNUG_STATS_FILE=/no/page "$writer" <<END
stats.file is not used: error 2
END
lines 'a log that cannot be made, and a child' SNUG_LOG=info SNUG_LOG_FILE=/no/log "$writer" run "$writer" <<END
log.file is tried anew for each line: error 2
END
lines 'a log of nothing' SNUG_LOG_FILE=/no/log "$writer" </dev/null

# A level that is not taken is no word; one that is taken is.
lines 'a level that is none' SNUG_LOG=loud "$writer" <<END
SNUG_LOG "loud" $amiss
END
lines 'log = off' SNUG_LOG=off SNUG_CPU_ROUND=sideways SNUG_STATS_FILE=/no/page "$writer" </dev/null
lines 'switched off' SNUG=off SNUG_CPU_ROUND=sideways "$writer" </dev/null
lines 'a log elsewhere' SNUG_LOG=error SNUG_LOG_FILE="$work/log" SNUG_CPU_ROUND=sideways "$writer" </dev/null
grep -q "SNUG_CPU_ROUND \"sideways\" $amiss" "$work/log" || {
    echo 'a log elsewhere: it has no line'
    failures=$((failures + 1))
}

# Shells and tools say nothing, with whatever scope.
lines 'not Go' SNUG_CPU_ROUND=sideways true </dev/null
lines 'scope = all' SNUG_SCOPE=all SNUG_CPU_ROUND=sideways true </dev/null
lines 'scope = all, no log' SNUG_SCOPE=all SNUG_LOG=error SNUG_LOG_FILE=/no/log true </dev/null

# A default file that is there and is not taken is the user's; whether there is one in a folder that
# is closed, nobody knows.
default_file() { # LABEL MODE-OF-ETC MODE-OF-THE-FILE
    lines_of "$1" unshare -m sh -euc '
        mount -t tmpfs none /etc
        [ -z "$2" ] || { echo "cpu.count = 1" >/etc/snug.conf; chmod "$2" /etc/snug.conf; }
        chmod "$1" /etc
        exec setpriv --reuid 65534 --clear-groups env LD_PRELOAD="$0/libsnug.so" "$0/writer"' \
        "$public" "$2" "$3"
}

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>"$work/no"; then
    untried='machine lacks root: the default file is not tried'
elif ! public=$(public_make); then
    untried="$public: the default file is not tried" public=
else
    cp "$object" "$public/libsnug.so"
    cp "$writer" "$public/writer"
    default_file 'no default file' 755 '' </dev/null
    default_file 'a default file' 755 644 </dev/null
    default_file 'a default file in a closed folder' 700 644 </dev/null
    for mode in 600 666; do
        default_file "a default file of mode $mode" 755 $mode <<END
"/etc/snug.conf" $amiss
END
    done
fi

# Once: neither its children nor theirs tell it again.
lines 'children' SNUG_CPU_ROUND=sideways "$writer" run sh -c "'$writer' run '$writer'; '$writer'; true" <<END
SNUG_CPU_ROUND "sideways" $amiss
END
lines 'snug run has told it' SNUG_CPU_ROUND=sideways "$snug" run "$writer" run "$writer" <<END
snug: SNUG_CPU_ROUND="sideways" is not one of up, down, nearest; cpu.round stays "up" (default)
END
lines 'what a child may know by itself' SNUG_CPU_COUNT=1 "$writer" run env SNUG_CPU_ROUND=x "$writer" <<END
SNUG_CPU_ROUND "x" $amiss
END

# Descriptor 2 is the program's own file: not a byte of ours.
printf 'the program wrote this\n' >"$work/database"
cp "$work/database" "$work/before"
for how in close keep; do
    SNUG_SCOPE=all SNUG_THREADS_WARN=4 SNUG_POLICY="$work/policy" LD_PRELOAD=$object \
        "$c_writer" $how "$work/database" 2>"$work/err" || echo "status $?" >>"$work/err"
    cmp "$work/before" "$work/database" || failures=$((failures + 1))
    n=$(grep -c '(threads.warn = 4)' "$work/err") || true
    [ "$n" = "$([ $how = keep ] && echo 1 || echo 0)" ] || {
        echo "$how: $n lines"
        cat "$work/err"
        failures=$((failures + 1))
    }
done
# The same by its name, whatever it is.
for name in /dev/stderr /proc/self/fd/2 "$work/err"; do
    SNUG_SCOPE=all SNUG_LOG=info SNUG_LOG_FILE=$name SNUG_THREADS_WARN=4 SNUG_POLICY="$work/policy" LD_PRELOAD=$object \
        "$c_writer" close "$work/database" 2>"$work/err" || echo "status $?" >>"$work/err"
    cmp "$work/before" "$work/database" || failures=$((failures + 1))
    [ "$(grep -c '^snug' "$work/err")" = 1 ] || {
        echo "$name:"
        cat "$work/err"
        failures=$((failures + 1))
    }
done
SNUG_CPU_ROUND=x SNUG_SCOPE=all SNUG_THREADS_WARN=4 SNUG_POLICY="$work/policy" LD_PRELOAD=$object \
    "$c_writer" close "$work/database" 2>&- 4>"$work/err" || failures=$((failures + 1))
cmp "$work/before" "$work/database" || failures=$((failures + 1))
[ "$failures" = 0 ] || exit "$failures"
[ -z "$untried" ] || { echo "$untried"; exit 77; }
