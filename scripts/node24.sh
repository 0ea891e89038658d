#!/usr/bin/env bash
# Unit tests and first light on Node 24, in a copy with an install of its own: native modules differ between majors.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
work=$here/.cache/node24
mkdir -p "$work"

# The platform's own package of npm's `node`. Nothing is compiled on this Node.
arch=$(node -p 'process.arch')
runtime=$work/node_modules/node-linux-$arch
[ -x "$runtime/bin/node" ] || npm install --silent --no-save --prefix "$work" "node-linux-$arch@24" >/dev/null
export PATH="$runtime/bin:$PATH"
node --version

rm -rf "$work/clone"
git clone --quiet --no-hardlinks "$here" "$work/clone"
cd "$work/clone"
if [ -d "$here/../shared" ]; then export CLIP_WATCH_TEST_SHARED="${CLIP_WATCH_TEST_SHARED:-$here/../shared}"; fi
node scripts/setup.mjs
# What differs between majors: processes, sockets, native modules. The rest of the end-to-end tests ran on the usual Node, and
# so did the full number of random programs and damaged files.
export CLIP_WATCH_TEST_E2E="first-light embedded-encoder shutdown plugins"
export CLIP_WATCH_TEST_MODEL_RUNS=100 CLIP_WATCH_TEST_MUTATIONS=300
status=0
node scripts/run-tests.mjs '--filter=./proto' '--filter=./packages/*' '--filter=./apps/*' '--filter=@clip-watch/test-e2e' || status=$?
cp reports/summary.json "$here/reports/summary-node24.json"
exit "$status"
