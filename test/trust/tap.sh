# SPDX-License-Identifier: LGPL-2.1-or-later
# For the scripts of this directory, which source this: arguments, a directory to work in,
# TAP. They end with `finish`.
#
#   SCRIPT [--long] BUILD

here=$(cd "$(dirname "$0")" && pwd)
long=
if [ "${1-}" = --long ]; then
    long=1
    shift
fi
build=$(cd "${1:?build directory}" && pwd)
object=$build/lib/libsnug.so
bin=$build/go/bin list=$build/go/list
newest=$(awk '{ print $1 }' "$list" | sort -uV | tail -n 1) # Go's release.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
n_tests=0

# Prints one line of TAP, and what is in $work/why if the test failed.
result() { # STATUS LABEL
    n_tests=$((n_tests + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n_tests - $2"
    else
        echo "not ok $n_tests - $2"
        sed 's/^/# /' "$work/why"
    fi
}

skip() { # LABEL WHY
    n_tests=$((n_tests + 1))
    echo "ok $n_tests - $1 # SKIP $2"
}

# A script that has tried nothing has failed.
finish() {
    [ $n_tests != 0 ] || { echo 'there was nothing to try' >"$work/why" && result 1 something; }
    echo "1..$n_tests"
}
