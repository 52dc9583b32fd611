// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build !libraries

package main

func follow() {}
