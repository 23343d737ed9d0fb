#!/usr/bin/env bash
# The TLS part of `palisade score` beside sslscan, which it installs, on the same servers of nginx on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
missing=()
command -v sslscan >/dev/null || missing+=(sslscan)
command -v openssl >/dev/null || missing+=(openssl)
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing+=(nginx-light)
[ ${#missing[@]} = 0 ] || apt_install "the comparison" "${missing[@]}"
cargo build --release --quiet --bin palisade
exec python3 scripts/bench_posture.py --palisade "$target_dir/release/palisade" "$@"
