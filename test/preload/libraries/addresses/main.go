// SPDX-License-Identifier: LGPL-2.1-or-later

// A server behind chi, built with the tag real_ip or without it.
package main

import (
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
)

func main() {
	router := chi.NewRouter()
	router.Use(client)
	if len(os.Args) > 1 {
		http.ListenAndServe(os.Args[1], router)
	}
}
