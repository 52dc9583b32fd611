# SPDX-License-Identifier: LGPL-2.1-or-later
# A Go program under a limit, for the scripts that source this with `here` set: makes the cgroup
# `group` and the folder `work`. Skips where there is no Go, or no cgroup may be made. At the end the
# processes in `running` are killed, and the paths in `leftovers` go with the rest.

. "$here/../cgroup.sh"
[ -n "${SNUG_TEST_RESIZE-}" ] || command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
group=$(cgroup_open) || { echo 'machine lacks a cgroup that may be made'; exit 77; }
work=$(mktemp -d) running=() leftovers=()
clean_up() {
    local pid
    for pid in ${running[@]+"${running[@]}"}; do
        [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :
    done
    wait || :
    cgroup_close "$group"
    rm -rf "$work" ${leftovers[@]+"${leftovers[@]}"}
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# Builds the program `resize` there, with C code, and `static` without; where SNUG_TEST_RESIZE names
# one of a release and a way to link, that is `resize`.
build_resize() {
    if [ -n "${SNUG_TEST_RESIZE-}" ]; then
        cp "$SNUG_TEST_RESIZE" "$work/resize"
        return
    fi
    (cd "$here/../go/resize" && GOFLAGS= CGO_ENABLED=1 go build -tags own_c -o "$work/resize" . &&
        GOFLAGS= CGO_ENABLED=0 go build -o "$work/static" .)
}
