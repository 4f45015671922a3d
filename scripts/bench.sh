#!/usr/bin/env bash
# Installs the programs that Valise is measured beside, builds everything for speed, and measures. The first build takes
# a quarter of an hour or more on two cores, the measuring itself as long.
#
#   scripts/bench.sh --quick --only large    see tests/bench/main.rs
set -euo pipefail
. "$(dirname "$0")/common.sh"

# One choice of packages and features, or cargo builds the dependencies again for each.
selection=(--package valise-cli --package valise-catalog --package valise-tests --features valise-tests/bench)

scripts/setup.sh bench
cargo build --release "${selection[@]}"
exec "$TARGET_DIR/release/bench" "$@"
