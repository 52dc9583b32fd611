#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ordinary programs behave as without snug: output, standard error, exit code and the files
# that they write. Each row of `programs` runs twice plainly, which tells what does not vary
# by itself, then with scope = go, with scope = all, and with all that shows one CPU and the
# limit to C code. What is missing is installed first; with --long all rows run.
#
#   corpus.sh [--with both|jemalloc|loader] [--long] BUILD [LABEL]
#
# --with runs them in another way: with a second copy of the object before the first, beside
# jemalloc, or with each row's program started by the loader by hand. test/run --long does.
set -euo pipefail
way=
if [ "${1-}" = --with ]; then
    way=$2
    shift 2
fi
. "$(dirname "$0")/tap.sh"
only=${2-}
case $(uname -m) in
x86_64) triplet=x86_64-linux-gnu ;;
*) triplet=$(uname -m)-linux-gnu ;;
esac
go_program=$bin/$newest-external
path=/usr/sbin:/usr/bin:/sbin:/bin
! command -v go >/dev/null || path=$path:$(dirname "$(command -v go)")

# Debian numbers the package by the library's version.
package_of() { # PACKAGE
    case $1 in
    mimalloc) apt-cache pkgnames libmimalloc | grep -x 'libmimalloc[0-9.]*' | sort -V | tail -n 1 ;;
    *) echo "$1" ;;
    esac
}

has_package() { # PACKAGE
    [[ $(apt-cache policy "$1" 2>/dev/null) == *'Candidate: '[0-9]* ]]
}

# Calls a function for each row that runs, with what the row says in variables.
each_row() { # FUNCTION
    local label package marks command
    while IFS=$'\x1f' read -r label package marks command; do
        marks=" $marks "
        [ -z "$only" ] || [ "$only" = "$label" ] || continue
        [ -n "$long$only" ] || [[ $marks != *" slow "* ]] || continue
        "$1" </dev/null
    done < <(grep '^[^#]' "$here/programs" | sed 's/ *| */\x1f/; s/ *| */\x1f/; s/ *| */\x1f/')
}

# Whether the row's program is there, and the library that is preloaded beside snug, if it
# names one: the newest of that name.
is_here() {
    local name=${package##*:}
    library=
    [ "$name" = go_program ] || PATH=$path command -v "$name" >/dev/null || return 1
    name=$(grep -o '[^ ]*\.so[^ ]*' <<<"$marks") || return 0
    library=$(ls /usr/lib/$triplet/$name* /usr/lib/$triplet/faketime/$name* 2>/dev/null |
        tail -n 1) || true
    [ -n "$library" ]
}

name_missing() {
    is_here || [[ -z $long${CI-} && $marks == *" found "* ]] || package_of "${package%%:*}"
}

# In one go, and no service is started. What this system does not have stays out.
install_missing() (
    policy=/usr/sbin/policy-rc.d
    names=$(each_row name_missing | sort -u)
    [ -n "$names" ] || return 0
    . "$here/../setup.sh"
    apt_update 2>"$work/apt" || true
    names=$(for name in $names; do ! has_package "$name" || echo "$name"; done)
    if [ ! -e $policy ]; then
        trap 'as_root rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$work/policy"
        as_root install -m 755 "$work/policy" $policy
    fi
    apt_install $names 2>"$work/apt" || sed 's/^/# /' "$work/apt" | tail -n 5
)

# Runs the command in a directory that has the same name each time, and keeps what came of
# it under another name.
run() { # NAME PRELOAD VARIABLE…
    local name=$1 preload=$2 status=0 dir=$work/here
    shift 2
    rm -rf "$dir" "$work/$name"
    mkdir "$dir" "$work/$name"
    (
        cd "$dir"
        env -i PATH=$path HOME="$dir" LC_ALL=C.UTF-8 TZ=UTC TMPDIR="$dir" \
            go_program="$go_program" timeout -k 5 1800 env ${preload:+LD_PRELOAD="$preload"} "$@" \
            bash -c 'by_hand=$3
                     go_program() { $by_hand "$go_program" | grep -v GOMEMLIMIT; }
                     [ -z "$3" ] || [ "$2" = go_program ] || eval "$2() { $3 $(type -P "$2") \"\$@\"; }"
                     . "$0/servers"; eval "$1"' "$here" "$command" "${package##*:}" "$by_hand"
    ) >"$work/$name/out" 2>"$work/$name/err" </dev/null || status=$?
    echo "exit code $status" >>"$work/$name/out"
    (cd "$dir" && list_files) >"$work/$name/files"
    if [[ $marks == *" pids "* ]]; then
        sed -i -E 's/\b(0x)?[0-9a-f]{3,}\b/N/g' "$work/$name/out" "$work/$name/err"
    fi
    if [[ $marks == *" times "* ]]; then
        sed -i -E 's/[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9:]{8}Z?/TIME/g' "$work/$name/err"
    fi
    # bash numbers its lines and its jobs alike, but names a killed child by its process id.
    sed -i -E 's/^(bash|.*: line [0-9]+): +[0-9]+ (Killed|Terminated|Aborted)/\1: N \2/' \
        "$work/$name/err"
    rm -rf "$dir"
}

list_files() {
    if [[ $marks == *" files "* ]]; then
        find . -maxdepth 2 -printf '%P %y %m\n' | LC_ALL=C sort
    else
        find . -printf '%P %y %m %l\n' | LC_ALL=C sort
        find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r md5sum
    fi
}

same() { # NAME NAME
    diff -r "$work/$1" "$work/$2" >"$work/why" 2>&1
}

# Sets what stands before snug in LD_PRELOAD, and what behind.
check_order() { # LABEL PLAIN FIRST SECOND
    local label=$1 first=$3 second=$4 status=0 tries
    # What differs once in a while by itself is tried again before anything is said.
    for tries in 1 2 3; do
        run plain "$2"
        run again "$2"
        if ! same plain again || grep -q '^exit code 124$' "$work/plain/out"; then
            status=2
            continue
        fi
        status=0
        run go "$first$object$second" SNUG_SCOPE=go
        same plain go || status=1
        run all "$first$object$second" SNUG_SCOPE=all
        [ $status != 0 ] || same plain all || status=1
        if [[ $marks != *" cpus "* ]]; then
            run one "$first$object$second" SNUG_SCOPE=all SNUG_CPU_COUNT=1 \
                SNUG_MEMORY_PRESENT=on SNUG_THREADS_WARN=100000 SNUG_PRCTL_THP=own
            [ $status != 0 ] || same plain one || status=1
        fi
        [ $status != 0 ] || break
    done
    [ $status != 2 ] || label="$label (it varies by itself)"
    result $status "$label"
}

# The loader that the row's program names; nothing for a script or a static program.
loader_of() {
    local file
    file=$(PATH=$path type -P "${package##*:}") || file=$go_program
    readelf -lW "$file" 2>/dev/null | sed -n 's/.*interpreter: \(.*\)\]/\1/p'
}

check_row() {
    if ! is_here; then
        if has_package "$(package_of "${package%%:*}")"; then
            absent="$absent${absent:+, }$label"
        else
            unknown="$unknown${unknown:+, }$label"
        fi
    elif [ "$way" = jemalloc ]; then
        # AddressSanitizer has an allocator of its own.
        [ -n "$library" ] || [[ $command == *-fsanitize=address* ]] ||
            check_order "$label, beside jemalloc" "$jemalloc" '' ":$jemalloc"
    elif [ "$way" = both ]; then
        check_order "$label, two copies" "$library" "$work/copy.so:" "${library:+:$library}"
    elif [ "$way" = loader ]; then
        by_hand=$(loader_of)
        # What serves is ended by its number, which here is a shell's.
        [ -z "$by_hand" ] || [[ $command == *serve_* || $command == *' & '* ]] ||
            check_order "$label, by the loader" "$library" '' "${library:+:$library}"
    elif [ -n "$library" ]; then
        check_order "$label, behind snug" "$library" '' ":$library"
        check_order "$label, before snug" "$library" "$library:" ''
    else
        check_order "$label" '' '' ''
    fi
}

# A row's program is given to the loader, be it one of Debian's or the Go program.
check_by_hand() {
    local label=by-hand marks= by_hand='echo handed' library= status=0 package command
    for package in coreutils:nproc coreutils:go_program; do
        command=${package#*:}
        run by-hand '' PATH=$path
        cp "$work/by-hand/out" "$work/why"
        grep -q '^handed /' "$work/why" || status=1
    done
    result $status 'a program is started by what is to start it'
}

# A program with the shared AddressSanitizer refuses any preloaded object, as libsnug(7) says.
check_sanitizer() {
    local status=0
    echo 'int main(void) { return 0; }' >"$work/a.c"
    gcc -fsanitize=address -o "$work/a" "$work/a.c" || return 0
    LD_PRELOAD=$object "$work/a" >"$work/why" 2>&1 || status=$?
    [ $status != 0 ] && grep -q 'does not come first' "$work/why" || status=0
    ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$object "$work/a" >>"$work/why" 2>&1 ||
        status=0
    result $((status == 0)) 'AddressSanitizer starts with verify_asan_link_order=0 only'
}

absent= unknown= by_hand=
cp "$object" "$work/copy.so"
[ -n "$only" ] || install_missing
jemalloc=$(ls /usr/lib/$triplet/libjemalloc.so.2 2>/dev/null) || [ "$way" != jemalloc ] || {
    skip 'all, beside jemalloc' 'machine lacks libjemalloc2'
    finish
    exit
}
[ "$way" != loader ] || check_by_hand
each_row check_row
[ -z "$absent" ] || skip 'programs that are not installed' "$absent"
[ -z "$unknown" ] || skip 'programs without a package' "machine lacks packages for $unknown"
[ -n "$only" ] || check_sanitizer
finish
