# The commands of every day. The work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test bench soak chaos corpus fuzz try vscode fmt ui tidy clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run UPSTREAM=http://127.0.0.1:3000 [CONTRACT=FILE] [MODE=observe|block] [DATA=DIR]"
	@echo "           the same for your own API"

run: ## Build everything and start it with the demo API
	@UPSTREAM='$(UPSTREAM)' CONTRACT='$(CONTRACT)' MODE='$(MODE)' DATA='$(DATA)' ./scripts/run.sh

test: ## Run every check; install what they lack
	@./scripts/test.sh

bench: ## Compare the gateway with nginx and a minimal proxy, the audit with Redocly and Spectral, an edit with an audit, learning with parsing, asking about TLS with sslscan, a large store with a small one
	@./scripts/bench.sh
	@./scripts/bench_audit.sh
	@./scripts/bench_lsp.sh
	@./scripts/bench_discover.sh
	@./scripts/bench_posture.sh
	@./scripts/bench_store.sh

soak: ## Wear the gateway out: a thousand reloads under load, ten thousand idle clients, slow ones, memory (no part of the tests)
	@./scripts/soak.sh $(RELOADS) $(CLIENTS)

chaos: ## Kill control planes and controllers under load, KILLS times from SEED, on SQLite and PostgreSQL (no part of the tests)
	@PALISADE_CHAOS_KILLS='$(or $(KILLS),200)' PALISADE_CHAOS_SEED='$(or $(SEED),1)' cargo test -p palisade --test it -- --nocapture --test-threads 1 chaos::kills

corpus: ## Audit 2600 real contracts, installed below target/, beside another validator (no part of the tests)
	@./scripts/corpus.sh

fuzz: ## Throw bytes at each reader of recordings and at the guard for TIME seconds (no part of the tests)
	@TIME='$(TIME)' TARGETS='$(TARGETS)' ./scripts/fuzz.sh

try: ## Put Palisade in front of two real APIs, which it installs below target/ (no part of the tests)
	@./scripts/try.sh

vscode: ## Try the VS Code extension in code-server, built below target/ (no part of the tests)
	@./scripts/vscode.sh

fmt: ## Format the Rust code
	cargo fmt --all

ui: ## Build the web UI, to be embedded by the next cargo build
	@./scripts/ui.sh

tidy: ## Only the checks of the repository's own rules
	cargo test --quiet -p xtask

clean: ## Remove what was built
	cargo clean
	rm -rf ui/dist ui/node_modules
