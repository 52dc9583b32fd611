#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the path of a kernel that boots in a virtual machine. The kernel comes from
# the distribution's package, unpacked below DIR and kept there. Ends with 77 where
# the distribution has no such package.
#
#   kernel.sh DIR
set -euo pipefail
. "$(cd "$(dirname "$0")" && pwd)/../setup.sh"
dir=${1:?directory}
mkdir -p "$dir"

cached() {
    find "$dir/kernel" -name 'vmlinuz*' 2>/dev/null | grep .
}

# The first that a package depends on whose name begins so.
depends() { # PACKAGE BEGINNING
    apt-cache depends "$1" 2>/dev/null | sed -n "s/^ *Depends: \($2[^ ]*\)$/\1/p" | grep -m 1 .
}

# The names under which Debian and Ubuntu publish "the current kernel for a virtual machine"; each
# only depends on the package that holds the file, and that one on another, in newer releases.
package() {
    local meta image
    for meta in linux-image-cloud-amd64 linux-image-cloud-arm64 linux-image-virtual; do
        image=$(depends "$meta" linux-image-) || continue
        depends "$image" linux-binary- || echo "$image"
        return
    done
    return 1
}

download() { # PACKAGE
    local new=$dir/kernel.new
    rm -rf "$new" "$dir/kernel" && mkdir "$new" "$dir/kernel"
    # apt notes that it drops no privileges while it writes here.
    (cd "$new" && apt-get download -qq "$1" 2>&1 | grep -v '^W:' >&2) || true
    dpkg-deb -x "$new"/*.deb "$new"
    find "$new" -name 'vmlinuz*' -type f -exec mv {} "$dir/kernel/" \;
    rm -rf "$new"
}

if ! cached >/dev/null; then
    name=$(package) || { apt_update && name=$(package); } || exit 77
    download "$name"
fi
cached
