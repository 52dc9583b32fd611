#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about what a program is made of: build information of many kinds, with a trouble and
# without it.
#
#   doctor_build.sh SNUG KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
snug=$(realpath "$1") go=$(realpath "$2")
built=$(realpath "$(dirname "$0")/built.py")
make_tree "$tree"

# Asks about a program of that release and those modules.
examine() { # STATUS RELEASE SETTING…
    expected=$1
    shift
    python3 "$built" "$go" "$work/service" "$@"
    doctor "$expected" -- "$work/service"
}

releases() {
    while read -r release status grade text; do
        examine "$status" "$release" build:-compiler=gc
        finds build.release "$grade" "$text"
    done <<'END'
go1.21.0 1 warning threads stall where huge pages are scarce (MADV_HUGEPAGE) (golang/go#61718)
go1.21.1 1 warning golang/go#63334
go1.21.3 1 warning Go 1.21.4 and newer have it no more
go1.21.4 0 note since Go 1.23 is out, Go 1.21 gets no more fixes
go1.20 0 note Go 1.20 gets no more fixes
go1.23.0 1 warning golang/go#69210
go1.23.1 1 warning Go 1.23.2 and newer have it no more
go1.23.2-custom 0 note
go1.25.7 0 note
go1.26.0 0 ok no trouble is known
go1.27rc1 0 ok
END
    # As cgroups are mounted in a container of version 1 that has no namespace for them.
    sed -i 's|/ /sys|/pod /sys|' "$tree/proc/self/mountinfo"
    echo 0::/pod >"$tree/proc/self/cgroup"
    examine 1 go1.25.12 build:-compiler=gc
    finds build.release warning 'the CPU limit is not found, as cgroups are mounted here (golang/go#76390)'
    has_mend build.release environment LD_PRELOAD=/snug/libsnug.so
    doctor_with 0 GOMAXPROCS=2 -- -- "$work/service"
    finds build.release note
    examine 0 go1.26.1 build:-compiler=gc
    finds build.release ok
    echo '0-0 r-xp 00000000 00:00 1 /snug/libsnug.so' >"$tree/proc/self/maps"
    examine 0 go1.25.12 build:-compiler=gc
    finds build.release note
    rm "$tree/proc/self/maps"
    make_tree "$tree"
    examine 0 'weird' build:-compiler=gc
    finds build.release skipped 'its Go release is not known'
    doctor 0 -- /bin/sh
    finds build.release skipped 'not known to be Go'
    doctor 0
    finds build.release skipped 'no program was named'
}

go_lines() {
    old=build:DefaultGODEBUG=asynctimerchan=1,containermaxprocs=0,updatemaxprocs=0
    examine 0 go1.24.1 build:-compiler=gc
    finds build.line ok 'Go 1.24 reads no CPU limit'
    examine 0 go1.26.1 build:-compiler=gc
    finds build.line ok 'Go reads the CPU limit of its own cgroup'
    finds build.defaults ok
    # Of a line in the code, which asks for no older Go.
    examine 0 go1.26.1 build:DefaultGODEBUG=madvdontneed=1
    finds build.defaults note 'by go.mod or //go:debug it has other ways: madvdontneed=1'
    examine 0 go1.26.1 $old
    finds build.line note 'go.mod asks for a release before 1.25'
    finds build.defaults note 'it has other ways: asynctimerchan=1, containermaxprocs=0, updatemaxprocs=0'
    # In a process, under a limit, without the object.
    : >"$tree/proc/self/maps"
    doctor 1 -- "$work/service"
    finds build.line warning 'go.mod asks for a release before 1.25'
    has_mend build.line environment GODEBUG=containermaxprocs=1,updatemaxprocs=1
    doctor_with 1 "$(mend_of build.line)" -- -- "$work/service"
    finds build.line ok 'GODEBUG says that Go is to read it'
    doctor_with 1 GODEBUG=containermaxprocs=0 -- -- "$work/service"
    finds build.line ok 'is not to read it'
    # Somebody else says the count, or all CPUs are what the limit has.
    doctor_with 1 GOMAXPROCS=2 -- -- "$work/service"
    finds build.line ok 'GOMAXPROCS says the count'
    mv "$group/cpu.max" "$work/cpu.max"
    echo 800000 100000 >"$group/cpu.max"
    doctor 1 -- "$work/service"
    finds build.line note 'go.mod asks for a release before 1.25'
    mv "$work/cpu.max" "$group/cpu.max"
    examine 1 go1.26.1 $old dep:go.uber.org/automaxprocs:v1.6.0:h1
    finds build.line ok 'a library sets GOMAXPROCS'
    rm "$tree/proc/self/maps"
    examine 0 go1.26.1
    finds build.line skipped
    many=$(seq -s, 1 99 | sed 's/[0-9]*/setting&=1/g')
    examine 0 go1.26.1 "build:DefaultGODEBUG=$many"
    grep -q 'setting[0-9]*=1 and [0-9]* more$' "$work/finding" ||
        finds build.defaults note 'setting1=1, setting2=1,'
    finds build.defaults note ' more If its go line'
}

libraries() {
    examine 0 go1.26.1 dep:go.uber.org/zap:v1.27.0:h1
    finds build.sizers ok 'no library'
    examine 0 go1.26.1 dep:go.uber.org/automaxprocs:v1.6.0:h1
    finds build.sizers note 'automaxprocs is built in, and wins for GOMAXPROCS'
    has_mend build.sizers environment GOMAXPROCS=2
    doctor_with 0 "$(mend_of build.sizers)" -- -- "$work/service"
    finds build.sizers ok 'a variable wins'
    finds cpu.count ok
    examine 0 go1.26.1 dep:github.com/KimMachineGun/automemlimit:v0.7.0:h1
    finds build.sizers note 'automemlimit is built in, and wins for GOMEMLIMIT'
    for variable in AUTOMEMLIMIT=off GOMEMLIMIT=200MiB; do
        doctor_with 0 $variable -- -- "$work/service"
        finds build.sizers ok 'a variable wins'
    done
}

modules() {
    examine 0 go1.26.1 mod:example.org/service:v1.0.0 dep:example.org/a:v1.2.3:h1
    finds build.modules ok '1 module, and none is replaced'
    examine 0 go1.26.1 dep:example.org/a:v1.2.3 '=>:example.org/fork:v1.2.4:h1' \
        dep:example.org/b:v1.0.0:h1 dep:example.org/c:v1.0.0 '=>:./c:(devel)'
    finds build.modules note '2 of 3 modules are replaced, the first: example.org/a by example.org/fork'
    examine 0 go1.26.1 dep:k8s.io/api:v0.28.1:h1 dep:k8s.io/klog/v2:v2.100.1:h1 \
        dep:k8s.io/client-go:v0.28.3:h1
    finds build.modules ok
    examine 0 go1.26.1 dep:k8s.io/api:v0.28.1:h1 dep:k8s.io/client-go:v0.26.0:h1
    finds build.modules note 'k8s.io/api v0.28.1 and k8s.io/client-go v0.26.0 do not go together'
    # What is there counts, and not what is named.
    examine 0 go1.26.1 dep:k8s.io/api:v0.28.1:h1 dep:k8s.io/client-go:v11.0.0+incompatible \
        '=>:k8s.io/client-go:v0.28.1:h1'
    finds build.modules note '1 of 2 modules is replaced: k8s.io/client-go by k8s.io/client-go'
    examine 0 go1.26.1 dep:go.opentelemetry.io/otel:v1.24.0:h1 \
        dep:go.opentelemetry.io/otel/sdk:v1.21.0:h1 dep:go.opentelemetry.io/otel/log:v0.3.0:h1
    finds build.modules note 'otel v1.24.0 and go.opentelemetry.io/otel/sdk v1.21.0'
    examine 0 go1.26.1 dep:github.com/aws/aws-sdk-go:v1.55.0:h1 dep:github.com/aws/aws-sdk-go-v2:v1.30.0:h1
    finds build.modules note 'github.com/aws/aws-sdk-go v1.55.0 and github.com/aws/aws-sdk-go-v2'
}

seccomp() {
    numbers=dep:golang.org/x/sys:v0.30.0:h1
    binding=dep:github.com/seccomp/libseccomp-golang:v0.10.0:h1
    examine 0 go1.26.1 $numbers dep:github.com/seccomp/libseccomp-golang/v9:v9.0.0:h1
    finds build.seccomp ok 'no binding of libseccomp'
    examine 0 go1.26.1 $binding
    finds build.seccomp ok 'libseccomp alone'
    examine 0 go1.26.1 $binding $numbers
    finds build.seccomp note 'libseccomp-golang is built in beside golang.org/x/sys'
    has_mend build.seccomp 'policy file' 'seccomp.guard = audit'
    mend_of build.seccomp >"$work/mended.conf"
    SNUG_POLICY= doctor 0 --policy "$work/mended.conf" -- "$work/service"
    finds build.seccomp ok 'seccomp.guard looks at filters'
}

# Those with functions are tried with programs that have some: preload/libraries.sh.
routers() {
    for path in github.com/osrg/gobgp:v2.0.0+incompatible github.com/osrg/gobgp/v3:v3.37.0; do
        examine 0 go1.26.1 "dep:$path:h1"
        finds library.netip note 'its gobgp keeps addresses as net.IP'
    done
    examine 0 go1.26.1 dep:github.com/osrg/gobgp/v4:v4.8.0:h1
    finds library.netip ok 'gobgp has them as net/netip'
    examine 0 go1.26.1 dep:github.com/go-chi/chi/v5:v5.3.0:h1 dep:k8s.io/client-go:v0.31.1:h1
    finds library.netip skipped 'the names of its functions are not to be found'
    finds library.csr skipped 'the names of its functions are not to be found'
    examine 0 go1.26.1 dep:example.org/a:v1.2.3:h1
    finds library.netip ok "no router's library"
    finds library.csr ok 'no client-go is built in'
    examine 0 go1.26.1
    finds library.netip skipped 'it does not say of what it was built'
}

flags() {
    examine 0 go1.26.1 build:-compiler=gc build:-race=false
    finds build.race ok
    finds build.flags ok 'without a profile (-pgo), paths of where it was built (-trimpath)'
    examine 1 go1.26.1 build:-race=true build:-pgo=/src/default.pgo build:-trimpath=true
    finds build.race warning 'it was built with -race'
    finds build.flags ok 'optimised by a profile (-pgo), paths cut (-trimpath)'
    examine 0 go1.17.13 mod:example.org/service:v1.0.0 # Which did not yet tell.
    finds build.race skipped 'it does not say how it was built'
    finds build.flags skipped
    examine 0 go1.26.1
    finds build.race skipped 'it does not say of what it was built'
}

# A capture has it without the program.
captured() {
    python3 "$built" "$go" "$work/service" go1.21.1 build:-race=true \
        dep:go.uber.org/automaxprocs:v1.6.0:h1 dep:example.org/a:v1 '=>:./a:(devel)' \
        build:DefaultGODEBUG=a=1,b=0
    begin "$work/service"
    what='doctor of the process'
    "$snug" doctor --pid "$pid" >"$work/out" 2>"$work/err" || :
    sed -n '/^  build/,/^$/p' "$work/out" >"$work/live"
    finds build.release warning golang/go#63334
    finds build.race warning
    finds build.sizers note automaxprocs
    finds build.modules note 'example.org/a by ./a'
    finds build.defaults note 'a=1, b=0'
    try 0 "$snug" capture --pid "$pid" "$work/captured"
    finish
    rm "$work/service"
    what='doctor of the capture'
    "$snug" doctor --root "$work/captured" >"$work/out" 2>"$work/err" || :
    sed -n '/^  build/,/^$/p' "$work/out" | diff -u "$work/live" - >"$work/difference" ||
        fail "says something else: $(cat "$work/difference")"
}

for claim in releases go_lines libraries modules seccomp routers flags captured; do
    $claim
done
end
