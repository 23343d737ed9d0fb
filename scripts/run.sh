#!/usr/bin/env bash
# Builds everything and starts Palisade: the demo, or your own API when UPSTREAM is set.
#   UPSTREAM=URL  CONTRACT=FILE  MODE=observe|block  DATA=DIR
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
if [ -f ui/package.json ]; then
    if have_node; then
        npm_packages
        say "building the web UI"
        (cd ui && npm run --silent build >&2)
    else
        say "node 20.19 or newer and npm are missing: the web UI will be one page that says how to build it"
    fi
fi
say "building the binary; the first time takes some minutes"
cargo build --profile quick --bin palisade

args=(serve)
if [ -n "${UPSTREAM:-}" ]; then
    args+=(--upstream "$UPSTREAM")
    [ -z "${CONTRACT:-}" ] || args+=(--contract "$CONTRACT")
    [ -z "${MODE:-}" ] || args+=(--mode "$MODE")
else
    [ -z "${CONTRACT:-}${MODE:-}" ] || die "CONTRACT and MODE need UPSTREAM, the URL of your API"
    args+=(--demo)
fi
[ -z "${DATA:-}" ] || args+=(--data "$DATA")
exec "$target_dir/quick/palisade" "${args[@]}"
