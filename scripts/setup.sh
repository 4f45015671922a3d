#!/usr/bin/env bash
# Installs what is missing for one purpose, and only that. Knows Debian 12 and its children.
#
#   scripts/setup.sh demo    the command line and the catalog: no desktop packages
#   scripts/setup.sh run     the window
#   scripts/setup.sh test    everything that `make test` needs
#   scripts/setup.sh bench   the window, and the programs that Valise is measured beside or with
#
# System packages need root, or sudo without a password; otherwise the one line to run is printed and this stops.
set -euo pipefail
. "$(dirname "$0")/common.sh"

build=(build-essential pkg-config libssl-dev)
window=(libwebkit2gtk-4.1-dev libayatana-appindicator3-dev librsvg2-dev libxdo-dev)
test=(
  webkit2gtk-driver xvfb xauth xdotool dbus python3-gi gir1.2-gtk-3.0 imagemagick age shellcheck gnome-keyring
  softhsm2 opensc fakeroot
  openssh-client
  desktop-file-utils
)
bench=(age gocryptfs restic strace iproute2 webkit2gtk-driver xvfb xauth xdotool dbus)
tauri_driver=2.1.0

main() {
  case ${1:-} in
    demo)
      require_packages "${build[@]}"
      require_rust
      ;;
    run)
      require_packages "${build[@]}" "${window[@]}"
      require_rust
      require_node
      ;;
    test)
      require_packages "${build[@]}" "${window[@]}" "${test[@]}"
      require_rust
      require_rust_component rustfmt cargo-fmt
      require_rust_component clippy cargo-clippy
      require_node
      require_tauri_driver
      ;;
    bench)
      require_packages "${build[@]}" "${window[@]}" "${bench[@]}"
      require_rust
      require_node
      require_tauri_driver
      ;;
    *) die "usage: scripts/setup.sh demo|run|test|bench" ;;
  esac
}

require_packages() {
  local missing=()
  if ! command -v dpkg-query >/dev/null; then
    say "This is not a Debian system; on Debian these packages would be needed: $*"
    return
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

is_installed() { dpkg-query --show --showformat '${db:Status-Status}\n' "$1" 2>/dev/null | grep --quiet --line-regexp installed; }

as_root=()

install_packages() {
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      die "System packages are missing. Please run this, then try again:

  sudo apt-get update && sudo apt-get install --yes --no-install-recommends $*
"
    fi
    as_root=(sudo -n)
  fi
  say "Installing system packages: $*"
  apt_get_install "$@" >/dev/null 2>&1 && return
  # The lists of packages are missing or old.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 --quiet=2 update
  apt_get_install "$@" >/dev/null
}

apt_get_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 --quiet=2 install --yes --no-install-recommends "$@"
}

require_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  command -v cargo >/dev/null || die "Rust $wanted or newer is needed: https://rustup.rs"
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$wanted" "$found" || die "Rust $wanted or newer is needed, and this is $found: rustup update stable"
}

require_rust_component() {
  command -v "$2" >/dev/null && "$2" --version >/dev/null 2>&1 && return
  command -v rustup >/dev/null || die "$2 is needed: install Rust's component $1"
  rustup component add "$1"
}

require_node() {
  local wanted found
  wanted=$(sed -n 's/.*"node": ">=\(.*\)".*/\1/p' ui/package.json)
  command -v npm >/dev/null || die "Node $wanted or newer with npm is needed: https://nodejs.org"
  found=$(node --version)
  at_least "$wanted" "${found#v}" || die "Node $wanted or newer is needed, and this is ${found#v}"
}

at_least() { printf '%s\n' "$1" "$2" | sort --version-sort --check=quiet; }

require_tauri_driver() {
  [ -x "$VALISE_TOOLS/bin/tauri-driver" ] && grep --quiet "\"tauri-driver $tauri_driver " "$VALISE_TOOLS/.crates.toml" && return
  say "Building tauri-driver $tauri_driver, which drives the window in tests"
  cargo install tauri-driver --version "$tauri_driver" --locked --root "$VALISE_TOOLS"
}

main "$@"
