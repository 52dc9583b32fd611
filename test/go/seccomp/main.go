// SPDX-License-Identifier: LGPL-2.1-or-later

// Loads a seccomp filter as Go services do, through libseccomp-golang. The filter refuses some
// of what the runtime needs at times; what it refuses for good is only called at the end.
//
//	seccomp FILE   FILE gets the filter as the kernel takes it
package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"syscall"

	seccomp "github.com/seccomp/libseccomp-golang"
)

type rule struct {
	name   string
	action seccomp.ScmpAction
	// The argument and value for which the rule holds; without condition for "always".
	argument uint
	value    uint64
}

const always = 6

func errno(number int16) seccomp.ScmpAction {
	return seccomp.ActErrno.SetReturnCode(number)
}

var rules = []rule{
	{"timer_create", seccomp.ActKillProcess, always, 0},
	{"setitimer", errno(1234), always, 0},
	{"set_robust_list", errno(1235), always, 0},
	{"madvise", errno(1236), 2, 25}, // MADV_COLLAPSE
	{"madvise", seccomp.ActTrap, 2, 15},
	{"tgkill", errno(1237), 2, 0},
	{"mincore", seccomp.ActKillProcess, always, 0}, // Nobody's need.
}

func makeFilter() (*seccomp.ScmpFilter, error) {
	filter, err := seccomp.NewFilter(seccomp.ActAllow)
	if err != nil {
		return nil, err
	}
	for _, rule := range rules {
		number, err := seccomp.GetSyscallFromName(rule.name)
		if err != nil {
			return nil, err
		}
		if rule.argument == always {
			err = filter.AddRule(number, rule.action)
		} else {
			var condition seccomp.ScmpCondition
			condition, err = seccomp.MakeCondition(rule.argument, seccomp.CompareMaskedEqual,
				0xffffffff, rule.value)
			if err == nil {
				err = filter.AddRuleConditional(number, rule.action,
					[]seccomp.ScmpCondition{condition})
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return filter, nil
}

func run(path string) error {
	filter, err := makeFilter()
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := filter.ExportBPF(file); err != nil {
		return err
	}
	if err := filter.Load(); err != nil {
		return err
	}
	fmt.Println("loaded", runtime.Version())
	syscall.Syscall(syscall.SYS_MINCORE, 0, 0, 0)
	fmt.Println("survived")
	return nil
}

func main() {
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
