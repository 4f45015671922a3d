#!/usr/bin/env bash
# Installs the programs that Valise is measured beside, builds everything for speed, and measures. The first build takes
# half an hour or more on two cores, the measuring itself an hour.
#
#   scripts/bench.sh --quick --only large    see tests/bench/main.rs
set -euo pipefail
. "$(dirname "$0")/common.sh"

# All programs in one choice of packages and features, or cargo builds the dependencies again for each.
selection=(--workspace --bins --features "valise-desktop/custom-protocol valise-tests/bench")

scripts/setup.sh bench
install_interface_packages
interface_is_current || npm --prefix ui run build
cargo build --release "${selection[@]}"
# For the window: nothing else looks at the display.
exec scripts/with-display.sh "$TARGET_DIR/release/bench" "$@"
