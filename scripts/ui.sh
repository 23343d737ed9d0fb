#!/usr/bin/env bash
# Builds the web UI into ui/dist.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

have_node || die "the web UI needs node 20.19 or newer with npm"
npm_packages
cd ui && npm run --silent build
