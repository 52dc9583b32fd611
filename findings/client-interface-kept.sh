#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A Go program that holds Kubernetes' client as the interface kubernetes.Interface carries the code of
# every API group and version, also those that it never names; one that holds it as *Clientset does
# not.
#
# Seen with k8s.io/client-go v0.31.1, go1.25.14, linux/amd64, two programs that list pods and nothing
# else. Functions of typed/certificates/v1beta1 in the program:
#
#   *kubernetes.Clientset     none
#   kubernetes.Interface      among them (*certificateSigningRequests).UpdateApproval
#
# So what stands in a program's symbols or pclntab says what it can call, and not what it does. Who
# looks there for the use of an API that has been removed finds it in nearly every operator.
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$folder/main"
cd "$folder/main" # The modules lie beside it: go mod tidy looks at all below.
unset LD_PRELOAD GODEBUG
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache
export GOTOOLCHAIN=go1.25.14 CGO_ENABLED=0

# TYPE of the variable.
program() {
    mkdir "$2"
    cat >"$2/main.go" <<EOF
package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func main() {
	config, err := rest.InClusterConfig()
	if err != nil {
		panic(err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		panic(err)
	}
	var client $1 = clients
	pods, err := client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{})
	fmt.Println(pods, err)
}
EOF
}
program '*kubernetes.Clientset' concrete
program kubernetes.Interface abstract
{
    go mod init example.org/pods
    go get k8s.io/client-go@v0.31.1
    go mod tidy
    go build -o ./programs/ ./concrete ./abstract
} >log 2>&1 || { cat log >&2 && exit 77; }

methods() { # PROGRAM
    go tool nm "programs/$1" |
        sed -n 's|.* k8s.io/client-go/kubernetes/typed/certificates/v1beta1\.\((\*certificateSigningRequests).*\)|\1|p'
}
if [ -n "$(methods concrete)" ] ||
    ! methods abstract | grep -qx '(\*certificateSigningRequests).UpdateApproval'; then
    echo 'client-interface-kept: *Clientset has' $(methods concrete), \
        'kubernetes.Interface has' $(methods abstract) >&2
    exit 1
fi
echo "as described"
