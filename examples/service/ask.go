// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sort"
	"sync"
	"time"
)

// Each client asks again as soon as it is answered.
func inquire(socket string, clients int, span time.Duration) {
	transport := &http.Transport{
		MaxIdleConnsPerHost: clients,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return net.Dial("unix", socket)
		},
	}
	client := &http.Client{Transport: transport}
	var times []time.Duration
	var lock sync.Mutex
	var all sync.WaitGroup
	end := time.Now().Add(span)
	for i := 0; i < clients; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for time.Now().Before(end) {
				start := time.Now()
				answer, err := client.Get("http://service/")
				if err != nil {
					log.Fatal(err)
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				lock.Lock()
				times = append(times, time.Since(start))
				lock.Unlock()
			}
		}()
	}
	all.Wait()
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	fmt.Printf("answers a second | %.0f\n", float64(len(times))/span.Seconds())
	for _, part := range []float64{50, 90, 99, 99.9} {
		at := times[int(float64(len(times)-1)*part/100)]
		fmt.Printf("%g %% within | %.1f ms\n", part, at.Seconds()*1000)
	}
}
