#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fetches what arm64 programs need to be built and to run here: the libraries that the build
# needs, libc, musl and busybox, as the distribution has them. The machine's own packages and
# lists stay as they are. Ends with 77 where the distribution has no such packages.
#
#   sysroot.sh DIR      DIR/root, DIR/cross.ini for meson, DIR/bin/musl-gcc, DIR/apt.conf, with
#                       which apt speaks of arm64, and DIR/versions, lines "PACKAGE VERSION"
set -euo pipefail
. "$(cd "$(dirname "$0")" && pwd)/../setup.sh"
mkdir -p "${1:?directory}"
dir=$(cd "$1" && pwd)
export APT_CONFIG=$dir/apt.conf

configure_apt() {
    mkdir -p "$dir"/apt/{lists,cache/archives}/partial
    cat >"$APT_CONFIG" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State::Lists "$dir/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$dir/apt/cache";
END
}

# The packages whose presence pkg-config tells, with the libraries that they are made of.
libraries() {
    local entry
    for entry in $(packages_for build); do
        [[ $entry != *:@* ]] || apt-cache depends --recurse --no-recommends --no-suggests \
            --no-conflicts --no-breaks --no-replaces --no-enhances "${entry%%:*}"
    done | sed -n 's/^\([a-z][a-z0-9.+-]*\)$/\1/p' | sort -u | grep -v '^\(libc\|libgcc\|gcc\)[0-9-]'
}

fetch() {
    local packages
    # A list that cannot be had is no fault here, if the packages can.
    apt-get update -qq >/dev/null 2>&1 || true
    packages=$(echo $(libraries) libc6 musl musl-dev musl-tools busybox-static)
    apt-cache show $packages >/dev/null 2>&1 || exit 77
    if [ -e "$dir/versions" ] && [ "$(cat "$dir/packages")" = "$packages" ]; then return; fi
    rm -rf "$dir"/{root,debs} && mkdir "$dir"/{root,debs}
    (cd "$dir/debs" && apt-get download -qq $packages >&2)
    find "$dir/debs" -name '*.deb' -exec dpkg-deb -x {} "$dir/root" \;
    find "$dir/debs" -name '*.deb' -exec dpkg-deb -W --showformat '${Package} ${Version}\n' {} \; |
        LC_ALL=C sort >"$dir/versions"
    rm -rf "$dir/debs"
    echo "$packages" >"$dir/packages"
}

# Headers that are not the system's for the compiler would be held to our warnings.
write_cross() {
    local prefix=aarch64-linux-gnu
    cat >"$dir/cross.ini" <<END
[binaries]
c = '$prefix-gcc'
ar = '$prefix-gcc-ar'
strip = '$prefix-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-aarch64-static', '-L', '$dir/root']
[built-in options]
c_args = ['-isystem', '$dir/root/usr/include']
c_link_args = ['-Wl,-rpath-link,$dir/root/usr/lib/$prefix']
[properties]
sys_root = '$dir/root'
pkg_config_libdir = '$dir/root/usr/lib/$prefix/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
END
}

# The distribution's own, with its directories moved.
write_musl_gcc() {
    mkdir -p "$dir/bin"
    # It lies in /lib, which is not /usr/lib here.
    ln -sf ../../../lib/aarch64-linux-musl/libc.so "$dir/root/usr/lib/aarch64-linux-musl/"
    sed "s|/usr/|$dir/root/usr/|g" "$dir"/root/usr/lib/aarch64-linux-musl/musl-gcc.specs \
        >"$dir/musl-gcc.specs"
    printf '#!/bin/sh\nexec aarch64-linux-gnu-gcc "$@" -specs %s\n' "$dir/musl-gcc.specs" \
        >"$dir/bin/musl-gcc"
    chmod +x "$dir/bin/musl-gcc"
}

configure_apt
fetch
write_musl_gcc
write_cross
