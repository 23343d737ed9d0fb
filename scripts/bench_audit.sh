#!/usr/bin/env bash
# The audit beside Redocly and Spectral, which it installs below target/. CONTRACTS=DIR adds contracts of your own.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_node || die "the comparison needs node 20.19 or newer with npm"
peers="$target_dir/audit-peers"
if [ ! -x "$peers/node_modules/.bin/spectral" ]; then
    say "fetching the linters to compare with"
    mkdir -p "$peers"
    npm install --prefix "$peers" --no-save --no-audit --no-fund --loglevel=error @redocly/cli@2.77.0 \
        @stoplight/spectral-cli@6.16.3 @stoplight/spectral-owasp-ruleset@2.0.1 @octokit/openapi@23.0.2 >&2
fi
ruleset="$peers/owasp.yaml"
echo 'extends: ["@stoplight/spectral-owasp-ruleset"]' >"$ruleset"
cargo build --release --quiet --bin palisade
contracts=("$peers/node_modules/@octokit/openapi/generated/api.github.com.json" examples/*/*.openapi.yaml)
if [ -n "${CONTRACTS:-}" ]; then contracts+=("$CONTRACTS"/stripe.yaml "$CONTRACTS"/museum-3.1.yaml); fi
exec python3 scripts/bench_audit.py --palisade "$target_dir/release/palisade" \
    --redocly "$peers/node_modules/.bin/redocly" --spectral "$peers/node_modules/.bin/spectral" \
    --ruleset "$ruleset" "$@" "${contracts[@]}"
