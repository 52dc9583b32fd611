// SPDX-License-Identifier: LGPL-2.1-or-later
module k8s.io/client-go

go 1.22
