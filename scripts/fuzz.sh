#!/usr/bin/env bash
# Throws bytes at each reader of recorded traffic and at the guard. TIME: seconds for each (60). TARGETS: which ones.
# What it finds stands in fuzz/artifacts; put it into tests/found/TARGET of crates/readers or crates/guard once it is
# mended.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
rustup toolchain list 2>/dev/null | grep -q '^nightly' || die "fuzzing needs a nightly compiler: rustup toolchain install nightly"
command -v c++ >/dev/null || apt_install "the fuzzer" g++
tools=$target_dir/tools
if ! cargo fuzz --version >/dev/null 2>&1 && [ ! -x "$tools/bin/cargo-fuzz" ]; then
    say "building cargo-fuzz"
    cargo install --quiet --locked --root "$tools" cargo-fuzz
fi
case $tools in /*) PATH="$tools/bin:$PATH" ;; *) PATH="$PWD/$tools/bin:$PATH" ;; esac

seeds=$PWD/fuzz/corpus/seeds
FUZZ_SEEDS=$seeds cargo test --quiet -p palisade-readers -p palisade-guard --test it seeds >/dev/null
for target in ${TARGETS:-$(cargo +nightly fuzz list)}; do
    say "$target: ${TIME:-60} seconds"
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run --target-dir "$target_dir/fuzz" "$target" "fuzz/corpus/$target" "$seeds/$target" -- \
        -max_total_time="${TIME:-60}" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0
done
say "nothing was found"
