#!/usr/bin/env bash
# Lists and dashboards of a large store (10,000 APIs, 500,000 operations, 5 million findings), beside one that holds a
# thousandth of it, on SQLite and on PostgreSQL. Both take a few GB below target/, which go at the end. DIVIDE=100 makes the
# large one a hundredth as large; ENGINES names one engine alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_postgres || apt_install "the comparison" postgresql
cargo build --release --quiet --bin palisade-bench
mkdir -p "$target_dir/store-bench"
for engine in ${ENGINES:-sqlite postgres}; do
    "$target_dir/release/palisade-bench" store "$engine" "${DIVIDE:-1}" "$target_dir/store-bench"
done
