# SPDX-License-Identifier: LGPL-2.1-or-later
# The files of the virtual machine, for the scripts that source this.

# Puts programs into TREE/bin, and the libraries that they name where they have them.
put() { # TREE FILE…
    local tree=$1 file library
    shift
    for file; do
        cp -L "$file" "$tree/bin/"
        # A line is "name => /path (address)" or "/path (address)". ldd fails for a
        # static program and for one of another C library.
        for library in $(ldd "$file" 2>/dev/null | sed -n 's|^[^/]*\(/.*\) (0x.*|\1|p'); do
            [ -e "$tree$library" ] || cp -L --parents "$library" "$tree"
        done
    done
}

# A machine with busybox, snug, and "preload COMMAND" to start a program with
# libsnug.so. What is missing is /init.
make_tree() { # TREE BUILD
    local tree=$1 musl
    mkdir -p "$tree"/{bin,dev,etc,lib,proc,sys,tmp}
    put "$tree" /bin/busybox "$2/lib/snug"
    ln -s busybox "$tree/bin/sh"
    musl=/lib/ld-musl-$(uname -m).so.1
    [ ! -e "$musl" ] || cp -L --parents "$musl" "$tree"
    cp "$2/lib/libsnug.so" "$tree/lib/"
    # snug finds the object beside itself.
    ln -s ../lib/libsnug.so "$tree/bin/libsnug.so"
    echo 'nobody:x:65534:65534::/:/bin/sh' >"$tree/etc/passwd"
    cat >"$tree/bin/preload" <<'END'
#!/bin/busybox sh
exec env LD_PRELOAD=/lib/libsnug.so "$@"
END
    chmod +x "$tree/bin/preload"
}
