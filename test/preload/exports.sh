#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shape of the preload object: exports.sh OBJECT MAP. It must enter any process, with glibc,
# with musl and with no libc, so it may bring nothing and need nothing.
set -eu
object=$1 map=$2
failures=0

expect() { # WHAT, then what was found, which must be empty
    [ -z "$2" ] && return
    printf '%s:\n%s\n' "$1" "$2"
    failures=$((failures + 1))
}

wanted=$(sed -n 's/^    \([a-z0-9_]*\);$/\1/p' "$map" | sort)
# The name of a version is an absolute symbol.
versions=$(sed -n 's/^\([A-Z][A-Z_0-9.]*\) {$/\1/p' "${map%/*}"/versions.*.map | tr '\n' ' ')
found=$(readelf -W --dyn-syms "$object" |
    awk -v versions=" $versions " '$7 == "ABS" && index(versions, " " $8 " ") { next }
        $7 != "UND" && ($5 == "GLOBAL" || $5 == "WEAK") { sub(/@.*/, "", $8); print $8 }' | sort -u)
[ -n "$wanted" ] || expect 'no exports in the map' "$map"
[ "$wanted" = "$found" ] ||
    expect 'exports differ from the map (wanted, then found)' "$wanted
--
$found"

expect 'needs a library' "$(readelf -Wd "$object" | grep NEEDED || :)"
expect 'strong undefined symbols' \
    "$(readelf -W --dyn-syms "$object" | awk '$7 == "UND" && $5 == "GLOBAL"')"
expect 'thread-local storage' "$(readelf -Wl "$object" | grep -w TLS || :)"
expect 'indirect functions' "$(readelf -Ws "$object" | grep -w IFUNC || :)"
expect 'text relocations' "$(readelf -Wd "$object" | grep TEXTREL || :)"
expect 'an executable stack' "$(readelf -Wl "$object" | grep GNU_STACK | grep -w RWE || :)"
expect 'a segment that is writable and executable' \
    "$(readelf -Wl "$object" | awk '$1 == "LOAD" && /RWE/')"
readelf -Wl "$object" | grep -q GNU_RELRO || expect 'no RELRO' "$object"
readelf -Wd "$object" | grep -q BIND_NOW || expect 'lazy binding' "$object"

# What a user feels is what is resident: see resident.py. What is loaded of the file has a bound
# all the same; on arm64 the file itself has a gap, for pages may have 64 KiB.
size=$(($(readelf -Wl "$object" | awk '$1 == "LOAD" { printf "%s + ", $5 }') 0))
[ "$size" -le 131072 ] || expect 'larger than 128 KiB' "$size bytes"

exit "$failures"
