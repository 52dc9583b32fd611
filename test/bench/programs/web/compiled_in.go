// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build libraries

package main

import (
	_ "github.com/KimMachineGun/automemlimit"
	_ "go.uber.org/automaxprocs"
)
