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
    vm) echo 'qemu-system-x86:qemu-system-x86_64 busybox-static:/bin/busybox cpio:cpio runc:runc' ;;
    init) echo 'tini:tini util-linux:unshare procps:pgrep libcap2-bin:setcap' ;;
    shells) echo 'zsh:zsh fish:fish tmux:tmux' ;;
    metrics) echo 'curl:curl' ;;
    scrape) echo 'prometheus:prometheus iproute2:ss' ;;
    books) echo 'groff-base:groff mandoc:mandoc' ;;
    images) echo 'bzip2:bzip2 xz-utils:xz python3:python3' ;;
    arm64) echo 'gcc-aarch64-linux-gnu:aarch64-linux-gnu-gcc
                 libc6-dev-arm64-cross:/usr/aarch64-linux-gnu/include/stdio.h
                 qemu-user-static:qemu-aarch64-static' ;;
    arm64-vm) echo 'qemu-system-arm:qemu-system-aarch64 cpio:cpio' ;;
    valgrind) echo 'valgrind:valgrind' ;;
    tidy) echo 'clang-tidy:clang-tidy' ;;
    fuzz) echo 'clang:clang' ;;
    release) echo 'git:git xz-utils:xz binutils:readelf lintian:lintian' ;;
    model) echo 'binutils:objcopy' ;;
    containers) echo 'musl-tools:musl-gcc podman:podman runc:runc busybox-static:/bin/busybox
                 python3:python3' ;;
    places) echo 'musl-tools:musl-gcc busybox-static:/bin/busybox python3:python3
                 util-linux:unshare' ;;
    place:*) sed 's/#.*//' "$top/test/places/${1#place:}" ;;
    kubernetes) echo 'etcd-server:etcd python3:python3 openssl:openssl
                     python3-yaml:/usr/lib/python3/dist-packages/yaml/__init__.py' ;;
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

# Runs apt-get. A fresh machine installs its updates for minutes, with locks held: then says once
# what is waited for, and tries again for up to half an hour. apt-get itself waits for the locks of
# dpkg only, and not for those of its lists and archives.
apt() {
    local log status i
    log=$(mktemp)
    for ((i = 0; ; i++)); do
        status=0
        as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -qq "$@" >"$log" 2>&1 ||
            status=$?
        [ $status != 0 ] && [ $i -lt 1800 ] && grep -q "$apt_is_locked" "$log" || break
        [ $i != 0 ] || sed -n "/$apt_is_locked/{s/^E: //;s/^/waiting for another package manager: /p;q}" \
            "$log" >&"${apt_told:-2}"
        sleep 1
    done
    cat "$log" >&2
    rm -f "$log"
    return $status
}
apt_is_locked='Could not get lock\|lock was locked by another process'

apt_install() {
    apt install -y --no-install-recommends "$@"
}

apt_update() {
    apt update
}

# Installs what is missing for some purposes; says what and prints apt's words only
# if it fails.
need() { # PURPOSE…
    local purpose entry missing=() log apt_told
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
        apt_install "${missing[@]}" || { apt_update && apt_install "${missing[@]}"; }
    } {apt_told}>&2 2>"$log"; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    exec {apt_told}>&-
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
