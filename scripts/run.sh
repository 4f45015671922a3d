#!/usr/bin/env bash
# Installs what is missing, builds, and opens Valise. Without a display, two people share files on the command line.
#
# The development profile: its dependencies, cryptography first, are optimised, and it builds in minutes where the
# release profile with its link-time optimisation takes far longer.
set -euo pipefail
. "$(dirname "$0")/common.sh"

interface_is_current() {
  [ -e ui/dist/index.html ] &&
    [ -z "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -newer ui/dist/index.html -print -quit)" ]
}

if ! has_display; then
  say "There is no display here, so no window can open: this is the same job by two people on the command line (valise demo)."
  scripts/setup.sh demo
  exec cargo run --package valise-cli -- demo "$@"
fi

scripts/setup.sh run
install_interface_packages
interface_is_current || npm --prefix ui run build
# The same choice of packages and features as the tests: nothing is built twice.
cargo build --workspace --features valise-desktop/custom-protocol --bin valise-desktop
exec "$TARGET_DIR/debug/valise-desktop" "$@"
