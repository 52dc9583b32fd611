#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No data race in the cache: races.sh [PROGRAM], which was built for ThreadSanitizer.
set -eu
[ $# = 1 ] || { echo 'machine lacks the library of ThreadSanitizer'; exit 77; }
cycles=1500
[ -z "${SNUG_LONG-}" ] || cycles=40000

# Its shadow memory has a fixed place, which must not be taken at random by others.
fixed=
if setarch -R true 2> /dev/null; then fixed='setarch -R'; fi
for n_threads in 2 16; do
    TSAN_OPTIONS=halt_on_error=1 $fixed "$1" $n_threads $cycles
done
