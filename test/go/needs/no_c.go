// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build !cgo
// +build !cgo

package main

func cLibrary() {}
