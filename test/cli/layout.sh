#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# examples/images/layout.py: what it makes of archives that are whole, and the one sentence that it has
# for what is damaged or makes no sense. The engines' part is in test/containers.
#
#   layout.sh SOURCE_ROOT
. "$(dirname "$0")/expect.sh"
export PYTHONDONTWRITEBYTECODE=1
layout=$1/examples/images/layout.py
cd "$work"

# An archive as a release has it: of its object only what says for which machine it is.
release() { # ARCH VERSION MACHINE
    local dir=snug-$2-linux-$1
    mkdir -p "$dir/licences"
    printf "\\177ELF%014d\\x$3\\0%04096d" 0 0 >"$dir/libsnug.so"
    printf command >"$dir/snug"
    for file in COPYING snug.spdx.json licences/libc; do echo "$file" >"$dir/$file"; done
    (cd "$dir" && find . -type f ! -name CHECKSUMS -exec sha256sum {} + >CHECKSUMS)
    tar --mtime=@1700000000 -cf "$1.tar" "$dir"
    gzip -n <"$1.tar" >"$1.tar.gz"
}

# The name that an engine gives to the image.
is_named() { # NAME
    try 0 tar -xOf image.tar index.json
    prints "\"org.opencontainers.image.ref.name\": \"$1\""
}

# Refused in one sentence, without an image.
refuses() { # SENTENCE ARGUMENT…
    rm -f image.tar
    try 1 "$layout" "${@:2}"
    prints_nothing
    complains "layout.py: $1"
    [ ! -e image.tar ] || fail 'there is an image'
}

# As a release, and as a base.
refuses_archive() { # FILE WHY
    refuses "$1 $2" image.tar "$1"
    refuses "$1 $2" --base "amd64=$1" image.tar amd64.tar.gz
}
damaged='is damaged, or no tar archive, plain or packed by gzip, xz or bzip2'

# Writes a file with one byte changed.
flip() { # FROM OFFSET TO
    python3 -c 'import sys
content = bytearray(open(sys.argv[1], "rb").read())
content[int(sys.argv[2])] ^= 0x40
open(sys.argv[3], "wb").write(content)' "$@"
}

release amd64 0.1.0 3e
release arm64 0.1.0 b7
mkdir root && echo text >root/file
tar -C root -cf root.tar .
bzip2 -k root.tar && xz -k root.tar

try 0 "$layout" image.tar amd64.tar.gz arm64.tar.gz
is_calm
is_named localhost/snug:0.1.0
cp image.tar first.tar
try 0 "$layout" image.tar arm64.tar amd64.tar
try 0 cmp first.tar image.tar
for pack in tar tar.bz2 tar.xz; do
    try 0 "$layout" --base "amd64=root.$pack" image.tar amd64.tar.gz
    is_calm
    is_named localhost/snug-base:0.1.0
    [ $pack = tar ] || try 0 cmp first.tar image.tar
    cp image.tar first.tar
done
try 0 "$layout" --name registry.example:5000/snug:1 image.tar amd64.tar.gz
is_named registry.example:5000/snug:1
# A release without the list is taken, as one of an unpacked folder.
tar --delete -f arm64.tar snug-0.1.0-linux-arm64/CHECKSUMS
try 0 "$layout" image.tar arm64.tar
is_calm

size=$(stat -c %s amd64.tar.gz)
for offset in $((size / 2)) $((size - 6)) $((size - 2)); do # The data, their checksum, their size.
    flip amd64.tar.gz "$offset" flipped.tar.gz
    refuses_archive flipped.tar.gz "$damaged"
done
{ head -c 10 amd64.tar.gz && printf '\7'; } >block.tar.gz # No such kind of block.
refuses_archive block.tar.gz "$damaged"
head -c $((size - 3)) amd64.tar.gz >cut.tar.gz
refuses_archive cut.tar.gz "$damaged"
head -c 1536 amd64.tar >cut.tar
refuses_archive cut.tar "$damaged"
flip amd64.tar 520 header.tar # The name in the second header.
refuses_archive header.tar "$damaged"
echo garbage >garbage.tar
: >nothing.tar
printf '\x28\xb5\x2f\xfd%0999d' 0 >root.tar.zst
for file in garbage.tar nothing.tar root.tar.zst; do refuses_archive "$file" "$damaged"; done
tar -cf empty.tar -T /dev/null
refuses_archive empty.tar 'holds no files'
refuses 'none.tar.gz: No such file or directory' image.tar none.tar.gz
mkdir folders && tar -cf folders.tar folders
refuses 'folders.tar is no release of snug for Linux' image.tar folders.tar
refuses 'root.tar is no release of snug for Linux' image.tar root.tar

# Nothing but CHECKSUMS tells these.
changed='is damaged: its CHECKSUMS does not agree with'
flip amd64.tar "$(grep -abo command amd64.tar | head -n 1 | cut -d: -f1)" changed.tar
refuses "changed.tar $changed snug" image.tar changed.tar
cp amd64.tar fewer.tar && tar --delete -f fewer.tar snug-0.1.0-linux-amd64/licences/libc
refuses "fewer.tar $changed licences/libc" image.tar fewer.tar
echo text >snug-0.1.0-linux-amd64/more
cp amd64.tar more.tar && tar -rf more.tar snug-0.1.0-linux-amd64/more
refuses "more.tar $changed more" image.tar more.tar

refuses '--policy is for an image with a --base' --policy root/file image.tar amd64.tar.gz
refuses 'root/none: No such file or directory' --base amd64=root.tar --policy root/none image.tar amd64.tar.gz
refuses '--base is ARCH=ROOT.tar, once for each architecture, not root.tar' \
    --base root.tar image.tar amd64.tar.gz
refuses '--base is ARCH=ROOT.tar, once for each architecture, not amd64=empty.tar' \
    --base amd64=root.tar --base amd64=empty.tar image.tar amd64.tar.gz
refuses 'a --base ARCH=ROOT.tar is needed for each of amd64' --base arm64=root.tar image.tar amd64.tar.gz
refuses 'two releases are of one architecture' image.tar amd64.tar amd64.tar.gz
release arm64 0.2.0 b7
refuses 'the releases are of several versions' image.tar amd64.tar.gz arm64.tar.gz
release other 0.1.0 08
refuses 'other.tar is for another architecture' image.tar other.tar
refuses 'an image cannot have the name a b' --name 'a b' image.tar amd64.tar.gz
refuses 'the image: No space left on device' /dev/full amd64.tar.gz
refuses 'none/image.tar: No such file or directory' none/image.tar amd64.tar.gz
end
