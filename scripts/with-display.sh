#!/usr/bin/env bash
# Runs a command on an X server and a D-Bus session of its own, with an empty home that is removed afterwards:
#
#   scripts/with-display.sh target/debug/valise-desktop
set -euo pipefail

# Short: the paths of sockets end at 108 bytes.
home=$(mktemp --directory /tmp/valise.XXXXXX)
trap 'rm -rf "$home"' EXIT
trap 'exit 143' TERM
mkdir -m 700 "$home/runtime" "$home/tmp"

# The tool chain stays where it is.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$home
export XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache
export XDG_STATE_HOME=$home/state XDG_RUNTIME_DIR=$home/runtime
export TMPDIR=$home/tmp
# The screen holds two windows of 1280x800 side by side.
# Software rendering, X11 only, no accessibility bus: the same on every machine.
export GDK_BACKEND=x11 NO_AT_BRIDGE=1 GTK_A11Y=none LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

xvfb-run --auto-servernum --server-args "-screen 0 2560x960x24 -nolisten tcp" dbus-run-session -- "$@"
