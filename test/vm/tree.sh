# SPDX-License-Identifier: LGPL-2.1-or-later
# The files of the virtual machine, and of a container, for the scripts that source this.

# Where the libraries of the programs lie, if these are another architecture's.
root=

# Prints the paths of the libraries that a program names.
libraries_of() { # FILE
    local name
    if [ -z "$root" ]; then
        # A line is "name => /path (address)" or "/path (address)". ldd fails for a
        # static program and for one of another C library.
        ldd "$1" 2>/dev/null | sed -n 's|^[^/]*\(/.*\) (0x.*|\1|p'
        return
    fi
    readelf -lW "$1" 2>/dev/null | sed -n 's/.*interpreter: \(.*\)]/\1/p'
    for name in $(readelf -dW "$1" 2>/dev/null | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
        name=$(cd "$root" && ls -d {,usr/}lib/*-gnu/"$name" 2>/dev/null | head -n 1)
        [ -z "$name" ] || { echo "/$name"; libraries_of "$root/$name"; }
    done
}

# Puts programs into TREE/bin, and the libraries that they name where they have them.
put() { # TREE FILE…
    local tree=$1 file library
    shift
    for file; do
        cp -L "$file" "$tree/bin/"
        for library in $(libraries_of "$file"); do
            [ -e "$tree$library" ] || (cd "$root/" && cp -L --parents ".$library" "$tree")
        done
    done
}

# A machine with busybox, snug, and "preload COMMAND" to start a program with
# libsnug.so. What the machine lacks is /init.
make_tree() { # TREE BUILD
    local tree=$1 musl
    mkdir -p "$tree"/{bin,dev,etc,lib,proc,sys,tmp}
    put "$tree" "$root/bin/busybox" "$2/lib/snug"
    ln -s busybox "$tree/bin/sh"
    for musl in "$root"/lib/ld-musl-*.so.1; do
        [ ! -e "$musl" ] || cp -L "$musl" "$tree/lib/"
    done
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
