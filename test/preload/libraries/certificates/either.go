// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build !beta && !stable

package main

import (
	"os"

	"k8s.io/client-go/kubernetes"
)

//go:noinline
func ask(clients kubernetes.Interface) {
	if len(os.Args) > 1 {
		clients.CertificatesV1beta1().Create("name")
	} else {
		clients.CertificatesV1().Create("name")
	}
}
