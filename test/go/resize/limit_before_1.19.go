// SPDX-License-Identifier: LGPL-2.1-or-later
//go:build !go1.19

package main

func memoryLimit(int64) int64 {
	return 0
}
