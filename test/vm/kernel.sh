#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the path of a kernel that boots in a virtual machine. The kernel comes from
# the distribution's package, unpacked below DIR and kept there.
#
#   kernel.sh DIR
set -eu
dir=${1:?directory}
mkdir -p "$dir"

cached() {
    ls "$dir"/kernel/boot/vmlinuz-* 2>/dev/null | head -n 1
}

# The names under which distributions publish "the current kernel for a virtual
# machine"; each only depends on the package that holds the file.
package() {
    for meta in linux-image-cloud-amd64 linux-image-virtual linux-image-amd64; do
        apt-cache depends "$meta" 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | grep . && return
    done
    echo 'no kernel package is known to apt; apt-get update may help' >&2
    return 1
}

if [ -z "$(cached)" ]; then
    name=$(package | head -n 1)
    [ -n "$name" ] || exit 1
    rm -rf "$dir/kernel.new" && mkdir "$dir/kernel.new"
    # The note that apt drops no privileges while it writes here is no news.
    (cd "$dir/kernel.new" && apt-get download -qq "$name" 2>&1 | grep -v '^W:' >&2) || true
    dpkg-deb -x "$dir/kernel.new"/*.deb "$dir/kernel.new"
    rm -rf "$dir/kernel.new"/*.deb "$dir/kernel.new/lib" "$dir/kernel.new/usr" "$dir/kernel"
    mv "$dir/kernel.new" "$dir/kernel"
fi
cached | grep .
