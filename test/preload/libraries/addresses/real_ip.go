// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build real_ip

package main

import "github.com/go-chi/chi/v5/middleware"

var client = middleware.RealIP
