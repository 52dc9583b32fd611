// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

const (
	noNewPrivs  = 38         // PR_SET_NO_NEW_PRIVS
	nameRange   = 0x53564d41 // PR_SET_VMA
	setFilter   = 1          // SECCOMP_SET_MODE_FILTER
	load        = 0x20
	jumpIfEqual = 0x15
	answer      = 0x06
	killProcess = 0x80000000
	allow       = 0x7fff0000
)

type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

type program struct {
	n     uint16
	first *instruction
}

func check(errno syscall.Errno) {
	if errno != 0 {
		panic(errno)
	}
}

// forbid puts this thread alone under a filter that ends the process for mbind and for naming a
// mapping: calls that a Go program has no need of.
func forbid() {
	mbind, seccomp := uint32(235), uintptr(277)
	if runtime.GOARCH == "amd64" {
		mbind, seccomp = 237, 317
	}
	rules := []instruction{
		{load, 0, 0, 0}, // The number.
		{jumpIfEqual, 3, 0, mbind},
		{jumpIfEqual, 0, 3, uint32(syscall.SYS_PRCTL)},
		{load, 0, 0, 16}, // The first argument.
		{jumpIfEqual, 0, 1, nameRange},
		{answer, 0, 0, killProcess},
		{answer, 0, 0, allow},
	}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, noNewPrivs, 1, 0, 0, 0, 0)
	check(errno)
	_, _, errno = syscall.RawSyscall(seccomp, setFilter, 0,
		uintptr(unsafe.Pointer(&program{uint16(len(rules)), &rules[0]})))
	check(errno)
}

// fillForbidden fills the heap from a thread under the filter, which is not the main one.
func fillForbidden(mib int, done chan<- bool) {
	runtime.LockOSThread() // It ends with the goroutine.
	if syscall.Gettid() == syscall.Getpid() {
		go fillForbidden(mib, done)
		select {} // The main thread is held here.
	}
	forbid()
	fill(mib)
	done <- true
}
