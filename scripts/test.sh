#!/usr/bin/env bash
# Everything CI runs, in named sections: `make test`, or `scripts/test.sh SECTION...` for some of them.
# Stops at the first section that fails and shows its output; all outputs are kept in the target folder's test-logs.
#
# A test that cannot run here prints a line "not run: WHY". Those lines are collected; in CI one that does not stand in
# scripts/not-run-expected.txt is a failure.
#
# A new section: a function below, and its line in `sections`.
set -uo pipefail
. "$(dirname "$0")/common.sh"
# The output is for files.
export NO_COLOR=1 CARGO_TERM_COLOR=never

# The order is what each needs: the desktop program carries the built interface, the tests start the built programs.
sections=(
  set-up scripts formatting
  interface-packages interface-formatting interface-types interface-tests interface-build
  lints build arrows bindings rust-tests doc-tests window not-run
)

set-up() { scripts/setup.sh test; }

scripts() {
  for script in scripts/*.sh .ci/run; do bash -n "$script"; done
  shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
}

formatting() { cargo fmt --all --check -- --color=never; }

interface-packages() { install_interface_packages; }
interface-formatting() { npm --prefix ui run --if-present format:check; }
interface-types() { npm --prefix ui run check; }
interface-tests() { npm --prefix ui run test; }
interface-build() { npm --prefix ui run build; }

# One choice of packages and features for all that follows, or cargo builds the dependencies again for each choice.
selection=(--workspace --features valise-desktop/custom-protocol)
# The window tests stand behind a feature, so that nothing but their own section starts them.
window_selection=(--workspace --features "valise-desktop/custom-protocol valise-tests/window")
# All that there is, the programs of `make bench` too.
lint_selection=(--workspace --features "valise-desktop/custom-protocol valise-tests/window valise-tests/bench")
# In CI the committed lock file must be the right one.
if in_ci; then
  selection+=(--locked)
  window_selection+=(--locked)
  lint_selection+=(--locked)
fi

lints() { cargo clippy "${lint_selection[@]}" --all-targets -- -D warnings; }
build() { cargo build "${selection[@]}" --all-targets; }

arrows() {
  if has_nextest; then nextest "${selection[@]}" -E 'package(valise-tests) & binary(arrows)'; else
    libtest "${selection[@]}" --test arrows -- --show-output
  fi
}

bindings() {
  if has_nextest; then nextest "${selection[@]}" -E 'package(valise-desktop) & test(bindings)'; else
    libtest "${selection[@]}" --lib -- bindings --show-output
  fi
}

rust-tests() {
  if has_nextest; then nextest "${selection[@]}"; else
    libtest "${selection[@]}" --lib --bins --tests -- --show-output
  fi
}

doc-tests() { cargo test "${selection[@]}" --doc; }

window() {
  if [ ! -e tests/window.rs ]; then
    say "not run: the window tests (tests/window.rs is not there yet)"
    return
  fi
  cargo test "${window_selection[@]}" --test window --test memory --test background --test page --no-run
  # One at a time: the windows share one display and one pointer.
  if has_nextest; then
    scripts/with-display.sh cargo nextest run "${nextest_options[@]}" -j1 "${window_selection[@]}" \
      -E 'package(valise-tests) & (binary(window) | binary(memory) | binary(background) | binary(page))'
  else
    scripts/with-display.sh cargo test "${window_selection[@]}" --test window --test memory --test background --test page -- --test-threads=1 --show-output |
      some_tests_ran
  fi
}

# cargo-nextest gives each test a process and a time limit. It takes long to build, so a machine without it uses
# cargo's own runner: the same tests.
has_nextest() { cargo nextest --version >/dev/null 2>&1; }
# The output of tests that pass is wanted too: "not run:" is said there.
nextest_options=(--success-output immediate --no-tests fail)
# On a crowded CI machine a test that failed is run once more; that it had to be is said at the end.
if in_ci; then nextest_options+=(--retries 1); fi
nextest() { cargo nextest run "${nextest_options[@]}" "$@"; }
libtest() { cargo test --no-fail-fast "$@" | some_tests_ran; }
some_tests_ran() { awk '{ print } /^test result: ok\. [1-9]/ { ran = 1 } END { exit !ran }'; }

not-run() {
  local unexpected
  not_run_lines
  in_ci || return 0
  unexpected=$(not_run_lines | grep --line-regexp --fixed-strings --invert-match \
    --file <(grep --invert-match '^\(#\|$\)' scripts/not-run-expected.txt)) || return 0
  say "These do not stand in scripts/not-run-expected.txt:"
  say "$unexpected"
  return 1
}

not_run_lines() { sed -n 's/^[[:space:]]*not run: //p' "$logs"/*.log | sort --unique; }

flaky_lines() { sed -n 's/^[[:space:]]*FLAKY [^)]*)[[:space:]]*//p' "$logs"/*.log | sort --unique; }

# --- how sections are run ---

logs=$TARGET_DIR/test-logs
passed=0 failed=0 summary='' heartbeat=''

main() {
  local chosen=("$@")
  [ ${#chosen[@]} -gt 0 ] || chosen=("${sections[@]}")
  for name in "${chosen[@]}"; do
    [[ " ${sections[*]} " == *" $name "* ]] || die "no section is called $name; there are: ${sections[*]}"
  done
  mkdir -p "$logs"
  rm -f "$logs"/*.log
  trap stop_heartbeat EXIT
  for name in "${chosen[@]}"; do
    run_section "$name"
    [ "$failed" -eq 0 ] || break
  done
  summarize
  [ "$failed" -eq 0 ]
}

run_section() {
  local name=$1 log=$logs/$1.log started=$SECONDS status
  say "== $name"
  start_heartbeat "$log"
  # Neither here nor in the caller may an `if` or `||` stand around this: `set -e` would mean nothing inside.
  (
    set -e
    "$name"
  ) >"$log" 2>&1 </dev/null
  status=$?
  stop_heartbeat
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    summary+=$(printf '%-22s passed %6d s' "$name" $((SECONDS - started)))$'\n'
    say "   passed in $((SECONDS - started)) s"
  else
    failed=$((failed + 1))
    summary+=$(printf '%-22s FAILED %6d s' "$name" $((SECONDS - started)))$'\n'
    show "$log"
    say "   FAILED after $((SECONDS - started)) s; all of its output: $log"
  fi
}

# A sign of life in long sections.
start_heartbeat() {
  (
    # Its own output stays closed: a sleep that outlives this would hold the caller's pipe.
    while sleep 60 >/dev/null 2>&1; do
      printf '   %s\n' "$(grep --text . "$1" | tail -n 1 | cut -c 1-110)"
    done
  ) &
  heartbeat=$!
}

stop_heartbeat() {
  [ -n "$heartbeat" ] || return 0
  kill "$heartbeat" 2>/dev/null
  wait "$heartbeat" 2>/dev/null
  heartbeat=''
}

show() {
  local most=500
  [ "$(wc -l <"$1")" -le "$most" ] || say "   (the last $most lines)"
  tail -n "$most" "$1"
}

summarize() {
  printf '\n%s\n' "$summary"
  if [ -n "$(not_run_lines)" ]; then
    say "Not run:"
    not_run_lines | sed 's/^/  /'
    say ""
  fi
  if [ -n "$(flaky_lines)" ]; then
    say "Passed only when run again:"
    flaky_lines | sed 's/^/  /'
    say ""
  fi
  say "$passed passed, $failed failed ($SECONDS s)"
}

main "$@"
