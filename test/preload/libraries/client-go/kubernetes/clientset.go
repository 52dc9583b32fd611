// SPDX-License-Identifier: LGPL-2.1-or-later

// Package kubernetes hands out clients as client-go's does.
package kubernetes

import (
	"k8s.io/client-go/kubernetes/typed/certificates/v1"
	"k8s.io/client-go/kubernetes/typed/certificates/v1beta1"
)

type Interface interface {
	CertificatesV1() *v1.Client
	CertificatesV1beta1() *v1beta1.Client
}

type Clientset struct {
	stable *v1.Client
	beta   *v1beta1.Client
}

func (c *Clientset) CertificatesV1() *v1.Client { return c.stable }

func (c *Clientset) CertificatesV1beta1() *v1beta1.Client { return c.beta }

func NewForConfig(host string) *Clientset {
	return &Clientset{v1.NewForConfig(host), v1beta1.NewForConfig(host)}
}
