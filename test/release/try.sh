# SPDX-License-Identifier: LGPL-2.1-or-later
# Trying the files of a release, for "run", which sources this.

# Says whether the command in a root with nothing in it, not even a C library, starts.
starts() { # ARCH ROOT
    local command=("$2/usr/bin/snug")
    if [ "$1" != "$native" ]; then
        command=(qemu-aarch64-static "$2/usr/bin/snug")
    elif [ "$(id -u)" = 0 ]; then
        command=(chroot "$2" /usr/bin/snug)
    fi
    [ "$("${command[@]}" --version)" = "snug $version" ] || fail "the command for $1 does not start"
}

# What is below a root, with modes, owners and links, but for dpkg's own.
listed() { # ROOT
    (cd "$1" && find . -path ./var -prune -o -printf '%p %y %m %U:%G %l\n' | sort)
}

# What a loader, a shell or a session would take settings from lies in /etc; the package has nothing
# there, and runs nothing.
preloads_nothing() { # DEB
    local paths
    paths=$(dpkg-deb --fsys-tarfile "$1" | tar -t)
    ! grep -vE '^\./$|^\./usr/' <<<"$paths" >&2 || fail 'the package has files outside of /usr'
    ! dpkg-deb --ctrl-tarfile "$1" | tar -t | grep -vxE './|./control|./md5sums|./triggers' >&2 ||
        fail 'the package runs something when it is installed'
}

try_deb() { # ARCH DEB
    local root=$work/try-$1 dpkg page
    lintian --allow-root --fail-on error,warning "$2" >"$work/log" 2>&1 ||
        { cat "$work/log" >&2 && fail "lintian finds mistakes in ${2##*/}"; }
    preloads_nothing "$2"
    mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
    : >"$root/var/lib/dpkg/status"
    listed "$root" >"$work/before"
    dpkg="dpkg --root=$root --force-not-root --log=/dev/null"
    [ "$1" = "$native" ] || quietly $dpkg --add-architecture "$1"
    quietly $dpkg -i "$2"
    starts "$1" "$root"
    for page in man1/snug.1 man5/snug.conf.5 man7/libsnug.7; do
        # To its end: gzip would be ended by SIGPIPE.
        gzip -cd "$root/usr/share/man/$page.gz" | grep "\"snug $version\"" >/dev/null || fail "no $page"
    done
    grep -q '/usr/share/common-licenses/LGPL-2.1' "$root/usr/share/doc/snug/copyright" ||
        fail 'the package has no licence'
    [ -e "$root/usr/share/doc/snug/examples/snug.conf" ] || fail 'the package has no examples'
    quietly $dpkg -r snug
    listed "$root" | diff "$work/before" - >&2 || fail 'something is left of the package'
    quietly $dpkg -P snug
    ! grep -q . "$root/var/lib/dpkg/status" || fail 'dpkg knows the package after it was purged'
}

try_musl() { # ARCH ARCHIVE
    local root=$work/musl-$1
    mkdir -p "$root"
    tar -xzf "$2" -C "$root"
    starts "$1" "$root"
    ! tar -tzf "$2" | grep -vxE '\.PKGINFO|usr/(bin|lib|share)?(/.*)?' >&2 ||
        fail 'the files for musl are not all below /usr'
    [ -e "$root/usr/lib/libsnug.so" ] || fail 'the files for musl have no object'
}

# What was changed on its way is seen.
try_files() { # ARCH ARCHIVE
    local dir=$work/files-$1
    mkdir "$dir"
    tar -xzf "$2" -C "$dir" --strip-components 1
    (cd "$dir" && quietly sha256sum -c --strict CHECKSUMS && echo >>snug.spdx.json &&
        ! sha256sum -c --status CHECKSUMS) || fail "CHECKSUMS of ${2##*/}"
    [ "$(find "$dir" -type f | wc -l)" = $(($(wc -l <"$dir/CHECKSUMS") + 1)) ] ||
        fail "CHECKSUMS of ${2##*/} lacks files"
}

# The source as it is published, by itself.
try_source() { # TARBALL
    mkdir "$work/alone"
    tar -C "$work/alone" -xf "$1"
    quietly meson setup "$work/alone/build" "$work/alone/$name"
    quietly meson test -C "$work/alone/build" --suite unit --suite tree
}

# The containers suite starts from such an image; here it has to be whole.
try_image() { # IMAGE
    local arch
    for arch in $architectures; do
        tar -xOf "$1" --wildcards 'blobs/sha256/*' 2>/dev/null |
            grep -aF "\"architecture\": \"$arch\"" >/dev/null || fail "the image lacks $arch"
    done
}

try_all() { # DIR
    local arch
    for arch in $architectures; do
        try_files "$arch" "$1/$name-linux-$arch.tar.gz"
        try_deb "$arch" "$1/snug_${version}_$arch.deb"
        try_musl "$arch" "$1/$name-musl-$arch.tar.gz"
    done
    try_image "$1/$name-image.tar"
    try_source "$1/$name.tar.xz"
}
