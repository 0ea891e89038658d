#!/usr/bin/env bash
# other-node.sh MAJOR E2E FILTER…: the unit tests of these packages and these end-to-end tests on another Node, in a copy
# with an install of its own: native modules differ between majors.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
major=$1 e2e=$2
shift 2
work=$here/.cache/node$major
mkdir -p "$work"

# The platform's own package of npm's `node`. Nothing is compiled on this Node.
arch=$(node -p 'process.arch')
runtime=$work/node_modules/node-linux-$arch
[ -x "$runtime/bin/node" ] || npm install --silent --no-save --prefix "$work" "node-linux-$arch@$major" >/dev/null
export PATH="$runtime/bin:$PATH"
node --version

rm -rf "$work/clone"
git clone --quiet --no-hardlinks "$here" "$work/clone"
cd "$work/clone"
node scripts/setup.mjs
# What differs between majors: processes, sockets, native modules. The rest of the end-to-end tests ran on the usual Node, and
# so did real photos, and the full number of random programs and damaged files.
export CLIP_WATCH_TEST_E2E=$e2e
export CLIP_WATCH_TEST_MODEL_RUNS=100 CLIP_WATCH_TEST_MUTATIONS=300
status=0
node scripts/run-tests.mjs --filter=@clip-watch/test-e2e "${@/#/--filter=}" || status=$?
cp reports/summary.json "$here/reports/summary-node$major.json"
exit "$status"
