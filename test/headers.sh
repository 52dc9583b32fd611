#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every header of include/snug compiles alone, says what it is for, and is read once.
#
#   headers.sh SOURCE_ROOT CC…
set -eu
cd "$1"
shift

compile() { # HEADER CC…
    header=$1
    shift
    echo "#include \"${header#include/}\"" |
        "$@" -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c - 2>&1
}

check_all() { # CC…
    for header in $(find include/snug -name '*.h' | LC_ALL=C sort); do
        [ "$(sed -n 1p "$header")" = '/* SPDX-License-Identifier: LGPL-2.1-or-later' ] ||
            echo "$header: the licence tag does not stand in its first line"
        sed -n 2p "$header" | grep -q '^ \* [^ ]' ||
            echo "$header: its second line does not say what it is for"
        [ "$(grep -cx '#pragma once' "$header")" = 1 ] ||
            echo "$header: it has no #pragma once, or several"
        compile "$header" "$@" || echo "$header: it does not compile alone"
    done
}

complaints=$(check_all "$@")
[ -z "$complaints" ] || { echo "$complaints" && exit 1; }
