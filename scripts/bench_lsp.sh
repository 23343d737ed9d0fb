#!/usr/bin/env bash
# The language server's time from an edit to its diagnostics, beside a whole audit. CONTRACTS=DIR adds stripe.yaml there.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
cargo build --release --quiet --bin palisade
contracts=(examples/*/*.openapi.yaml)
if [ -n "${CONTRACTS:-}" ]; then contracts+=("$CONTRACTS"/stripe.yaml); fi
exec python3 scripts/bench_lsp.py --palisade "$target_dir/release/palisade" "$@" "${contracts[@]}"
