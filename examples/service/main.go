// SPDX-License-Identifier: LGPL-2.1-or-later

// A small HTTP service, and what asks it. `compare` beside this file runs it in a container of 1.5
// CPUs and 256 MiB, without snug and with it.
//
//	service -listen SOCKET [-live MIB]            until SIGTERM; then what its cgroup has counted
//	service -ask SOCKET [-clients N] [-for 10s]   how long the answers took
//
// It is a cgo program, since net is in it.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// What a service keeps: many small blocks, which the collector looks at.
var live [][]byte

// Work for about a millisecond, with some garbage.
func answer(w http.ResponseWriter, _ *http.Request) {
	page := make([]byte, 128<<10)
	for i := 0; i < 4; i++ {
		sum := sha256.Sum256(page)
		copy(page, sum[:])
	}
	fmt.Fprintf(w, "%x\n", page[:8])
}

func serve(socket string, mebibytes int) {
	for i := 0; i < mebibytes<<10; i++ {
		block := make([]byte, 1<<10)
		block[0] = 1 // Or the kernel would have no page for it.
		live = append(live, block)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	os.Chmod(socket, 0o777)
	go func() { log.Fatal(http.Serve(listener, http.HandlerFunc(answer))) }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	fmt.Printf("NumCPU | %d\nGOMAXPROCS | %d\n", runtime.NumCPU(), runtime.GOMAXPROCS(0))
	fmt.Printf("GOMEMLIMIT | %s\n", mib(debug.SetMemoryLimit(-1)))
	report()
}

func main() {
	listen := flag.String("listen", "", "a socket to answer at")
	ask := flag.String("ask", "", "a socket to ask at")
	mebibytes := flag.Int("live", 64, "what the service keeps, in MiB")
	clients := flag.Int("clients", 16, "how many ask at once")
	span := flag.Duration("for", 10*time.Second, "how long")
	flag.Parse()
	if *ask != "" {
		inquire(*ask, *clients, *span)
	} else {
		serve(*listen, *mebibytes)
	}
}
