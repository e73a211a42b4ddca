#!/bin/sh
# Makes a fresh Debian machine ready for the project, then runs `cargo xtask` with the arguments
# given: `./bootstrap.sh build`. Installs only what is missing.
set -eu
cd "$(dirname "$0")"

oldest_rust=1.95

say() { printf '%s\n' "bootstrap: $*" >&2; }
fail() { say "$*"; exit 1; }

# Installs Debian packages, as root or through sudo.
install() {
    say "installing $*"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "not root and no sudo; as root, run: apt-get install -y $*"
        as_root=sudo
    fi
    $as_root apt-get -qq update ||
        fail "the package lists could not be refreshed; is the network or the mirror down?"
    # shellcheck disable=SC2086  # empty for root
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "$@" >/dev/null ||
        fail "installing failed; try it by hand: apt-get install -y $*"
}

# Whether the cargo and rustc at the paths given are there and new enough.
new_enough() {
    command -v "$1" >/dev/null 2>&1 && command -v "$2" >/dev/null 2>&1 || return 1
    # `cargo 1.95.0 (...)`; a rustup shim without a toolchain fails here.
    version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
    [ -n "$version" ] || return 1
    [ "$(printf '%s\n%s\n' "$oldest_rust" "$version" | sort -V | head -n 1)" = "$oldest_rust" ]
}

command -v apt-get >/dev/null 2>&1 ||
    fail "this script needs Debian's apt-get; elsewhere install Rust $oldest_rust or newer, a C" \
        "compiler and Anza's platform tools, then run: cargo xtask $*"

missing=
{ command -v cc && command -v make; } >/dev/null 2>&1 || missing="$missing build-essential"
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
# shellcheck disable=SC2086  # a list of words
[ -z "$missing" ] || install $missing

if ! new_enough cargo rustc && [ -x "${HOME:-/root}/.cargo/bin/cargo" ]; then
    PATH="${HOME:-/root}/.cargo/bin:$PATH"
fi
if ! new_enough cargo rustc; then
    # Debian's own Rust of 12 is older; this one is kept up to date for browsers. It also builds
    # the programs.
    new_enough /usr/bin/cargo /usr/bin/rustc || install rustc-web cargo-web rust-web-src
    new_enough /usr/bin/cargo /usr/bin/rustc ||
        fail "Rust $oldest_rust or newer is needed and Debian offers $(/usr/bin/cargo --version)"
    PATH="/usr/bin:$PATH"
fi
export PATH

# rustup brings both; Debian has them in packages of their own.
if [ "${1:-}" = lint ] &&
    ! { command -v cargo-clippy && command -v cargo-fmt; } >/dev/null 2>&1; then
    install rust-web-clippy rustfmt-web
fi

exec cargo xtask "$@"
