# SPDX-License-Identifier: LGPL-2.1-or-later
# For the scripts that a fresh machine starts with, which source this: installing what
# is missing (Debian, Ubuntu), and the build.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build

# What is needed, by purpose: PACKAGE, and the command, file or (with @) pkg-config
# module that tells whether the machine has it already.
packages_for() { # PURPOSE
    case $1 in
    build) echo 'gcc:cc libc6-dev:/usr/include/stdio.h meson:meson ninja-build:ninja
                 pkg-config:pkg-config check:@check
                 libseccomp-dev:@libseccomp libjansson-dev:@jansson
                 libcap-dev:@libcap' ;;
    go) echo 'golang-go:go ca-certificates:/etc/ssl/certs/ca-certificates.crt' ;;
    matrix) echo 'musl-tools:musl-gcc binutils:readelf strace:strace python3:python3' ;;
    vm) echo 'qemu-system-x86:qemu-system-x86_64 busybox-static:/bin/busybox cpio:cpio' ;;
    init) echo 'tini:tini util-linux:unshare procps:pgrep' ;;
    books) echo 'groff-base:groff mandoc:mandoc' ;;
    arm64) echo 'gcc-aarch64-linux-gnu:aarch64-linux-gnu-gcc
                 libc6-dev-arm64-cross:/usr/aarch64-linux-gnu/include/stdio.h
                 qemu-user-static:qemu-aarch64-static' ;;
    arm64-vm) echo 'qemu-system-arm:qemu-system-aarch64 cpio:cpio' ;;
    valgrind) echo 'valgrind:valgrind' ;;
    tidy) echo 'clang-tidy:clang-tidy' ;;
    fuzz) echo 'clang:clang' ;;
    model) echo 'binutils:objcopy' ;;
    trust) echo 'strace:strace musl-tools:musl-gcc podman:podman runc:runc
                 busybox-static:/bin/busybox
                 debian-archive-keyring:/usr/share/keyrings/debian-archive-keyring.gpg' ;;
    esac
}

has() { # PROBE
    case $1 in
    @*) pkg-config --exists "${1#@}" 2>/dev/null ;;
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"
}

# Installs what is missing for some purposes; says what and prints apt's words only
# if it fails.
need() { # PURPOSE…
    local purpose entry missing=() log
    for purpose; do
        for entry in $(packages_for "$purpose"); do
            has "${entry#*:}" || missing+=("${entry%%:*}")
        done
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    command -v apt-get >/dev/null || {
        echo "missing: ${missing[*]}; there is no apt-get to install them with" >&2
        return 1
    }
    echo "installing ${missing[*]}"
    log=$(mktemp)
    # The lists of packages may be old, or not there yet.
    if ! {
        apt_install "${missing[@]}" ||
            { as_root apt-get update -qq && apt_install "${missing[@]}"; }
    } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Configures a build directory and builds. Prints meson's words only on failure, the
# compiler's warnings always.
build_in() { # DIR MESON_OPTION…
    local dir=$1 log verb='setup --reconfigure'
    shift
    [ -e "$dir/build.ninja" ] || verb=setup
    log=$(mktemp)
    if ! { meson $verb "$dir" "$top" "$@" && ninja -C "$dir"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    grep 'warning:' "$log" >&2 || true
    rm -f "$log"
}
