# SPDX-License-Identifier: LGPL-2.1-or-later
"""A 64-bit executable as a linker left it: what facts about its form look at."""
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_RELRO = 1, 2, 3, 0x6474e552
PF_X, PF_W = 1, 2
SHT_SYMTAB, SHT_DYNSYM = 2, 11
DT_NEEDED = 1
STT_FUNC = 2


class Segment:
    def __init__(self, fields):
        (self.type, self.flags, self.offset, self.start, _, self.file_bytes, self.bytes,
         _) = fields
        self.end = self.start + self.bytes

    def has(self, address, n_bytes=1):
        return self.start <= address and address + n_bytes <= self.end


class Symbol:
    def __init__(self, name, info, section, address, n_bytes):
        self.name, self.address, self.bytes = name, address, n_bytes
        self.type, self.binding = info & 15, info >> 4
        self.is_defined = section != 0


class Elf:
    def __init__(self, path):
        with open(path, 'rb') as file:
            self.data = file.read()
        at_segments, at_sections = struct.unpack_from('<QQ', self.data, 32)
        n_segments, section_bytes, n_sections = struct.unpack_from('<HHH', self.data, 56)
        self.segments = [Segment(struct.unpack_from('<IIQQQQQQ', self.data, at_segments + 56 * i))
                         for i in range(n_segments)]
        self.sections = [
            struct.unpack_from('<IIQQQQIIQQ', self.data, at_sections + section_bytes * i)
            for i in range(n_sections)]

    def low(self):
        return min(s.start for s in self.segments if s.type == PT_LOAD)

    def segment(self, kind):
        return next((s for s in self.segments if s.type == kind), None)

    def bytes_at(self, address, n_bytes):
        """As the file has them."""
        for s in self.segments:
            if s.type == PT_LOAD and s.has(address, n_bytes):
                at = s.offset + address - s.start
                return self.data[at:at + min(n_bytes, s.start + s.file_bytes - address)]
        return b''

    def number(self, address, n_bytes):
        return int.from_bytes(self.bytes_at(address, n_bytes), 'little')

    def symbols(self, kind):
        """Those of SHT_SYMTAB or SHT_DYNSYM, in order."""
        for section in self.sections:
            if section[1] != kind:
                continue
            strings = self.sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, info, _, index, value, size = struct.unpack_from('<IBBHQQ', self.data, at)
                end = self.data.index(b'\0', strings + name)
                yield Symbol(self.data[strings + name:end].decode(), info, index, value, size)

    def symbol(self, name):
        return next((s for s in self.symbols(SHT_SYMTAB) if s.name == name), None)

    def imports(self):
        return {s.name for s in self.symbols(SHT_DYNSYM) if not s.is_defined and s.name}

    def needed(self):
        """How many libraries the program names."""
        dynamic = self.segment(PT_DYNAMIC)
        if not dynamic:
            return 0
        tags = struct.iter_unpack('<QQ', self.bytes_at(dynamic.start, dynamic.file_bytes))
        return sum(tag == DT_NEEDED for tag, _ in tags)
