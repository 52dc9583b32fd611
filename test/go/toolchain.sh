# SPDX-License-Identifier: LGPL-2.1-or-later
# Go releases, for the scripts that source this. They come from the module proxy as
# versions of the module golang.org/toolchain, which a Go command of 1.21 or newer
# fetches by itself when GOTOOLCHAIN names one.

# Runs a release's own go command, deaf to the caller's settings. Before 1.21 it finds
# no package at all while its GOROOT lies in the module cache, so it is shown another;
# no module here needs one. 1.17 does not know -buildvcs. Ubuntu's compiler adds checks to C code
# that is optimised, whose functions musl has not.
go_release() { # GOROOT ARGUMENT…
    local goroot=$1 flags=-buildvcs=false
    shift
    case $(cat "$goroot/VERSION") in go1.17*) flags= ;; esac
    GOENV=off GOFLAGS=$flags GOTOOLCHAIN=local GOROOT=$goroot GOMODCACHE=/nonexistent \
        CGO_CFLAGS='-O2 -g -U_FORTIFY_SOURCE' \
        "$goroot/bin/go" "$@"
}

# Prints a go command that can fetch toolchains: the system's, or, where that is
# older than 1.21, one that the system's fetches as an ordinary module. Modules have
# no run bits and no nested go.mod, so both are put back in a copy below CACHE.
go_fetcher() { # CACHE
    local system copy=$1/fetcher release=1.24.13 answer module
    system=$(command -v go) || {
        echo 'no go command' >&2
        return 1
    }
    case $(GOFLAGS= GOTOOLCHAIN=local "$system" env GOVERSION) in
    go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.20*)
        if ! [ -x "$copy/bin/go" ]; then
            answer=$(cd / && GOFLAGS= "$system" mod download -json \
                "golang.org/toolchain@v0.0.1-go$release.linux-$(go_arch)")
            module=$(echo "$answer" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
            [ -n "$module" ] || {
                echo "$answer" >&2
                return 1
            }
            mkdir -p "$1" && rm -rf "$copy" && cp -r "$module" "$copy"
            chmod -R u+w "$copy"
            find "$copy" -name _go.mod -execdir mv {} go.mod \;
            chmod +x "$copy"/bin/* "$copy"/pkg/tool/*/*
        fi
        echo "$copy/bin/go"
        ;;
    *) echo "$system" ;;
    esac
}

go_arch() {
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
    esac
}

# Prints the GOROOT of a release.
go_root() { # FETCHER RELEASE
    (cd / && GOFLAGS= GOTOOLCHAIN=go$2 "$1" env GOROOT)
}

# Prints the newest release that the proxy has, of those that begin with PREFIX.
go_newest() { # FETCHER PREFIX
    (cd / && GOFLAGS=-mod=mod GOTOOLCHAIN=local "$1" list -m -versions golang.org/toolchain) |
        tr ' ' '\n' |
        sed -n "s/^v0\.0\.1-go\(1\.[0-9]*\.[0-9]*\)\.linux-$(go_arch)\$/\1/p" |
        sort -V | grep "^$2" | tail -n 1
}
