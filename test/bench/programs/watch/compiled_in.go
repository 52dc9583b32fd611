// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build libraries

package main

import (
	"context"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// follow has the library look once a second, which it does only if it is told.
func follow() {
	if _, err := memlimit.Set(memlimit.WithRefreshInterval(context.Background(), time.Second)); err != nil {
		panic(err)
	}
}
