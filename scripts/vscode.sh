#!/usr/bin/env bash
# The extension in a real VS Code: code-server and Chromium, below target/. No part of the tests, since it builds the
# editor's native modules.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_rust
have_node || die "the extension needs node 20.19 or newer with npm"
[ "$(node -p 'process.versions.node.split(".")[0]')" = 20 ] || die "this code-server runs on node 20"
missing=()
command -v chromium >/dev/null || missing+=(chromium)
for header in gssapi/gssapi.h X11/Xlib.h; do [ -e "/usr/include/$header" ] || missing+=(libkrb5-dev libx11-dev libxkbfile-dev); done
[ ${#missing[@]} = 0 ] || apt_install "the editor" "${missing[@]}"

home="$PWD/$target_dir/vscode"
case $target_dir in /*) home="$target_dir/vscode" ;; esac
server="$home/node_modules/code-server"
if [ ! -e "$home/.built" ]; then
    say "fetching code-server and building what it needs"
    mkdir -p "$home"
    # Its own install script asks a host that may not be there; what it would do is done here.
    npm install --prefix "$home" --no-save --no-audit --no-fund --loglevel=error --ignore-scripts \
        code-server@4.100.3 playwright-core@1.65.1 >&2
    (cd "$server/lib/vscode" && npm install --no-audit --no-fund --loglevel=error --ignore-scripts --omit=dev >&2)
    gyp="$(npm root -g)/npm/node_modules/node-gyp/bin/node-gyp.js"
    headers=(); [ -e /usr/include/node/node.h ] && headers=(--nodedir=/usr)
    for module in kerberos @vscode/spdlog @parcel/watcher native-watchdog node-pty; do
        (cd "$server/lib/vscode/node_modules/$module" && node "$gyp" rebuild "${headers[@]}" >"$home/build.log" 2>&1) ||
            die "$module could not be built: see $home/build.log"
    done
    (cd "$home/node_modules/argon2" && node ../@mapbox/node-pre-gyp/bin/node-pre-gyp install --build-from-source \
        "${headers[@]}" >"$home/build.log" 2>&1) || die "argon2 could not be built: see $home/build.log"
    touch "$home/.built"
fi

cargo build --quiet --bin palisade
bin="$target_dir/debug/palisade"
case $bin in /*) ;; *) bin="$PWD/$bin" ;; esac
npm_packages editors/vscode
(cd editors/vscode && npm run --silent build && npm run --silent package >&2)
PALISADE_BIN="${PALISADE_BIN:-$bin}" CODE_SERVER="$home" node editors/vscode/e2e/run.mjs
