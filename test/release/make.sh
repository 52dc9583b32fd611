# SPDX-License-Identifier: LGPL-2.1-or-later
# Making the files of a release, for "run", which sources this and sets name, version, native,
# architectures, cross and work. DIR is where one of the two makings works; for an architecture
# it has DIR/ARCH: root, as it is installed on Debian, and files, which is what others get.

# The same bytes from the same files, wherever and by whomever.
archive() { # DIR NAME…
    tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s \
        --mtime="@$SOURCE_DATE_EPOCH" --pax-option=delete=atime,delete=ctime -cf - "${@:2}"
}

make_source() { # DIR TARBALL
    quietly meson setup "$1/dist" "$top"
    quietly meson dist -C "$1/dist" --no-tests --allow-dirty
    mkdir "$1/source"
    tar -C "$1/source" -xf "$1/dist/meson-dist/$name.tar.xz"
    archive "$1/source" "$name" | xz -6 -T1 >"$2"
}

# What the tarball makes, below /usr as Debian has it. Paths of this machine stay out.
make_root() { # DIR ARCH
    local source=$1/source/$name multiarch more=()
    local below=$source/build-$2
    case $2 in
    amd64) multiarch=x86_64-linux-gnu ;;
    arm64) multiarch=aarch64-linux-gnu ;;
    *) multiarch=$(cc -print-multiarch) ;;
    esac
    local args=-ffile-prefix-map=$source=.
    if [ "$2" != "$native" ]; then
        more=(--cross-file "$cross/cross.ini")
        args="['-isystem', '$cross/root/usr/include', '$args']"
    fi
    quietly meson setup "$below" "$source" --prefix=/usr --libdir="lib/$multiarch" \
        --buildtype=debugoptimized --strip "-Dc_args=$args" "${more[@]}"
    quietly ninja -C "$below" lib/snug lib/libsnug.so
    DESTDIR=$1/$2/root quietly meson install -C "$below" --no-rebuild
    ! readelf -lW "$1/$2/root/usr/bin/snug" | grep -q INTERP ||
        fail 'the command is not static: archives of libc or of a library are missing'
    ! grep -rlF -e "$1" -e "$cross" "$1/$2/root" >&2 || fail 'a path of this machine is in it'
}

# What the static command contains: lines "PACKAGE VERSION FOLDER", the last with its licence.
parts_of() { # ARCH
    local package libc=libc6-dev
    [ "$1" = "$native" ] || libc=libc6-dev-$1-cross
    for package in $libc libjansson-dev libseccomp-dev libcap-dev; do
        if [ "$1" = "$native" ] || [ $package = $libc ]; then
            dpkg-query -W --showformat "\${Package} \${Version} /usr/share/doc/$package\n" $package
        else
            sed -n "s|^$package .*|& $cross/root/usr/share/doc/$package|p" "$cross/versions"
        fi
    done
}

# The documents that go with it, wherever it goes.
copy_documents() { # DIR ARCH TO
    local package version place
    mkdir -p "$3/licences"
    cp "$1/source/$name/README.md" "$3/"
    while read -r package version place; do
        cp -L "$place/copyright" "$3/licences/$package" || fail "no licence of $package"
    done < <(parts_of "$2")
}

make_files() { # DIR ARCH
    local dir=$1/$2/files/$name-linux-$2
    mkdir -p "$dir/man"
    cp "$1/$2/root/usr/bin/snug" "$1/$2/root/usr/lib"/*/libsnug.so "$1/source/$name/COPYING" "$dir"
    cp "$1/$2"/root/usr/share/man/man?/* "$dir/man"
    cp -r "$1/$2/root/usr/share/doc/snug/examples" "$dir"
    copy_documents "$1" "$2" "$dir"
    parts_of "$2" | "$here/sbom.py" "$version" "$2" "$dir" >"$dir/snug.spdx.json" ||
        fail 'the list of contents'
    (cd "$dir" && find . -type f ! -name CHECKSUMS | sort | xargs sha256sum >CHECKSUMS)
    archive "$1/$2/files" "$name-linux-$2" | gzip -9n >"$1/made/$name-linux-$2.tar.gz"
}

# At its places: what Debian and Alpine have alike, but for where the object lies.
make_tree() { # DIR ARCH TREE
    cp -r "$1/$2/root" "$3"
    copy_documents "$1" "$2" "$3/usr/share/doc/snug"
    cp "$1/$2/files/$name-linux-$2/snug.spdx.json" "$3/usr/share/doc/snug/"
    gzip -9n "$3"/usr/share/man/man?/*
}

make_deb() { # DIR ARCH
    local tree=$1/$2/deb doc=$1/$2/deb/usr/share/doc/snug
    make_tree "$1" "$2" "$tree"
    mkdir -p "$tree"/{DEBIAN,usr/share/lintian/overrides}
    chmod 644 "$tree"/usr/lib/*/libsnug.so
    cat >"$tree/usr/share/lintian/overrides/snug" <<END
# It starts in images that have no libc. What it contains is listed in snug.spdx.json.
snug: shared-library-lacks-prerequisites [usr/bin/snug]
# It serves every libc, and programs without one. Nothing is linked with it: a loader is told its name.
snug: shared-library-lacks-prerequisites [usr/lib/*/libsnug.so]
snug: shared-library-lacks-version usr/lib/*/libsnug.so libsnug.so
snug: package-name-doesnt-match-sonames libsnug
END
    echo 'activate-noawait ldconfig' >"$tree/DEBIAN/triggers"
    {
        printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
        printf 'Upstream-Name: snug\n\nFiles: *\nCopyright: %s the authors of snug\n' \
            "$(date -d "@$SOURCE_DATE_EPOCH" +%Y)"
        printf 'License: LGPL-2.1+\n See /usr/share/common-licenses/LGPL-2.1 on Debian systems.\n'
        printf 'Comment: The licences of what usr/bin/snug is linked with are in the folder licences.\n'
    } >"$doc/copyright"
    printf 'snug (%s) unstable; urgency=medium\n\n  * See NEWS in snug(1).\n\n -- %s  %s\n' \
        "$version" "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
    cat >"$tree/DEBIAN/control" <<END
Package: snug
Version: $version
Architecture: $2
Maintainer: $maintainer
Installed-Size: $(du -k -s --apparent-size "$tree/usr" | cut -f1)
Section: admin
Priority: optional
Description: fit an unmodified Go program to the limits of its container
 An object for LD_PRELOAD, and a command that explains what it does. A Go
 program gets the CPU count, the memory target and the NUMA placement of its
 container.
 .
 Nothing is preloaded until LD_PRELOAD or /etc/ld.so.preload names the object.
END
    (cd "$tree" && find usr -type f | sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    quietly dpkg-deb --build --root-owner-group -Zxz -z6 --threads-max=1 "$tree" \
        "$1/made/snug_${version}_$2.deb"
}
maintainer='the authors of snug <snug@snug.example>'

# `tar -xzf FILE -C /` installs it.
make_musl() { # DIR ARCH
    local tree=$1/$2/musl machine=$2
    case $2 in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
    make_tree "$1" "$2" "$tree"
    cp "$1/source/$name/COPYING" "$tree/usr/share/doc/snug/"
    mv "$tree"/usr/lib/*/libsnug.so "$tree/usr/lib/"
    find "$tree/usr/lib" -mindepth 1 -type d -delete
    cat >"$tree/.PKGINFO" <<END
pkgname = snug
pkgver = $version-r0
pkgdesc = fit an unmodified Go program to the limits of its container
builddate = $SOURCE_DATE_EPOCH
size = $(du -b -s --apparent-size "$tree/usr" | cut -f1)
arch = $machine
license = LGPL-2.1-or-later
END
    archive "$tree" .PKGINFO usr | gzip -9n >"$1/made/$name-musl-$2.tar.gz"
}

make_all() { # DIR, that has the results in "made"
    local arch archives=()
    mkdir -p "$1/made"
    make_source "$1" "$1/made/$name.tar.xz"
    for arch in $architectures; do
        make_root "$1" "$arch"
        make_files "$1" "$arch"
        make_deb "$1" "$arch"
        make_musl "$1" "$arch"
        archives+=("$1/made/$name-linux-$arch.tar.gz")
    done
    quietly "$top/examples/images/layout.py" "$1/made/$name-image.tar" "${archives[@]}"
    (cd "$1/made" && sha256sum -- * >SHA256SUMS)
}
