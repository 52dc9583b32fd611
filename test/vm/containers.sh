# SPDX-License-Identifier: LGPL-2.1-or-later
# The files of the containers that runc starts in the virtual machine, for "run", which sources this
# and sets tree, build and work.
. "$here/../go/cells.sh"
. "$here/../containers/bases.sh"

make_containers() {
    local libc way command bin=$build/go/bin list=$build/go/list newest
    newest=$(awk '{ print $1 }' "$list" | sort -uV | tail -n 1)
    put "$tree" "$(command -v runc)"
    cp "$here/contain" "$tree/bin/"
    mkdir "$tree/containers" "$work/bases"
    cd "$work/bases"
    make_release
    make_roots
    "$examples/layout.py" snug.tar release.tar.gz >&2
    for libc in glibc musl; do
        "$examples/layout.py" --base $image_arch=$libc.tar $libc-baked.tar release.tar.gz >&2
        for way in baked volume both; do
            command=/snug/snug
            [ $way != baked ] || command=snug
            script $libc snug $command >programs/$libc-$way.sh
        done
    done
    "$here/bundles.py" "$tree/containers" "$here/docker.json" snug.tar {glibc=glibc,musl=musl}-baked.tar
    mv programs "$tree/containers/"
    cd - >/dev/null
}
