// SPDX-License-Identifier: LGPL-2.1-or-later
module libraries

go 1.23.0

require (
	github.com/go-chi/chi/v5 v5.3.0
	k8s.io/client-go v0.31.1
)

replace k8s.io/client-go => ./client-go
