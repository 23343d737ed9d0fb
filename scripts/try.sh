#!/usr/bin/env bash
# Puts Palisade in front of two real APIs, which it installs below target/real-apis. No part of the test suite.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_node || die "one of the APIs needs node 20.19 or newer with npm"
have_venv || apt_install "the trial" python3-venv
cargo build --release --quiet --bin palisade
exec python3 scripts/try_real_apis.py --palisade "$target_dir/release/palisade" "$@"
