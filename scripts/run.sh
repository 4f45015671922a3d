#!/usr/bin/env bash
# Installs what is missing, builds, and opens Valise. Without a display, two people share files on the command line.
#
# The development profile: its dependencies, cryptography first, are optimised, and it builds in minutes where the
# release profile with its link-time optimisation takes far longer.
set -euo pipefail
. "$(dirname "$0")/common.sh"

# The same choice of packages and features as the tests: nothing is built twice. Of a program's dependencies, only its
# own are built: the demonstration needs no window's libraries.
selection=(--workspace --features valise-desktop/custom-protocol)

if ! has_display; then
  say "There is no display here, so no window can open: this is the same job by two people on the command line (valise demo)."
  scripts/setup.sh demo
  cargo build "${selection[@]}" --bin valise
  exec "$TARGET_DIR/debug/valise" demo "$@"
fi

scripts/setup.sh run
install_interface_packages
interface_is_current || npm --prefix ui run build
cargo build "${selection[@]}" --bin valise-desktop
exec "$TARGET_DIR/debug/valise-desktop" "$@"
