#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `snug explain` and `snug run` say of programs that the object does not come into, or that
# show only when they run: it must be what happens.
#
#   programs.sh SNUG DYNAMIC DYNAMIC_GO STATIC STATIC_GO GCCGO
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/../public.sh"
snug=$(realpath "$1") dynamic=$(realpath "$2") dynamic_go=$(realpath "$3")
static=$(realpath "$4") static_go=$(realpath "$5") gccgo=$(realpath "$6")

explain() { # ARGUMENT…
    try 0 "$snug" explain --cpu.count=1 --memory.limit=200M "$@"
    tr -s '\n ' ' ' <"$work/out" >"$work/line"
    mv "$work/line" "$work/out"
}

put_byte() { # FILE OFFSET OCTAL
    printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

a_script_is_its_interpreter() {
    printf '#! %s an-argument\necho\n' "$dynamic_go" >"$work/script"
    printf '#!%s\n' "$work/script" >"$work/outer"
    chmod +x "$work/script" "$work/outer"
    for script in script outer; do
        explain -- "$work/$script"
        prints "program $dynamic_go: Go program, go1.22.12"
        prints '; it runs the script '
        prints 'GOMEMLIMIT 209715200 bytes'
    done
    printf '#!/bin/sh\n' >"$work/script"
    explain -- "$work/script"
    prints "not a Go program; it runs the script $work/script"
    printf '#!/no/such/interpreter\n' >"$work/script"
    try 127 "$snug" explain -- "$work/script"
    printf '#!%s\n' "$work/outer" >"$work/script"
    try 126 "$snug" explain -- "$work/script"
}

# What a tree says of this machine's files is not looked at.
a_tree_leads_nowhere_else() {
    mkdir -p "$work/tree/bin"
    printf '#!%s\n' "$dynamic_go" >"$work/tree/bin/script"
    explain --root "$work/tree" -- /bin/script
    prints '/bin/script: not a Go program'
    cp "$dynamic_go" "$work/tree/bin/interpreter"
    printf '#!/bin/interpreter\n' >"$work/tree/bin/script"
    explain --root "$work/tree" -- /bin/script
    prints 'program /bin/interpreter: Go program, go1.22.12'
}

# As UPX leaves them: two segments, no section headers, nothing that a loader would look at.
a_packed_program_shows_when_it_runs() {
    cp "$static" "$work/packed"
    for at in 40 41 42 58 60 62; do put_byte "$work/packed" $at 0; done
    explain -- "$work/packed"
    prints "$work/packed: packed"
    prints 'The program is packed, so what it holds shows only when it runs.'
    prints 'GOMEMLIMIT 209715200 bytes'
    prints_no 'nothing is changed'
    explain --scope=all -- "$work/packed"
    prints 'The program is packed'
    explain --json -- "$work/packed"
    prints '"is_open": true'
    prints '"is_packed": true'
    prints '"is_go": false'
    try 3 "$snug" run -- "$work/packed"
    is_calm
    "$snug" doctor -- "$work/packed" >"$work/out" || :
    prints 'the program is packed: what it holds shows when it runs'
    # Stripped of its section headers, a Go program is one still.
    cp "$static_go" "$work/stripped"
    for at in 40 41 42 58 60 62; do put_byte "$work/stripped" $at 0; done
    explain -- "$work/stripped"
    prints 'Go program, go1.22.12, static'
}

other_machines_programs_are_left_alone() {
    cp "$dynamic_go" "$work/other"
    put_byte "$work/other" 4 1 # ELFCLASS32
    explain -- "$work/other"
    prints 'not a program of 64 bits for this machine'
    prints 'nothing is changed: the program is not one of 64 bits for this machine'
    case $(uname -m) in x86_64) machine=267 ;; *) machine=76 ;; esac
    cp "$dynamic_go" "$work/other"
    put_byte "$work/other" 18 $machine
    explain --scope=all -- "$work/other"
    prints 'nothing is changed: the program is not one of 64 bits for this machine'
}

c_code_may_be_left_to_count_itself() {
    explain -- "$dynamic_go"
    prints_no 'CPUs for C'
    explain --cpu.present=off -- "$dynamic_go"
    prints 'CPUs for C all that are allowed: cpu.present = off'
}

what_is_static_is_not_reached() {
    explain --memory.present=on --prctl.thp=own --seccomp.guard=audit -- "$static_go"
    prints 'GOMEMLIMIT 209715200 bytes'
    prints 'The program is static, so libsnug.so cannot come into it: only snug run does what stands here.'
    prints "memory for C the machine's: the program is static"
    prints_no 'huge pages'
    prints_no 'seccomp filters'
    prints_no 'children'
    explain -- "$static"
    prints 'nothing is changed: the program is not a Go program'
    prints_no 'Notes'
    explain --scope=all -- "$static"
    prints 'of this plan snug run --pin does the CPUs, and nothing does the rest.'
    explain --child.pdeathsig=TERM -- "$static_go"
    prints 'children no signal: the program is static'
}

nobody_knows_what_a_static_c_program_calls() {
    profile=$work/profile
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}' >"$profile"
    explain --seccomp "$profile" -- "$static"
    prints 'refuses unknown: nobody knows the needs of a static program that is not Go'
    explain --seccomp "$profile" -- "$static_go"
    prints 'refuses none of the calls that this Go release needs'
    explain --seccomp "$profile" -- "$dynamic"
    prints 'refuses none of the calls that libc and snug need'
    explain --seccomp "$profile" -- "$work/packed"
    prints 'refuses none of the calls that a Go program, libc and snug need'
}

gccgo_is_go_of_another_kind() {
    explain -- "$gccgo"
    prints "$gccgo: Go program, built with gccgo"
    prints 'GOMAXPROCS 1: the Go runtime would count otherwise'
    prints "GOMEMLIMIT left alone: gccgo's runtime is not the one that snug knows"
    prints 'only snug run sets GOMAXPROCS'
    explain --scope=all -- "$gccgo"
    prints 'CPUs 1 '
    prints "GOMAXPROCS left alone: gccgo's runtime is not the one that snug knows"
    prints_no 'not a Go program'
    explain -- "$dynamic"
    prints 'nothing is changed: the program is not a Go program'
}

# As somebody else than the owner.
other_users() {
    cp "$dynamic_go" "$public/unreadable"
    cp "$dynamic_go" "$public/privileged"
    chmod 711 "$public/unreadable"
    chmod 4755 "$public/privileged"
    try 0 as_other_user "$public/snug" explain -- "$public/unreadable"
    prints 'snug            decided when it runs: the program cannot be read from here'
    try 0 as_other_user "$public/snug" explain --memory.limit=200M -- "$public/privileged"
    prints 'start window    no: the program is set-user-id or has capabilities of its own'
    prints 'GOMEMLIMIT      209715200 bytes (200 MiB): memory.limit is a size'
    prints 'follow          no: the program is set-user-id or has capabilities of its own'
    try 0 "$public/snug" explain -- "$public/privileged"
    prints_no 'set-user-id'
    # Where no privileges may be gained, the bit is nothing.
    try 0 as_other_user setpriv --no-new-privs "$public/snug" explain -- "$public/privileged"
    prints_no 'set-user-id'
    beside sleep 9999
    try 0 as_other_user "$public/snug" explain --pid $running
    prints '  variables       unknown'
    prints 'snug            decided when it runs: the program cannot be read from here'
    try 0 "$snug" explain --pid $running --scope=all
    prints 'No libsnug.so is mapped in this process'
    end_beside
}

# A user who is root of a namespace of his own.
them_in_namespace='setpriv --reuid 65534 --clear-groups unshare -U --map-root-user'
others_in_namespace='setpriv --reuid 65533 --clear-groups unshare -U --map-root-user'

# Whether what runs beside is that program by now, by way of others. In the middle of an exec a
# process has no variables.
is_executed() { # PROGRAM
    [ "/proc/$running/exe" -ef "$(command -v "$1")" ] && grep -q . "/proc/$running/environ"
}

# The file is judged as the process judges it, and not as the one who asks.
policies_of_other_users() {
    echo 'cpu.min = 1' >"$public/of-root"
    cp "$public/of-root" "$public/of-them"
    cp "$public/of-root" "$public/of-others"
    ln -s of-root "$public/link-of-them"
    ln -s of-root "$public/link-of-others"
    ln -s link-of-others "$public/link-of-link"
    chmod 644 "$public"/of-*
    chown -h 65534 "$public/of-them" "$public/link-of-them"
    chown -h 65533 "$public/of-others" "$public/link-of-others"
    while read -r policy is_read words; do
        beside env SNUG_POLICY="$public/$policy" setpriv --reuid 65534 --clear-groups sleep 9999
        await_beside is_executed sleep
        try 0 "$snug" explain --pid $running --json
        prints "\"is_read\": $is_read"
        [ -z "$words" ] || prints "$words"
        end_beside
    done <<END
of-root true
of-them true
of-others false can be written by someone other than root and this process's user
link-of-them true
link-of-others false permission denied
link-of-link false permission denied
END
    # Nor is the caller's own file the process's.
    beside sleep 9999
    try 0 "$snug" explain --pid $running --policy "$public/of-them" --json
    prints '"is_read": false'
    end_beside
    $them_in_namespace true 2>"$work/where" || {
        untried 'machine lacks user namespaces for users: policies in them are not tried'
        return 0
    }
    # Root of a namespace is who that is outside.
    beside env SNUG_POLICY="$public/of-them" $them_in_namespace sleep 9999
    await_beside is_executed sleep
    try 0 "$snug" explain --pid $running --json
    prints '"is_read": true'
    end_beside
    # Where root is not mapped, nobody knows whose its file is.
    try 0 $others_in_namespace "$public/snug" explain --policy "$public/of-root" --json
    prints "$public/of-root belongs to nobody or a user outside this namespace"
    beside env SNUG_POLICY="$public/of-root" $others_in_namespace sleep 9999
    await_beside is_executed sleep
    try 0 "$snug" explain --pid $running --json
    prints "$public/of-root belongs to nobody or a user outside this namespace"
    end_beside
}

a_script_is_its_interpreter
a_tree_leads_nowhere_else
a_packed_program_shows_when_it_runs
other_machines_programs_are_left_alone
c_code_may_be_left_to_count_itself
what_is_static_is_not_reached
nobody_knows_what_a_static_c_program_calls
gccgo_is_go_of_another_kind
if [ "$(id -u)" != 0 ] || ! command -v setpriv >"$work/where"; then
    untried 'machine lacks root, or setpriv: programs and policies of others are not tried'
elif public=$(public_make); then
    elsewhere=$public
    cp "$snug" "$public/snug"
    other_users
    policies_of_other_users
else
    untried "$public: programs and policies of others are not tried"
fi
end
