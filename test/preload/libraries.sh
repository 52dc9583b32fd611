#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What snug doctor tells of libraries, by programs that use what it knows and programs that do not:
# libraries.sh SNUG. They are stripped; position-independent ones have the table of their functions in
# a section of another name.
. "$(dirname "$0")/../cli/expect.sh"
. "$(dirname "$0")/../cli/patient.sh"
snug=$(realpath "$1")
cp -r "$(dirname "$0")/libraries" "$work/source"
export CGO_ENABLED=0 GOFLAGS=-mod=mod

make() { # FORM PROGRAM [TAG]
    try 0 go build -C "$work/source" -buildmode="$1" '-ldflags=-s -w' -buildvcs=false ${3:+-tags "$3"} \
        -o "$work/program" "./$2"
}

asks() { # STATUS CHECK GRADE TEXT
    try "$1" "$snug" doctor --root "$work/nothing" -- "$work/program"
    shift
    finds "$@"
}

# Its warnings are about limits that are not known.
mkdir "$work/nothing"
for form in exe pie; do
    make $form addresses real_ip
    asks 1 library.netip note "chi's middleware.RealIP takes the client's address as text"
    finds library.csr ok 'no client-go is built in'
    make $form addresses
    asks 1 library.netip ok 'chi is built in, without middleware.RealIP'
    make $form certificates beta
    asks 1 library.csr warning 'it calls certificates.k8s.io/v1beta1, and not v1'
    finds library.netip ok "no router's library is built in"
    make $form certificates stable
    asks 1 library.csr ok 'nothing in it calls certificates.k8s.io/v1beta1'
    make $form certificates
    asks 1 library.csr skipped 'which of them is called is not to be seen'
done

# Of what is captured there is no program any more.
make exe addresses real_ip
beside "$work/program" 127.0.0.1:0
await_beside [ "/proc/$running/exe" -ef "$work/program" ]
try 0 "$snug" capture --pid "$running" "$work/captured"
end_beside
rm "$work/program"
what='doctor of the capture'
"$snug" doctor --root "$work/captured" >"$work/out" 2>"$work/err" || : # Whatever the machine has.
finds library.netip note "chi's middleware.RealIP"
end
