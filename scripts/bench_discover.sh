#!/usr/bin/env bash
# What learning costs: made-up exchanges as JSON lines beside a mere parse of them, and a HAR beside mitmproxy2swagger,
# which it installs below target/. EXCHANGES and ENTRIES say how many of each. The file of lines is about 1 KB each.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_venv || die "the comparison needs python3 with venv"
folder="$target_dir/discover-bench"
mkdir -p "$folder"
if [ ! -x "$folder/venv/bin/mitmproxy2swagger" ]; then
    say "fetching mitmproxy2swagger to compare with"
    # 0.15.0 needs Python 3.12; an older one gets the version before.
    for python in python3.13 python3.12 python3; do
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then break; fi
    done
    "$python" -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'mitmproxy2swagger>=0.14.0,<=0.15.0' >&2
fi
cargo build --release --quiet --bin palisade --bin palisade-bench
exec python3 scripts/bench_discover.py --palisade "$target_dir/release/palisade" \
    --bench "$target_dir/release/palisade-bench" --peer "$folder/venv/bin/mitmproxy2swagger" --folder "$folder" \
    --exchanges "${EXCHANGES:-5000000}" --entries "${ENTRIES:-100000}" "$@"
