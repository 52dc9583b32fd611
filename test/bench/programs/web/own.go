// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build own

// As where go.mod says 1.25 or later.
//go:debug containermaxprocs=1
//go:debug updatemaxprocs=1

package main
