// SPDX-License-Identifier: LGPL-2.1-or-later
//go:build go1.19

package main

import "runtime/debug"

func memoryLimit(n int64) int64 {
	return debug.SetMemoryLimit(n)
}
