// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build beta

package main

import "k8s.io/client-go/kubernetes"

func ask(clients *kubernetes.Clientset) { clients.CertificatesV1beta1().Create("name") }
