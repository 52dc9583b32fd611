#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command in images that have no libc, or another one: FROM scratch, and Alpine. The programs
# started end with status 3.
#
#   image.sh SNUG OBJECT STATIC_GO PROBE_SOURCE KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/../tmpfs.sh"
image=$work/image
mkdir "$image"
cp "$1" "$2" "$image"
cp "$3" "$image/service"
echo 'cpu.min = 1' >"$image/snug.conf"

# Who is not root may be so in a namespace. With `whole` the image has /proc and /sys too.
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
enter() { # COMMAND…
    unshare "${user[@]}" -m chroot "$image" "$@"
}
enter_whole() { # COMMAND…
    unshare "${user[@]}" -m sh -c 'mount --rbind /proc "$0/proc" && mount --rbind /sys "$0/sys" &&
        exec chroot "$0" "$@"' "$image" "$@"
}

# No interpreter, no library: the kernel alone can start it.
is_static() {
    what="what $1 needs"
    readelf -lW "$image/snug" >"$work/out" 2>"$work/err"
    prints_no INTERP
    readelf -dW "$image/snug" >"$work/out" 2>"$work/err"
    prints_no NEEDED
}

commands() { # ENTER
    try 0 "$1" /snug --version
    try 0 "$1" /snug explain -- /service
    is_calm
    prints 'go1.22.12'
    try 0 "$1" /snug explain --all --json
    is_calm
    try 0 "$1" /snug check /snug.conf
    prints 'no problems'
    try 0 "$1" /snug stat /page
    prints '2  threads created through libc'
    try 3 "$1" /snug run --cpu.count=1 --memory.limit=1G -- /service one
    is_calm
    prints_line 'argument one'
    # One whose start can be traced counts them itself.
    "$1" /snug explain --cpu.count=1 -- /service | grep -q 'start window *yes' ||
        prints_line GOMAXPROCS=1
    prints_line GOMEMLIMIT=1073741824
    # The object is found beside the command, by whatever name that was started.
    prints_line LD_PRELOAD=/libsnug.so
    PATH=$PATH:/bin try 3 "$1" tool run -- service
    prints_line LD_PRELOAD=/libsnug.so
    # As packages have it, where the libraries are not in a folder of the architecture's.
    try 3 "$1" /usr/bin/snug run -- /service
    prints_line LD_PRELOAD=/usr/lib/libsnug.so
    try 3 "$1" /snug run --init --grace 5 --single -- /service
    is_calm
    echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$image/profile"
    try 3 "$1" /snug run --seccomp /profile -- /service
    is_calm
    try 127 "$1" /snug run -- /none
    rm -rf "$image/volume"
    mkdir "$image/volume"
    for moment in first again; do
        try 0 "$1" /snug copy /volume
        prints_nothing
        is_calm
        cmp "$image/snug" "$image/volume/snug" || fail "the command is another ($moment)"
        cmp "$image/libsnug.so" "$image/volume/libsnug.so" || fail "the object is another ($moment)"
    done
}

# A program of another libc than the command's.
other_libc() { # PROBE_SOURCE
    local loader
    command -v musl-gcc >/dev/null || { untried 'not installed: musl-gcc'; return 0; }
    musl-gcc -D_GNU_SOURCE -o "$image/musl" "$1"
    loader=$(readelf -lW "$image/musl" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
    mkdir -p "$image/lib"
    cp -L "$loader" "$image/lib/"
    for where in enter enter_whole; do
        try 3 $where /snug run --scope=all --cpu.count=1 -- /musl
        is_calm
        prints_line LD_PRELOAD=/libsnug.so
        prints_line 'CPUs 1'
    done
}

pages=$(tmpfs_make) || { echo "$pages"; exit 77; }
elsewhere=$pages
SNUG_SCOPE=all SNUG_STATS_FILE=$pages/page LD_PRELOAD=$2 "$5" 2 </dev/null
cp "$pages/page" "$image"
mkdir -p "$image"/{bin,proc,sys,usr/{bin,lib}}
ln "$image/snug" "$image/usr/bin/snug"
ln "$image/libsnug.so" "$image/usr/lib/libsnug.so"
ln -s ../snug "$image/bin/tool"
ln -s ../service "$image/bin/service"
can() { # ENTER
    local status=0
    "$1" /service >/dev/null 2>&1 || status=$?
    [ $status = 3 ]
}
if ! can enter; then
    echo 'machine lacks the right to enter another root'
    exit 77
fi
is_static "$1"
commands enter
if can enter_whole; then
    commands enter_whole
    other_libc "$4"
else
    untried 'machine lacks the right to show /proc and /sys in another root'
fi
end
