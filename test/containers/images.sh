#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The images of examples/images in podman: made and loaded without a registry, and Go programs in
# containers of 1.5 CPUs and 256 MiB that have snug from them.
#
#   images.sh [--long] BUILD
#
# Snug is baked into the image, or comes by a volume, or both at once. The image has glibc or musl. Each
# of these with no restriction beside the engine's own seccomp rules, with each, and with all; with
# --long, or the variable CI, with every combination.
set -euo pipefail
. "$(dirname "$0")/../trust/tap.sh"
. "$here/../go/cells.sh"
. "$here/../vm/tree.sh"
. "$here/../trust/servers"
. "$here/bases.sh"
cd "$work"
trap 'podman_clean || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

podman_run() { # ARGUMENT…
    podman_here --runtime runc run --rm --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
        --network none "$@"
}

# Tries one claim: the command's words are shown if it fails. Bash does not end a command at an error in
# it here, so each has && or a comparison at its end.
claim() { # LABEL COMMAND…
    local status=0
    "${@:2}" >"$work/why" 2>&1 || status=$?
    result $status "$1"
}

write() { # DIR
    (cd "$1" && "$examples/layout.py" snug.tar release.tar.gz &&
        "$examples/layout.py" --base "$image_arch=glibc.tar" written.tar release.tar.gz)
}

same_twice() {
    mkdir elsewhere && cp release.tar.gz glibc.tar elsewhere && touch -d '1 day ago' elsewhere/* &&
        write . && write elsewhere && cmp snug.tar elsewhere/snug.tar &&
        cmp written.tar elsewhere/written.tar
}

# By the name that the file gives it, which a client may ask for too.
load() { # FILE NAME SHORT
    local image
    image=$(podman_here pull -q "oci-archive:$1") &&
        [ "$(podman_here inspect --format '{{json .RepoTags}}' "$image")" = "[\"$2\"]" ] &&
        [ "$(podman_here pull -q "oci-archive:$1:$2")" = "$image" ] &&
        podman_here tag "$2" "localhost/$3"
}

import() { # LIBC
    podman_here import --change 'CMD /bin/sh' "$1.tar" "localhost/$1"
}

bake() { # LIBC
    podman_here build --runtime runc -f "$examples/base.Containerfile" --build-arg "BASE=localhost/$1" \
        --build-arg SNUG=localhost/snug -t "localhost/$1-baked" "$examples"
}

# The image that holds only snug, as its Containerfile makes it from an unpacked release.
same_alone() {
    podman_here build --runtime runc -f "$examples/snug.Containerfile" -t localhost/alone snug-0.0.1-* &&
        unpack alone && unpack snug && [ -x unpacked-snug/snug ] && diff -r unpacked-alone unpacked-snug
}

# What the examples' README makes of a build directory.
two_lines() {
    printf 'FROM scratch\nCOPY snug libsnug.so /\n' |
        podman_here build --runtime runc -f - -t localhost/two "$build/lib" && unpack two &&
        cmp unpacked-two/snug unpacked-snug/snug && cmp unpacked-two/libsnug.so unpacked-snug/libsnug.so
}

unpack() { # IMAGE
    mkdir "unpacked-$1" && podman_here create --name "of-$1" "localhost/$1" /none &&
        podman_here export "of-$1" | tar -C "unpacked-$1" -x --exclude=dev --exclude=etc --exclude=proc \
            --exclude=run --exclude=sys
}

# What is in an image, beside where the bytes came from.
contents() { # IMAGE
    podman_run "$1" /bin/busybox find / -xdev -type f -name '*snug*' -exec busybox sha256sum {} + |
        grep -v ' /sys\| /proc' | sort
    podman_here inspect --format '{{json .Config.Env}}' "$1"
}

same_contents() {
    contents "$1" >one && contents "$2" >two && cat one && [ "$(wc -l <one)" -ge 5 ] && diff one two
}

# In the order of "expected", less what is not of the plan.
in_order() {
    grep -vE '^(go go|C (phys_bytes|ticks|variables) |snug.* SNUG_MEMORY_HEADROOM)' |
        awk '/^== / { n++ } { print n (/^== / ? 0 : 1) "\t" $0 }' |
        sort -s -t '	' -k 1,1n -k 2 | cut -f 2-
}

# Runs all programs in one container, and compares.
run_programs() { # LIBC HOW COMMAND SET ARGUMENT…
    podman_run --cpus "$cpus" --memory 256m -v "$work/programs:/programs:ro" $(restriction "$4") \
        "${@:5}" /bin/sh -c "$(script "$1" "$2" "$3")" 2>&1 | in_order >seen
    expected "$1" "$2" "$4" >wanted
    diff wanted seen
}

# Sets way_arguments: options of podman and the image; and way_command.
set_way() { # LIBC WAY
    local volume=(--mount type=image,source=localhost/snug,destination=/snug)
    way_command=/snug/snug
    case $2 in
    baked) way_command=snug way_arguments=("localhost/$1-baked") ;;
    volume) way_arguments=("${volume[@]}" -e LD_PRELOAD=/snug/libsnug.so "localhost/$1") ;;
    copied) way_arguments=(-v "$work/shared:/snug:ro" -e LD_PRELOAD=/snug/libsnug.so "localhost/$1") ;;
    both) way_arguments=("${volume[@]}" -e LD_PRELOAD=/snug/libsnug.so:/usr/lib/libsnug.so "localhost/$1-baked") ;;
    both-etc)
        way_arguments=("${volume[@]}" -v "$work/ld.so.preload:/etc/ld.so.preload:ro"
            -e LD_PRELOAD=/snug/libsnug.so "localhost/$1-baked")
        ;;
    esac
}

# The engine's words for a set of restrictions.
restriction() { # SET
    [ "$1" != none ] || return 0
    [[ $1 != *r* ]] || echo --read-only
    [[ $1 != *u* ]] || echo --user=10001
    [[ $1 != *n* ]] || echo --security-opt=no-new-privileges
    [[ $1 != *c* ]] || echo --cap-drop=ALL
}

# A key that the image locks is deaf to the pod's variable; without that file it is not.
lock_holds() {
    cpus=1.5 set_way glibc baked
    run_programs glibc snug "$way_command" none -e SNUG_MEMORY_HEADROOM=50% "${way_arguments[@]}" || return
    set_way glibc volume
    (planned_limit=134217728 && run_programs glibc snug "$way_command" none -e SNUG_MEMORY_HEADROOM=50% \
        "${way_arguments[@]}")
}

# What an init container does, under every restriction: twice, as one that is started again.
copy_as_init() {
    mkdir shared && chmod 777 shared || return
    for moment in first again; do
        podman_run $(restriction runc) -v "$work/shared:/shared" localhost/snug /snug copy /shared || return
        ls -i shared >"copied-$moment"
    done
    diff copied-first copied-again && cmp shared/snug "$build/lib/snug" &&
        cmp shared/libsnug.so "$build/lib/libsnug.so"
}

cpus=1.5
make_release
make_roots
if ! { import glibc && podman_run localhost/glibc /bin/sh -c true; } >why 2>&1; then
    skip containers "machine lacks what podman needs: $(tail -n 1 why)"
    finish
    exit
fi

claim 'the same files make the same images' same_twice
claim 'the image that holds only snug is loaded' load snug.tar localhost/snug:0.0.1 snug
claim 'snug.Containerfile makes the same image' same_alone
claim 'two lines make an image of a build directory' two_lines
claim 'a baked image from the script is loaded' load written.tar localhost/snug-base:0.0.1 written
import musl >/dev/null 2>&1
claim 'glibc: base.Containerfile' bake glibc
claim 'musl: base.Containerfile' bake musl
claim 'the script bakes what base.Containerfile does' same_contents localhost/glibc-baked localhost/written
echo /usr/lib/libsnug.so >ld.so.preload
chmod a+r ld.so.preload

machine_cpus=$(nproc) planned_limit=241172480
machine_own=$((machine_cpus < 2 ? machine_cpus : 2)) # Go's least from 1.25 on.
planned_cpus=$machine_own
machine_affinity=$(podman_run -v "$work/programs:/programs:ro" localhost/glibc \
    "/programs/$newest-static" | sed -n 's/^affinity //p')
claim 'without snug the programs count the machine' run_programs glibc plain - none localhost/glibc

for libc in glibc musl; do
    for way in baked volume both both-etc; do
        [ $libc-$way != musl-both-etc ] || continue # musl does not read that file.
        set_way $libc $way
        for set in $(restriction_sets "$long${CI-}"); do
            claim "$libc, $way: 2 of 1.5 CPUs and 230 MiB $(restriction "$set" | xargs)" \
                run_programs $libc snug $way_command $set "${way_arguments[@]}"
        done
        planned_cpus=1 cpus=1
        claim "$libc, $way: 1 of 1 CPU" run_programs $libc snug $way_command runc \
            -e SNUG_CPU_MIN=1 "${way_arguments[@]}"
        planned_cpus=$machine_own cpus=1.5
    done
done
claim 'an init container of the image that holds only snug fills a volume' copy_as_init
set_way glibc copied
claim 'glibc, copied: 2 of 1.5 CPUs and 230 MiB' \
    run_programs glibc snug $way_command runc "${way_arguments[@]}"
claim 'a locked key does not listen, another does' lock_holds
finish
