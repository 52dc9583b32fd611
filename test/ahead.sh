# SPDX-License-Identifier: LGPL-2.1-or-later
# For test/run, which sources this: what later suites start is built while earlier ones wait, each
# part once, one after another. What a part needs is installed before any is made. What make_PART
# prints is in build/ahead/PART.log, and how it ended in build/ahead/PART.

ahead=$build/ahead ahead_pid=

# The parts that SUITES need, in their order.
parts_of() { # SUITE…
    local suite found=
    for suite; do
        case $suite in
        sanitize | fuzz | arm64 | release) found="$found $suite" ;;
        go | trust | containers | places | vm) [[ $found = *matrix* ]] || found="$found matrix" ;;
        esac
    done
    echo $found
}

begin_ahead() { # SUITE…
    local part installed=
    rm -rf "$ahead" && mkdir -p "$ahead"
    for part in $(parts_of "$@"); do
        if "install_$part"; then installed="$installed $part"; else echo 1 >"$ahead/$part"; fi
    done
    for part in $installed; do
        local status=0
        "make_$part" >"$ahead/$part.log" 2>&1 || status=$?
        echo $status >"$ahead/$part.new"
        mv "$ahead/$part.new" "$ahead/$part"
    done &
    ahead_pid=$!
}

# Waits for the part. Returns how its making ended; shows what it said if it failed. 77: the machine
# lacks what it is made with.
built() { # PART
    local status
    until [ -e "$ahead/$1" ]; do
        if ! kill -0 $ahead_pid 2>/dev/null && ! [ -e "$ahead/$1" ]; then
            echo "    it stopped before its end"
            return 1
        fi
        sleep 0.2
    done
    status=$(cat "$ahead/$1")
    # What could not be installed has said so, and has no log.
    case $status in 0 | 77) ;; *) [ ! -e "$ahead/$1.log" ] || sed 's/^/    /' "$ahead/$1.log" ;; esac
    return "$status"
}

# Scripts use the system's Go. One before 1.21, as Debian 12 has, makes way for a newer one: what is
# claimed of a program does not all hold for those that it makes. They are in the suite go.
use_newer_go() {
    local fetcher
    fetcher=$(. "$here/go/toolchain.sh" && go_fetcher "$build/go/cache") || return
    export PATH=${fetcher%/*}:$PATH
}

install_sanitize() {
    :
}

make_sanitize() {
    build_in "$top/build-sanitize" -Db_sanitize=address,undefined -Db_lundef=false \
        "${meson_options[@]}"
}

# Whether clang has libFuzzer and the sanitizers' libraries: not all packages of it do.
has_fuzzer() {
    local program status=0
    program=$(mktemp)
    echo 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return b && n > 9; }' |
        clang -x c -fsanitize=fuzzer,address,undefined -o "$program" - >/dev/null 2>&1 || status=1
    rm -f "$program"
    return $status
}

# Debian has the libraries in a package of their own, named for the release of clang.
install_fuzz() {
    need fuzz || return
    has_fuzzer || apt_install "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev" 2>/dev/null || true
}

make_fuzz() {
    ! has_fuzzer || CC=clang build_in "$top/build-fuzz" -Db_sanitize=address,undefined \
        -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
}

# The programs that go, trust, containers, places and vm start.
install_matrix() {
    need go matrix && use_newer_go
}

make_matrix() {
    "$here/go/build.sh" $long "$build/go"
}

install_arm64() {
    [ "$(uname -m)" = x86_64 ] || return 0
    need go matrix arm64 && use_newer_go
}

make_arm64() {
    local dir=$top/build-arm64
    [ "$(uname -m)" = x86_64 ] || return 77
    "$here/arm64/sysroot.sh" "$dir/files" &&
        build_in "$dir" --cross-file "$dir/files/cross.ini" "${meson_options[@]}" &&
        "$here/go/build.sh" $long --arm64 "$dir/files" "$dir/go"
}

install_release() {
    need release && { [ "$(uname -m)" != x86_64 ] || need arm64; }
}

make_release() {
    "$here/release/run" "$build/release"
}
