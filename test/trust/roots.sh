# SPDX-License-Identifier: LGPL-2.1-or-later
# Small roots with the C library of a Debian release, for the scripts that source this. Only
# the packages that are needed are fetched and unpacked: nothing is installed.

debian_mirrors='http://deb.debian.org/debian http://archive.debian.org/debian'

# apt-get with lists and archives of its own.
root_apt() { # DIR ARGUMENT…
    local dir=$1
    shift
    apt-get -qq -o Dir::State="$dir/state" -o Dir::State::status="$dir/status" \
        -o Dir::Cache="$dir/cache" -o Dir::Etc::SourceList="$dir/sources" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Acquire::Languages=none -o APT::Sandbox::User=root \
        -o Acquire::Check-Valid-Until=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# Fills DIR/root unless it is there. Fails if no mirror has the release.
make_root() { # RELEASE DIR
    local dir=$2 mirror archive
    [ ! -e "$dir/done" ] || return 0
    rm -rf "$dir"
    mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,root/usr/{bin,sbin,lib,lib64}}
    # As Debian's own are: what an older release puts into /lib goes to /usr/lib.
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$dir/root"
    : >"$dir/status"
    for mirror in $debian_mirrors; do
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" \
            >"$dir/sources"
        if root_apt "$dir" update && (cd "$dir/cache" &&
            root_apt "$dir" download libc6 libc6-dev linux-libc-dev libc-bin dash musl); then
            for archive in "$dir"/cache/*.deb; do
                dpkg-deb --fsys-tarfile "$archive" |
                    tar -x --keep-directory-symlink -C "$dir/root"
            done
            # A linker would follow /lib/libm.so.6 to this machine's.
            find "$dir"/root/usr/lib* -type l -lname '/*' | while read -r archive; do
                ln -sfr "$dir/root$(readlink "$archive")" "$archive"
            done
            mkdir -p "$dir"/root/{proc,sys,dev,snug}
            ln -sf dash "$dir/root/usr/bin/sh"
            rm -rf "$dir/state" "$dir/cache"
            touch "$dir/done"
            return 0
        fi
    done
    return 1
}

# Runs a command in the root, with what the machine shows in /proc, /sys and /dev. /snug is
# DIR/root/snug.
in_root() { # DIR COMMAND…
    unshare -m sh -c 'root=$1; shift
        for one in proc sys dev; do mount --rbind /$one "$root/$one" || exit 125; done
        exec chroot "$root" "$@"' sh "$1/root" "${@:2}"
}
