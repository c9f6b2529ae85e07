#!/usr/bin/env bash
# Makes .toolchain/: everything that building the .wasm files needs beyond cargo and npm.
#
#   .toolchain/bin/wasm-bindgen, wasm-pack   unless the right versions are on PATH already
#   .toolchain/bin/with-wasm CMD…            runs CMD with those, wasm-opt and a rustc that builds wasm32
#
# Run it as often as you like: what a probe finds in place is left alone. It installs no rustup target, since
# that changes the developer's own Rust: it says how instead.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/.toolchain
lock=$root/rust/Cargo.lock
target=wasm32-unknown-unknown
wasm_pack_version=0.15.1
linked=debian-web # the name under which rustup knows Debian's rustc-web

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf 'toolchain: %s\n' "$*"; }
die() { printf 'toolchain: %s\n' "$*" >&2; exit 1; }

main() {
  command -v rustc >/dev/null && command -v cargo >/dev/null ||
    die "Rust is missing; install it from https://rustup.rs and run this again"
  [ -x "$root/node_modules/.bin/wasm-opt" ] || die "wasm-opt is missing; run: npm ci"
  mkdir -p "$tools/bin"
  find_rustc
  cargo_tool wasm-bindgen-cli "$(locked_version wasm-bindgen)" wasm-bindgen
  cargo_tool wasm-pack "$wasm_pack_version" wasm-pack
  rm -rf "$tools/build"
  write_wrapper
}

# ── A rustc for wasm32 ──────────────────────────────────────────────────────────────────────────────────────────

# Sets `toolchain`: the rustup toolchain to build with, empty for the default.
find_rustc() {
  toolchain=
  if builds_wasm rustc; then
    say "$(rustc -V) builds wasm32"
    return
  fi
  if ! { have_rustup && linked_toolchain && builds_clean_wasm rustup run $linked rustc; }; then
    debian_rustc || die "$hint"
    ! have_rustup || linked_toolchain || rustup toolchain link $linked /usr
  fi
  if have_rustup; then toolchain=$linked; fi
  say "Debian's $(/usr/bin/rustc -V) builds wasm32"
}

hint="this rustc cannot build for wasm32; run: rustup target add $target"

# Whether a rustc compiles and links a program that uses std: finds a missing or stale std and a missing linker.
builds_wasm() {
  cat >"$scratch/probe.rs" <<'RUST'
#[no_mangle]
pub extern "C" fn f(n: usize) -> usize {
    vec![1u8; n].iter().map(|&b| b as usize).sum()
}
RUST
  rm -f "$scratch/probe.wasm"
  (cd "$scratch" && "$@" --target $target --crate-type cdylib --edition 2021 -O probe.rs) >"$scratch/probe.log" 2>&1 &&
    [ -s "$scratch/probe.wasm" ]
}

# Whether, besides, its std names no folder of the machine that built it.
builds_clean_wasm() { builds_wasm "$@" && ! grep -q /registry/src/ "$scratch/probe.wasm"; }

have_rustup() { command -v rustup >/dev/null; }
linked_toolchain() { rustup toolchain list | grep -q "^$linked\b"; }

# Debian packages a recent rustc (for its browsers) and the source of std, but no std for wasm32: install the
# first two and build the third, once for the machine.
debian_rustc() {
  [ -f /etc/debian_version ] || return 1
  ! builds_clean_wasm /usr/bin/rustc || return 0
  can_be_root || die "$hint (or run this once as root, to use Debian's rustc-web)"
  if ! { [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ]; }; then
    say "installing Debian's rustc-web"
    apt_install rustc-web cargo-web rust-web-src || die "apt-get cannot install rustc-web; instead run: rustup target add $target"
  fi
  link_lld
  build_std
  builds_clean_wasm /usr/bin/rustc || { cat "$scratch/probe.log" >&2; return 1; }
}

# rustc calls its linker `rust-lld` and looks for it in its own sysroot. It must be the lld of rustc's own LLVM.
link_lld() {
  local llvm host bin
  llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  bin=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$host/bin
  [ ! -x "$bin/rust-lld" ] || return 0
  if ! [ -x "/usr/bin/lld-$llvm" ]; then
    say "installing Debian's lld-$llvm"
    apt_install "lld-$llvm" || die "apt-get cannot install lld-$llvm; instead run: rustup target add $target"
  fi
  as_root mkdir -p "$bin"
  as_root ln -sfn "/usr/bin/lld-$llvm" "$bin/rust-lld"
}

build_std() {
  say "building std for wasm32 (about a minute)"
  local seed=$scratch/seed libdir
  mkdir -p "$seed/src"
  : >"$seed/src/lib.rs"
  printf '[package]\nname = "seed"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$seed/Cargo.toml"
  # Bitcode lets dependants use LTO. The remapped paths would otherwise stand in every panic message of std.
  # \x1f separates flags, so that a path may hold a blank.
  local flags=$'-Cembed-bitcode=yes\x1f--remap-path-prefix=/usr/lib/rustlib/src/rust=/rust' registry
  seed_cargo fetch -Zbuild-std || die "the crates that std needs cannot be fetched; instead run: rustup target add $target"
  for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    flags+=$'\x1f'"--remap-path-prefix=$registry=/rust/deps"
  done
  # test and proc_macro let tests be built for wasm32.
  seed_cargo build --release -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test ||
    die "std for wasm32 does not build here; instead run: rustup target add $target"
  libdir=$(/usr/bin/rustc --print target-libdir --target $target)
  rm -f "$seed/target/$target"/release/deps/libseed*
  as_root rm -rf "$libdir"
  as_root mkdir -p "$libdir"
  as_root cp "$seed/target/$target"/release/deps/*.rlib "$libdir/"
  rm -rf "$root/rust/target/pkg" # cargo does not notice that std has changed
}

# Debian's cargo on the empty crate, with build_std's flags. RUSTC_BOOTSTRAP allows -Zbuild-std on a stable compiler.
seed_cargo() {
  (cd "$scratch/seed" && env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_BUILD_TARGET \
    PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$scratch/seed/target" \
    CARGO_ENCODED_RUSTFLAGS="$flags" \
    /usr/bin/cargo "$@" -q --target $target)
}

can_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# A list of packages can be old or absent, so it is fetched once first; one broken source must not end everything,
# so only the install itself counts. --no-remove: never at the price of a package that is there.
apt_install() {
  if [ -z "${apt_updated:-}" ]; then
    as_root apt-get update -qq >"$scratch/apt.log" 2>&1 || true
    apt_updated=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "$@" \
    >>"$scratch/apt.log" 2>&1 || { tail -n 5 "$scratch/apt.log" >&2; return 1; }
}

# ── Tools from the crate registry ───────────────────────────────────────────────────────────────────────────────

# The glue that wasm-bindgen writes fits only the crate of its own version.
locked_version() {
  awk -v name="\"$1\"" '$1 == "name" { found = $3 == name } found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' "$lock"
}

# cargo_tool <crate> <version> <binary>
cargo_tool() {
  [ -n "$2" ] || die "rust/Cargo.lock names no version for $1"
  if [ "$(version_of "$tools/bin/$3")" = "$2" ] || [ "$(version_of "$3")" = "$2" ]; then
    say "$1 $2"
    return
  fi
  say "installing $1 $2 (about a minute)"
  # Unoptimised: the tool itself then takes a fraction of a second longer, and its compilation a third of the time.
  local install=(env CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=true
    CARGO_TARGET_DIR="$tools/build" cargo install -q "$1" --version "$2" --root "$tools" --force)
  # A registry mirror can lag behind the tool's own lock file: then let cargo choose.
  "${install[@]}" --locked || "${install[@]}" || die "cargo cannot install $1 $2"
}

version_of() { "$1" --version 2>/dev/null | awk '{ print $2 }' || true; }

# ── The wrapper ─────────────────────────────────────────────────────────────────────────────────────────────────

write_wrapper() {
  local path='$here:$here/../../node_modules/.bin' env=
  if [ -n "$toolchain" ]; then env="export RUSTUP_TOOLCHAIN=$toolchain"; fi
  # Without rustup, Debian's rustc need not be the first on PATH.
  if [ -z "$toolchain" ] && ! builds_wasm rustc; then path="$path:/usr/bin"; fi
  cat >"$tools/bin/with-wasm" <<SH
#!/bin/sh
# Runs a command with the tools that build wasm32. Written by scripts/toolchain.sh.
here=\$(CDPATH= cd -- "\$(dirname -- "\$0")" && pwd)
export PATH="$path:\$PATH"
$env
exec "\$@"
SH
  chmod +x "$tools/bin/with-wasm"
}

main
