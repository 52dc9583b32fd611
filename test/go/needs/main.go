// SPDX-License-Identifier: LGPL-2.1-or-later

// What a Go program does that makes the runtime call the kernel, one thing after another. A
// write to no descriptor tells needs.py where each begins: "runtime NAME" for what happens to
// any program, "package NAME" for what a program asks of a package.
package main

import (
	"bytes"
	"crypto/rand"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"syscall"
	"time"
)

var keep [][]byte

func begin(kind, name string) { syscall.Write(-1, []byte(kind+" "+name+"\n")) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Is stopped by SIGSTOP or SIGTSTP and goes on after a moment, with threads that sleep, wait
// for each other and for time. The shell outlives the stop; it was started before.
func stopped() {
	for i := 0; i < 4; i++ {
		time.Sleep(700 * time.Millisecond)
	}
}

func memory() {
	for i := 0; i < 3; i++ {
		for j := 0; j < 1500; j++ {
			keep = append(keep, make([]byte, 1<<16))
		}
		keep = nil
		runtime.GC()
		debug.FreeOSMemory()
	}
}

// Goroutines that never call anything are interrupted by signals.
func busy(d time.Duration) {
	var n [4]uint64
	for i := range n {
		i := i
		go func() {
			for {
				n[i]++
			}
		}()
	}
	time.Sleep(d)
	runtime.GC()
}

// A thread that a goroutine keeps ends with it.
func threads() {
	for i := 0; i < 4; i++ {
		done := make(chan bool)
		go func() {
			runtime.LockOSThread()
			close(done)
		}()
		<-done
	}
	time.Sleep(20 * time.Millisecond)
}

func signals() {
	c := make(chan os.Signal, 4)
	signal.Notify(c, syscall.SIGUSR1)
	must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-c
	signal.Stop(c)
	signal.Ignore(syscall.SIGUSR2)
	signal.Reset()
}

func faults() {
	defer func() { recover() }()
	var none *[1]int
	none[0] = 1
}

func profiled() {
	var b bytes.Buffer
	must(pprof.StartCPUProfile(&b))
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	end := time.Now().Add(400 * time.Millisecond)
	for time.Now().Before(end) {
	}
	pprof.StopCPUProfile()
	must(pprof.Lookup("mutex").WriteTo(&b, 0))
	must(pprof.Lookup("heap").WriteTo(&b, 0))
	must(trace.Start(&b))
	time.Sleep(20 * time.Millisecond)
	trace.Stop()
}

func polled() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		c, err := net.Dial("tcp", l.Addr().String())
		must(err)
		c.SetDeadline(time.Now().Add(time.Hour))
		c.Read(make([]byte, 1))
		c.Close()
	}()
	c, err := l.Accept()
	must(err)
	time.Sleep(20 * time.Millisecond)
	c.Write([]byte("x"))
	c.Close()
	l.Close()
}

func files() {
	f, err := os.CreateTemp("", "needs")
	must(err)
	f.WriteString("x")
	f.Sync()
	f.Close()
	os.ReadDir(os.TempDir())
	os.Remove(f.Name())
	time.LoadLocation("Europe/Berlin")
	rand.Read(make([]byte, 16))
}

func programs() {
	must(exec.Command("/bin/true").Run())
}

func names() {
	net.LookupHost("localhost")
	user.Current()
	user.Lookup("nobody")
}

func limits() {
	var l syscall.Rlimit
	must(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l))
	must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l))
}

func main() {
	cLibrary()
	begin("runtime", "main")
	for _, thing := range []struct {
		kind, name string
		do         func()
	}{
		{"runtime", "memory", memory},
		{"runtime", "threads", threads},
		{"runtime", "faults", faults},
		{"runtime", "stopped", stopped},
		{"runtime", "profiled", profiled},
		{"package", "signals", signals},
		{"package", "polled", polled},
		{"package", "files", files},
		{"package", "programs", programs},
		{"package", "names", names},
		{"package", "limits", limits},
		{"runtime", "busy", func() { busy(100 * time.Millisecond) }},
	} {
		begin(thing.kind, thing.name)
		thing.do()
	}
	begin("runtime", "death")
	debug.SetTraceback("crash")
	panic("on purpose")
}
