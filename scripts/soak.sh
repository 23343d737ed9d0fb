#!/usr/bin/env bash
# Wears the gateway out: a thousand reloads under load, ten thousand idle clients, slow ones, memory.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
command -v python3 >/dev/null || apt_install "the clients" python3
cargo build --release --quiet -p palisade
exec python3 scripts/soak.py "$target_dir/release/palisade" "$@"
