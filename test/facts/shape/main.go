// SPDX-License-Identifier: LGPL-2.1-or-later

// Shape prints where a program's debugging information says that the fields of structures lie:
//
//	shape PROGRAM runtime.moduledata …
//	runtime.moduledata pcHeader 0
package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"log"
	"os"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	data, err := file.DWARF()
	if err != nil {
		log.Fatal(err)
	}
	wanted := map[string]bool{}
	for _, name := range os.Args[2:] {
		wanted[name] = true
	}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil || entry == nil {
			break
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if entry.Tag != dwarf.TagStructType || !wanted[name] {
			continue
		}
		delete(wanted, name)
		kind, err := data.Type(entry.Offset)
		if err != nil {
			log.Fatal(err)
		}
		for _, field := range kind.(*dwarf.StructType).Field {
			fmt.Println(name, field.Name, field.ByteOffset)
		}
	}
}
