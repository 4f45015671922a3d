#!/usr/bin/env bash
# Builds the Debian package: window, command line with its pages and completions, desktop entry, icons.
#
#   scripts/package.sh                   builds in release first; the package lies in the target folder (`make package`)
#   scripts/package.sh --built DIR OUT   packages the programs that lie in DIR, quickly, into the folder OUT (for tests)
#
# By dpkg's own tools: what the programs need of the system is read from the programs themselves.
set -euo pipefail
. "$(dirname "$0")/common.sh"

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
package=valise

main() {
  case ${1:-} in
    '')
      scripts/setup.sh run
      install_interface_packages
      npm --prefix ui run build
      cargo build --workspace --locked --release --features valise-desktop/custom-protocol --bin valise --bin valise-desktop
      pack "$TARGET_DIR/release" "$TARGET_DIR" -Zxz
      ;;
    --built)
      [ $# -eq 3 ] || die "usage: scripts/package.sh --built DIR OUT"
      pack "$2" "$3" -Zgzip -z1
      ;;
    *) die "usage: scripts/package.sh [--built DIR OUT]" ;;
  esac
}

# Programs from a folder, into a folder, and how dpkg-deb compresses.
pack() {
  local from=$1 into=$2
  shift 2
  put_programs "$from"
  put_entry
  put_terminal "$from"
  put_papers
  put_control
  local name
  name=${package}_$(version)_$(architecture).deb
  mkdir -p "$into"
  dpkg-deb --root-owner-group "$@" --build "$tree" "$into/$name" >/dev/null
  say "$into/$name"
}

version() { sed -n '/^\[workspace.package\]/,/^\[/ s/^version = "\(.*\)"$/\1/p' Cargo.toml; }
architecture() { dpkg --print-architecture; }

put_programs() {
  local program
  for program in valise valise-desktop; do
    put 755 "$1/$program" "usr/bin/$program"
    strip --strip-unneeded "$tree/usr/bin/$program"
  done
}

put_entry() {
  put 644 packaging/debian/valise-desktop.desktop usr/share/applications/valise-desktop.desktop
  put 644 icons/32x32.png usr/share/icons/hicolor/32x32/apps/valise.png
  put 644 icons/128x128.png usr/share/icons/hicolor/128x128/apps/valise.png
  put 644 icons/128x128@2x.png usr/share/icons/hicolor/256x256/apps/valise.png
  put 644 icons/icon.png usr/share/icons/hicolor/512x512/apps/valise.png
  put 644 icons/valise.svg usr/share/icons/hicolor/scalable/apps/valise.svg
}

# What the command line says of itself: pages and completions.
put_terminal() {
  local page shell file
  "$1/valise" man --output "$work/man"
  for page in "$work"/man/*.1; do
    gzip --best --no-name "$page"
    put 644 "$page.gz" "usr/share/man/man1/${page##*/}.gz"
  done
  while read -r shell file; do
    "$1/valise" completions "$shell" >"$work/completions"
    put 644 "$work/completions" "usr/share/$file"
  done <<'END'
bash bash-completion/completions/valise
zsh zsh/vendor-completions/_valise
fish fish/vendor_completions.d/valise.fish
END
}

put_papers() {
  local doc=usr/share/doc/$package mit
  mit=$(sed -e 's/^$/./' -e 's/^/ /' LICENSE-MIT)
  mkdir -p "$tree/$doc"
  while IFS= read -r line; do
    if [ "$line" = @MIT@ ]; then say "$mit"; else say "$line"; fi
  done <packaging/debian/copyright >"$tree/$doc/copyright"
  gzip --best --no-name <CHANGELOG.md >"$tree/$doc/changelog.gz"
  chmod 644 "$tree/$doc"/*
}

put_control() {
  local size depends
  mkdir -p "$tree/DEBIAN"
  (cd "$tree" && find usr -type f -print0 | sort --zero-terminated | xargs --null md5sum) >"$tree/DEBIAN/md5sums"
  size=$(du --summarize --apparent-size --block-size=1024 "$tree/usr" | cut -f 1)
  depends=$(needed)
  sed -e "s/@VERSION@/$(version)/" -e "s/@ARCHITECTURE@/$(architecture)/" -e "s/@SIZE@/$size/" \
    -e "s/@DEPENDS@/$depends/" packaging/debian/control >"$tree/DEBIAN/control"
  chmod 755 "$tree/DEBIAN"
  chmod 644 "$tree/DEBIAN"/*
}

# The packages whose libraries the programs are linked with, in the versions they need at least.
needed() {
  mkdir -p "$work/debian"
  printf 'Source: %s\n\nPackage: %s\nArchitecture: any\nDescription: -\n' "$package" "$package" >"$work/debian/control"
  (cd "$work" && dpkg-shlibdeps -O tree/usr/bin/valise tree/usr/bin/valise-desktop 2>/dev/null) |
    sed -n 's/^shlibs:Depends=//p'
}

# Mode, file, and where to: directories are readable for all, whatever the umask.
put() { (umask 022 && install -D --mode="$1" "$2" "$tree/$3"); }

umask 022
main "$@"
