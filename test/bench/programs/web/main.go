// SPDX-License-Identifier: LGPL-2.1-or-later

// Web answers each request with the digest of -kib KiB that it has made for it. Prints its port.
//
//	web [-kib 1024]
package main

import "C" // So that it has a loader, which an object can be given to.

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net"
	"net/http"
)

func main() {
	kib := flag.Int("kib", 1024, "KiB")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// In pieces: garbage, as from decoding what was sent.
		sum := sha256.New()
		for i := 0; i < *kib; i++ {
			piece := make([]byte, 1024)
			piece[0] = byte(i)
			sum.Write(piece)
		}
		fmt.Fprintf(w, "%x\n", sum.Sum(nil))
	})))
}
