#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One place has the version, meson.build: the command, the object and the manual take it from there,
# and what must be written by hand agrees.
#
#   version.sh SNUG OBJECT TOP VERSION PAGE…
. "$(dirname "$0")/expect.sh"
snug=$1 object=$2 top=$3 version=$4
shift 4

try 0 "$snug" --version
prints_line "snug $version"
if command -v readelf >/dev/null; then
    try 0 readelf -p .comment "$object"
    prints "snug $version"
fi
for page; do
    try 0 head -n 2 "$page"
    prints "\"snug $version\""
done

# The newest of the news is about this one.
try 0 sed -n '/^\.SH NEWS/,/^\.B/p' "$top/lib/manual/snug.1"
prints_line ".B $version"

try 0 grep -rhoE 'snug:[0-9]+\.[0-9.]+' "$top/README.md" "$top/examples"
[ "$(sort -u "$work/out")" = "snug:$version" ] || fail 'images have other versions'
end
