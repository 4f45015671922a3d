# The commands of this project; the work is done in scripts/. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help run test bench package bindings fmt

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is missing, build, open Valise; without a display: `valise demo` (FILES="a.pdf b.odt")
	@scripts/run.sh $(FILES)

test: ## everything CI runs, with a time per section (ONLY="formatting lints" for some of it)
	@scripts/test.sh $(ONLY)

bench: ## measure Valise beside others, in release, and print the targets (ARGS="--quick --only large")
	@scripts/bench.sh $(ARGS)

package: ## build the Debian package: window, command line, desktop entry (in release)
	@scripts/package.sh

bindings: ## write the interface's TypeScript types anew from Rust
	UPDATE_BINDINGS=1 cargo test --package valise-desktop bindings

fmt: ## format Rust and the interface
	cargo fmt --all
	npm --prefix ui run format
