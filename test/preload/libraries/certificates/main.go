// SPDX-License-Identifier: LGPL-2.1-or-later

// Asks for a certificate by v1beta1 with the tag beta, by v1 with stable, by an interface with either.
package main

import "k8s.io/client-go/kubernetes"

func main() { ask(kubernetes.NewForConfig("host")) }
