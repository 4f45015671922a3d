# shellcheck shell=bash
# What the other scripts share: where things are. Sourced, never run; it enters the top folder.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
# A jobserver of `make -j` does not reach through these scripts.
unset MAKEFLAGS MFLAGS MAKELEVEL

say() { printf '%s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

in_ci() { [ -n "${CI:-}" ] && [ "$CI" != false ]; }

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

# CI runs in a fresh clone: its build and its tools live in the user's cache, so that the second run is warm.
# A script that another one calls keeps to the caller's places.
VALISE_TOOLS=${VALISE_TOOLS:-$ROOT/tools}
if in_ci && [ -z "${CARGO_TARGET_DIR:-}" ] && [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ]; then
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/valise-target
  if mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
    export CARGO_TARGET_DIR=$cache CARGO_INCREMENTAL=0
    VALISE_TOOLS=$cache/tools
  fi
  unset cache
fi
TARGET_DIR=$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")
export VALISE_TOOLS TARGET_DIR

# The interface's packages, when the lock file is newer than what is installed. npm writes the marker last.
install_interface_packages() {
  local marker=ui/node_modules/.package-lock.json
  if [ ! -e "$marker" ] || [ ui/package-lock.json -nt "$marker" ]; then
    npm --prefix ui ci --no-audit --no-fund
  fi
}

# Nothing of the interface is newer than what was built of it.
interface_is_current() {
  [ -e ui/dist/index.html ] &&
    [ -z "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -newer ui/dist/index.html -print -quit)" ]
}
