# The short names for everything a contributor does. `make help` lists them; docs/development.md says more.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Terraform refuses to start where this names a file that does not exist, and nothing here depends on a person's own.
unexport TF_CLI_CONFIG_FILE

DATA := $(abspath $(or $(CLOUDOVEN_DATA),data))
CATALOG := $(or $(CLOUDOVEN_BLOBS),file://$(DATA)/blobs)
BUNDLES := $(or $(CLOUDOVEN_BUNDLES),bundles)
MIRROR := $(abspath target/mirror)
RUNNER_IMAGE = docker/need.sh /usr/bin/git "the runner image fetches modules with it" git && docker/runner/build.sh "$$(docker/terraform.sh)"

##@ Everyday

run: tools web ## Build everything and start CloudOven on http://127.0.0.1:8080 with its data in ./data
	@cargo build --release --package cloudoven --package cloudoven-crawler
	@tests/provider/mirror.sh $(MIRROR) >/dev/null
	@docker/engine.sh && $(RUNNER_IMAGE) || echo "Without Docker the designer works and runs are off."
	@crawler/import.sh target/release/cloudoven-crawler "$(CATALOG)" $(MIRROR) "$(BUNDLES)" "$(DATA)/imported"
	@CLOUDOVEN_DATA="$(DATA)" CLOUDOVEN_PROVIDER_MIRROR="$${CLOUDOVEN_PROVIDER_MIRROR:-$(MIRROR)}" \
		exec target/release/cloudoven serve

test: ## Run every test: unit, SQLite and PostgreSQL, Docker, browser
	@tests/run.sh

fmt: ## Format the code
	@cargo fmt --all

lint: tools web ## Check format, lints and types
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- --deny warnings
	@cd web && npm run --silent check

bench: runner-image web ## Run the benchmarks of tests/benches
	@cargo build --release --package cloudoven
	@cargo bench --package cloudoven-tests

fuzz: ## Feed the readers of pages, schemas, bundles and blueprints with what nobody wrote, FUZZ_MINUTES=15 for each
	@tests/fuzz/run.sh $(or $(FUZZ_MINUTES),15)

help: ## List what make can do
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Parts

web: web/dist/manifest.json ## Build the pages' scripts and styles

web/node_modules/.package-lock.json: web/package-lock.json
	@cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/manifest.json: web/node_modules/.package-lock.json web/build.mjs $(shell find web/assets -type f)
	@cd web && npm run --silent build

mirror: tools ## Build the demo provider into a filesystem mirror, target/mirror
	@tests/provider/mirror.sh $(MIRROR)

provider-docs: tools ## Write the demo provider's documentation pages
	@cargo run --quiet --package terraform-provider-demo -- docs tests/provider/docs

engine: ## Make sure that a Docker engine answers
	@docker/engine.sh

runner-image: engine tools ## Build the image that runs happen in
	@$(RUNNER_IMAGE)

catalog: tools mirror ## Import the catalogs into ./data
	@cargo build --release --package cloudoven --package cloudoven-crawler
	@crawler/import.sh target/release/cloudoven-crawler "$(CATALOG)" $(MIRROR) "$(BUNDLES)" "$(DATA)/imported"

test-unit: tools web ## Run the tests of the Rust crates, PostgreSQL and Docker included
	@tests/run.sh rust

test-browser: tools web ## Run the browser tests
	@tests/run.sh browser

tools: ## Install what the build needs and this machine has not
	@docker/tools.sh

.PHONY: run test fmt lint bench fuzz help web mirror provider-docs engine runner-image catalog test-unit test-browser tools
