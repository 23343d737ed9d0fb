#!/usr/bin/env bash
# CPU per request of the gateway, beside nginx as a plain proxy and beside a minimal proxy.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || apt_install "the comparison" nginx-light
exec cargo run --release --quiet -p palisade-bench -- "$@"
