#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run`: what the program gets, and what becomes of programs that cannot be started.
# The programs started end with status 3. Counts and sizes are given as keys, so that no
# limit of this machine matters; only where CPUs are counted two of them are needed.
#
#   run.sh SNUG OBJECT DYNAMIC STATIC STATIC_GO
. "$(dirname "$0")/expect.sh"
dynamic=$(realpath "$3") static=$(realpath "$4") static_go=$(realpath "$5")
mkdir "$work/bin"
cp "$1" "$2" "$work/bin"
snug=$work/bin/snug object=$work/bin/libsnug.so
umask 022
n_cpus=$(nproc)

dynamic_programs() {
    try 3 "$snug" run -- "$dynamic" 'one argument' two
    is_calm
    prints_line "argument $dynamic"
    prints_line 'argument one argument'
    prints_line 'argument two'
    prints_line "LD_PRELOAD=$object"
    prints_line "CPUs $n_cpus"
    prints_no SNUG_SET

    # The program's name stays what was typed; no dashes are needed.
    try 3 env PATH="$(dirname "$dynamic")" "$snug" run "$(basename "$dynamic")"
    prints_line "argument $(basename "$dynamic")"
}

# Other objects stay; another copy of ours goes. The second object is one that exists, or
# the loader would complain.
other_objects() {
    cp "$object" "$work/other.so"
    cp "$object" "$work/libsnug.so"
    try 3 env LD_PRELOAD="$work/other.so $work/libsnug.so" "$snug" run "$dynamic"
    prints_line "LD_PRELOAD=$object:$work/other.so"
    try 3 "$snug" run "$snug" run "$dynamic"
    prints_line "LD_PRELOAD=$object"
}

policy_is_handed_on() {
    echo 'cpu.min = 1' >"$work/snug.conf"
    cd "$work"
    try 3 "$snug" run --policy snug.conf --cpu.round=down --memory.limit=1G -- "$dynamic"
    is_calm
    prints_line "SNUG_POLICY=$work/snug.conf"
    prints_line SNUG_CPU_ROUND=down
    prints_line SNUG_MEMORY_LIMIT=1G

    # A bad value does not hide a good one.
    try 3 env SNUG_CPU_ROUND=down "$snug" run --cpu.round=sideways -- "$dynamic"
    complains 'sideways'
    prints_line SNUG_CPU_ROUND=down
    try 3 "$snug" run --cpu.rond=up -- "$dynamic"
    complains 'cpu.round'
    printf 'lock = cpu.*\n' >"$work/snug.conf"
    try 3 "$snug" run --policy "$work/snug.conf" --cpu.round=down -- "$dynamic"
    complains 'cpu.round'
    prints_no SNUG_CPU_ROUND
    try 3 "$snug" run --policy "$work/missing" -- "$dynamic"
    complains "$work/missing"
}

# Of a static program, only one that is known as Go gets variables.
static_programs() {
    try 3 "$snug" run --memory.limit=100M -- "$static"
    prints_no GOMEMLIMIT
    prints_no SNUG_SET

    try 3 "$snug" run --cpu.count=off --memory.limit=100M --memory.gogc=70 -- "$static_go"
    is_calm
    prints_line GOMEMLIMIT=104857600
    prints_line GOGC=70
    prints_line 'SNUG_SET=GOMEMLIMIT=104857600 GOGC=70'
    prints_no GOMAXPROCS

    try 3 env GOMEMLIMIT=5GiB "$snug" run --cpu.count=off --memory.limit=100M -- "$static_go"
    prints_line GOMEMLIMIT=5GiB
    prints_no SNUG_SET

    # What an ancestor's snug had set is not the user's.
    try 3 env GOMEMLIMIT=7 GOGC=9 SNUG_SET='GOMEMLIMIT=7 GOGC=9' "$snug" run \
        --cpu.count=off --memory.limit=100M -- "$static_go"
    prints_line GOMEMLIMIT=104857600
    prints_line SNUG_SET=GOMEMLIMIT=104857600
    prints_no GOGC
}

counting_cpus() {
    if [ "$n_cpus" -lt 2 ]; then
        echo 'one CPU only: counting is not tested'
        return
    fi
    # Where its start cannot be traced, a variable says it: see trace.sh.
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["ptrace"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}' >"$work/profile"
    try 3 "$snug" run --seccomp "$work/profile" -- "$snug" run --cpu.count=1 \
        --memory.limit=off -- "$static_go"
    is_calm
    prints_line GOMAXPROCS=1
    prints_line SNUG_SET=GOMAXPROCS=1
    prints_line "CPUs $n_cpus"
    try 3 env GOMAXPROCS=5 "$snug" run --cpu.count=1 --memory.limit=off -- "$static_go"
    prints_line GOMAXPROCS=5
    prints_no SNUG_SET

    try 3 "$snug" run --pin --cpu.count=1 -- "$static_go"
    is_calm
    prints_line 'CPUs 1'
    try 3 "$snug" run --pin --cpu.count=1 --scope=all -- "$dynamic"
    is_calm
    prints_line 'CPUs 1'
    try 3 "$snug" run --pin --cpu.count=1 -- "$dynamic"
    complains '--pin has nothing to do: the program is not a Go program'
    prints_line "CPUs $n_cpus"
}

switched_off() {
    try 3 env SNUG=off "$snug" run --pin --memory.limit=100M --cpu.round=up -- "$static_go"
    is_calm
    prints_no GOMEMLIMIT
    prints_no LD_PRELOAD
    prints_no SNUG_CPU_ROUND
    prints_line "CPUs $n_cpus"
}

not_started() {
    try 127 "$snug" run -- no-such-program
    complains 'snug: no-such-program: No such file or directory'
    try 127 "$snug" run -- "$work/no-such-program"
    try 127 "$snug" run -- ''
    : >"$work/plain"
    try 126 "$snug" run -- "$work/plain"
    complains 'Permission denied'
    try 126 "$snug" run -- "$work"
}

privileged_programs() {
    if [ "$(id -u)" != 0 ]; then
        echo 'not root: a set-user-id program cannot be made'
        return
    fi
    cp "$dynamic" "$work/privileged"
    chown 65534 "$work/privileged"
    chmod 4755 "$work/privileged"
    chmod 755 "$work" "$work/bin"
    try 3 "$snug" run -- "$work/privileged"
    complains 'the loader ignores LD_PRELOAD, and snug does nothing in it'
    prints_no GOMEMLIMIT
    # Of a Go program the variables are set, and its start is not traced: that would take from it
    # what it is given.
    cp "$static_go" "$work/privileged"
    chown 65534 "$work/privileged"
    chmod 4755 "$work/privileged"
    try 3 "$snug" run --cpu.count=1 --memory.limit=100M -- "$work/privileged"
    complains 'and snug sets variables only'
    prints_line GOMEMLIMIT=104857600
    [ "$n_cpus" -lt 2 ] || prints_line GOMAXPROCS=1
    try 0 "$snug" explain --json -- "$work/privileged"
    prints 'the loader ignores LD_PRELOAD'
}

# The interpreter of a script gets the object.
scripts() {
    printf '#!/bin/sh\necho "LD_PRELOAD=$LD_PRELOAD $*"\n' >"$work/script"
    chmod +x "$work/script"
    try 0 "$snug" run -- "$work/script" a b
    prints_line "LD_PRELOAD=$object a b"
    # A file of no known format is a script too, as for env(1).
    echo 'echo "$# arguments"' >"$work/script"
    try 0 "$snug" run -- "$work/script" a b
    prints_line '2 arguments'
}

# What libsnug(7) says of programs that are not of this word size: the loader says a line, starts
# the program, and says nothing where $LIB leads to an object that suits.
other_word_size() {
    if [ ! -e /lib/ld-linux.so.2 ] || ! printf '%s\n' 'void _start(void) {
        __asm__("mov $1, %eax; mov $3, %ebx; int $0x80"); }' >"$work/small.c" ||
        ! cc -m32 -O1 -fpie -pie -nostdlib -Wl,--dynamic-linker=/lib/ld-linux.so.2 \
            -o "$work/small" "$work/small.c" 2>/dev/null ||
        [ "$("$work/small" 2>/dev/null; echo $?)" != 3 ]; then # The kernel may lack them too.
        echo 'no 32-bit programs here: they are not tested'
        return
    fi
    try 3 "$snug" run -- "$work/small"
    complains 'wrong ELF class: ELFCLASS64): ignored'

    mkdir -p "$work/by/lib32" "$work/by/lib/i386-linux-gnu"
    : | cc -m32 -shared -nostdlib -x c -o "$work/by/lib32/libsnug.so" -
    cp "$work/by/lib32/libsnug.so" "$work/by/lib/i386-linux-gnu"
    try 3 env LD_PRELOAD="$work/by/\$LIB/libsnug.so" "$work/small"
    is_calm
}

# The command without its object beside it: dynamic programs are refused, static ones need
# none.
without_object() {
    mkdir "$work/alone"
    cp "$snug" "$work/alone/snug"
    if [ -e "$("$work/alone/snug" run -- "$dynamic" 2>/dev/null | sed -n 's/^LD_PRELOAD=//p')" ]; then
        echo 'an object is installed: a missing one is not tested'
        return
    fi
    try 125 "$work/alone/snug" run -- "$dynamic"
    complains 'libsnug.so is not beside snug, in ../lib or in '
    try 3 "$work/alone/snug" run --memory.limit=100M -- "$static_go"
    prints_line GOMEMLIMIT=104857600
    prints_no LD_PRELOAD

    mkdir "$work/two words"
    cp "$snug" "$object" "$work/two words"
    try 125 "$work/two words/snug" run -- "$dynamic"
    complains 'LD_PRELOAD cannot hold a path with a space or a colon'
}

dynamic_programs
other_objects
policy_is_handed_on
static_programs
counting_cpus
switched_off
not_started
privileged_programs
scripts
other_word_size
without_object
end
