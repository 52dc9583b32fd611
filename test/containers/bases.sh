# SPDX-License-Identifier: LGPL-2.1-or-later
# What images and containers are made of, for the scripts that source this: base images, a release as
# it is packed, Go programs and what they print. All is made in the current folder. Set by who
# sources this: build, bin, list and newest, as in trust/tap.sh; and go/cells.sh and vm/tree.sh.

bases_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
examples=$bases_here/../../examples/images
case $(uname -m) in x86_64) image_arch=amd64 ;; aarch64) image_arch=arm64 ;; esac

# Makes the roots glibc and musl, of busybox and one C library each, and archives of them; and a folder
# with the programs.
make_roots() {
    local libc mode file library
    mkdir programs
    for libc in glibc musl; do
        mkdir -p $libc/{bin,dev,etc,lib,proc,sys,tmp}
        cp /bin/busybox $libc/bin/
        ln -s busybox $libc/bin/sh
    done
    cp -L /lib/ld-musl-*.so.1 musl/lib/
    while read -r _ mode file; do
        cp "$bin/$file" programs/
        [[ $mode = musl-* ]] || for library in $(libraries_of "$bin/$file"); do
            [ -e "glibc$library" ] || cp -L --parents "$library" glibc
        done
    done < <(tried_programs)
    chmod -R a+rX glibc musl programs
    for libc in glibc musl; do tar --owner=0 --group=0 -C $libc -cf $libc.tar .; done
}

is_for() { # LIBC MODE
    case $2-$1 in musl-*-glibc | internal-musl | external-musl) return 1 ;; esac
}

is_tried() { # MODE
    case $1 in internal | external | musl-internal | musl-external | static) ;; *) return 1 ;; esac
}

# Lines "RELEASE MODE NAME" of the matrix.
tried_programs() {
    local release mode file
    while read -r release mode file; do
        is_tried "$mode" || continue
        [ "$release" = 1.22.2 ] || [ "$release" = "$newest" ] || continue
        echo "$release $mode $file"
    done <"$list"
}

# Makes release.tar.gz: what test/release/run packs, as far as an image takes from it.
make_release() {
    local dir=snug-0.0.1-linux-$image_arch time=1700000000
    mkdir -p "$dir/licences"
    cp "$build"/lib/{snug,libsnug.so} "$bases_here/../../COPYING" "$dir"
    echo 'libc6-dev 1.0 -' | SOURCE_DATE_EPOCH=$time "$bases_here/../release/sbom.py" \
        0.0.1 "$image_arch" "$dir" >"$dir/snug.spdx.json"
    echo text >"$dir/licences/libc6-dev"
    tar --mtime=@$time -czf release.tar.gz "$dir"
}

# Prints the sets of restrictions to try, each restriction as a letter: a read-only root, another user,
# no new privileges, no capabilities. In the short form none, each, and all.
restriction_sets() { # LONG
    echo none r u n c runc
    [ -z "$1" ] || echo ru rn rc un uc nc run ruc rnc unc
}

# Prints the script of a container: what it says of itself, and each program. And what it prints then.
script() { # LIBC HOW COMMAND
    local release mode file
    cat <<'END'
echo '== container'
busybox sed -n 's/^Uid:\t\([0-9]*\).*/user \1/p; s/^NoNewPrivs:\t/no_new_privs /p; s/^Seccomp:\t/seccomp /p
    s/^CapBnd:\t0*$/capabilities none/p; s/^CapBnd:\t.*[1-9a-f].*/capabilities some/p' /proc/self/status
busybox sed -n 's|^[^ ]* / [^ ]* \(r[ow]\).*|root \1|p' /proc/mounts | busybox tail -n 1
END
    while read -r release mode file; do
        is_for "$1" "$mode" || continue
        echo "echo '== $file'"
        if [ "$mode" = static ] && [ "$2" = snug ]; then
            echo "$3 run -- /programs/$file"
        else
            echo "/programs/$file"
        fi
    done < <(tried_programs)
}

expected() { # LIBC HOW SET
    local release mode file user=0 privileges=0 capabilities=some write=rw
    if [ "$3" != none ]; then
        [[ $3 != *r* ]] || write=ro
        [[ $3 != *u* ]] || user=10001
        [[ $3 != *n* ]] || privileges=1
        [[ $3 != *c* ]] || capabilities=none
    fi
    printf '%s\n' '== container' "capabilities $capabilities" "no_new_privs $privileges" \
        "root $write" 'seccomp 2' "user $user"
    while read -r release mode file; do
        is_for "$1" "$mode" || continue
        echo "== $file"
        cell_lines "$2" "$release" "$mode" | sort
    done < <(tried_programs)
}
