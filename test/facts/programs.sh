# SPDX-License-Identifier: LGPL-2.1-or-later
# What facts are looked at on, for the scripts that source this: programs in C about the kernel and
# the loader; programs of each Go release, linked in several ways, an object that watches them, and
# a trace of each. They lie in the folder $work, which the script sets.

facts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$facts/../go/toolchain.sh"
. "$facts/../go/cells.sh"

musl_loader=/lib/ld-musl-$(uname -m).so.1

# What a script that tries facts begins with: programs in C, and `fetcher`, a go that fetches
# releases. Needs setup.sh.
prepare_facts() {
    need build go matrix
    build_c
    fetcher=$(go_fetcher "$build/go/cache")
    build_shape "$fetcher"
    ulimit -c 0
}

# Whether one file is newer than another, or that one is missing.
is_older() { # FILE THAN…
    local file=$1 than
    shift
    [ -e "$file" ] || return 0
    for than; do [ ! "$than" -nt "$file" ] || return 0; done
    return 1
}

installed_release() {
    GOTOOLCHAIN=local go env GOVERSION | sed 's/^go\([^ ]*\).*/\1/'
}

has_musl() {
    command -v musl-gcc >/dev/null && [ -e "$musl_loader" ]
}

c_flags=(-O2 -U_FORTIFY_SOURCE -Wall -Wextra -std=gnu17 -D_GNU_SOURCE "-I$facts" -pthread)

# Prints the command that makes a file out of others, if one of them is newer.
making() { # OUTPUT COMMAND…
    local output=$1 word
    local sources=("$facts/fact.c" "$facts/fact.h" "$facts/programs.sh")
    shift
    for word; do [[ $word != *.c ]] || sources+=("$word"); done
    ! is_older "$output" "${sources[@]}" || echo "${*@Q} -o ${output@Q}"
}

# Runs the commands that it reads, several at once.
make_all() {
    xargs -P "$(nproc)" -d '\n' -I{} sh -c '{}'
}

# Static, so that it runs in a virtual machine too.
making_kernel() { # OUTPUT SOURCE
    making "$1" cc "${c_flags[@]}" -static "$2" "$facts/fact.c"
}

# With a library to name, which lies in the folder of the C library's programs, or where the program
# lies.
making_loader() { # FOLDER OUTPUT SOURCE COMPILER…
    making "$2" "${@:4}" "${c_flags[@]}" "$3" "$facts/fact.c" "$1/library.so" \
        "-Wl,--no-as-needed,-rpath,$1:\$ORIGIN" -ldl
}

build_kernel() { # FOLDER
    local name
    mkdir -p "$1"
    for name in $(fact_names kernel); do
        making_kernel "$1/$name" "$facts/kernel/$name.c"
    done | make_all
}

# Beside the programs a library, an object to preload, and the object that watches.
build_loader() { # FOLDER COMPILER…
    local name compiler=("${@:2}")
    mkdir -p "$1"
    {
        making "$1/watch.so" "${compiler[@]}" "${c_flags[@]}" -shared -fPIC "$facts/watch.c" -ldl
        for name in library preload; do
            making "$1/$name.so" "${compiler[@]}" "${c_flags[@]}" -shared -fPIC \
                "-DNAME=\"$name\"" "-Wl,-soname,$name.so" "$facts/speaker.c"
        done
    } | make_all
    for name in $(fact_names loader); do
        making_loader "$1" "$1/$name" "$facts/loader/$name.c" "${compiler[@]}"
    done | make_all
}

compiler_of() { # glibc | musl
    if [ "$1" = musl ]; then echo musl-gcc; else echo cc; fi
}

build_c() {
    build_kernel "$work/kernel"
    build_loader "$work/glibc" cc
    ! has_musl || build_loader "$work/musl" musl-gcc
}

# What stands in debugging information is read by the newest Go's own package for it.
build_shape() { # FETCHER
    ! is_older "$work/shape" "$facts/shape/main.go" ||
        (cd "$facts/shape" && GOENV=off GOFLAGS=-buildvcs=false GOTOOLCHAIN=local "$1" build \
            -o "$work/shape" .)
}

# Puts a module into $work/src: the program, and what it shares with the example.
compose() { # GO_LINE
    local src=$work/src/$1
    mkdir -p "$src"
    cp -p "$facts"/program/main.go "$facts"/../../examples/see/memory*.go "$src/"
    sed "s/^go .*/go $1/" "$facts/program/go.mod" >"$src/go.mod"
}

build_way() { # GOROOT DIR WAY GO_LINE C_COMPILER GO_FLAG…
    local goroot=$1 out=$2/$3 src=$work/src/$4 compiler=$5 cgo=1
    shift 5
    [ "$compiler" != none ] || cgo=0 compiler=cc
    ! is_older "$out" "$src/main.go" "$facts/programs.sh" "$goroot/VERSION" ||
        (cd "$src" && CC=$compiler CGO_ENABLED=$cgo go_release "$goroot" build "$@" -o "$out" .)
}

# The ways to link that facts differ in. "newer" is a module that asks for Go 1.25.
build_release() { # GOROOT RELEASE
    local dir=$work/$2
    mkdir -p "$dir"
    compose 1.17
    compose 1.25
    build_way "$1" "$dir" internal 1.17 cc -ldflags=-linkmode=internal &&
        build_way "$1" "$dir" external 1.17 cc '-ldflags=-linkmode=external -w' &&
        build_way "$1" "$dir" pie 1.17 cc -buildmode=pie -ldflags=-w &&
        build_way "$1" "$dir" stripped 1.17 cc '-ldflags=-linkmode=internal -s -w -buildid=' &&
        build_way "$1" "$dir" nocgo 1.17 none -buildmode=pie -ldflags=-w || return
    if has_musl; then
        build_way "$1" "$dir" musl 1.17 musl-gcc \
            "-ldflags=-linkmode=internal -w -I $musl_loader" || return
    fi
    [ "$(minor "$2")" -lt 25 ] || build_way "$1" "$dir" newer 1.25 cc -ldflags=-linkmode=internal
}

# One run of each way, with all system calls and what passes through libc, where one may trace; and
# what the debugging information says.
trace_release() { # RELEASE
    local way object
    "$work/shape" "$work/$1/internal" runtime.moduledata runtime.gcControllerState >"$work/$1/shape"
    strace -o /dev/null true 2>/dev/null || return 0
    for way in internal external pie musl newer; do
        object=$work/glibc/watch.so
        [ $way != musl ] || object=$work/musl/watch.so
        [ ! -e "$work/$1/$way" ] ||
            strace -f -qq -s 200 -o "$work/$1/$way.trace" -E LD_PRELOAD="$object" "$work/$1/$way" \
                see grow shrink >"$work/$1/$way.seen" || return
    done
}

# What the first lines of a program say behind a word, in one line and without the stop.
head_of() { # FILE WORD
    awk -v word="$2: " '
        { sub(/ *("""|\*\/)$/, ""); sub(/^(\/\*| \*|""")/, ""); sub(/^ */, "") }
        index($0, word) == 1 { found = 1; sub(word, "") }
        found && (/^$/ || /^[A-Z][a-z ]*: / || /^(import|from|#include) /) { exit }
        found { text = text (text == "" ? "" : " ") $0 }
        END { sub(/\.$/, "", text); print text }' "$1"
}

fact_names() { # ROOM
    ls "$facts/$1" | sed 's/\..*//' | LC_ALL=C sort
}

# The file that is started for a fact.
fact_program() { # ROOM NAME SUBJECT
    case $1 in
    kernel) echo "$work/kernel/$2" ;;
    loader) echo "$work/$3/$2" ;;
    go) echo "$facts/go/$2.py" ;;
    esac
}

# Runs one.
try() { # ROOM SUBJECT PROGRAM
    local release=${2#go}
    case $1 in
    kernel) set -- "$3" ;;
    loader) set -- env FACTS_LIBC="$2" FACTS_OBJECTS="$work/$2" "$3" ;;
    go)
        set -- env PYTHONPATH="$facts" PYTHONDONTWRITEBYTECODE=1 FACTS_PROGRAMS="$work/$release" \
            FACTS_MINOR="$(minor "$release")" python3 "$3"
        ;;
    esac
    timeout 3600 "$@" </dev/null
}
