#!/usr/bin/env bash
# The README's test command as a stranger has it: a clone with nothing beside it, in a path with a space, an ordinary
# user with a new home, an empty environment. Twice: the second time, nothing is done again.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
place=$(mktemp -d "${TMPDIR:-/tmp}/clip-watch-stranger-XXXXXX")
trap 'rm -rf "$place"' EXIT
clone="$place/my clone"
mkdir "$place/home"
git clone --quiet --no-hardlinks "$here" "$clone"

# What is promised to be needed: Node, npm, a home. Where packages and Node's headers come from is npm's to know.
environment=(PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" HOME="$place/home" LANG=C.UTF-8)
for setting in registry nodedir cafile proxy https-proxy; do
  value=$(npm config get "$setting")
  case $value in null | undefined | "") ;; *) environment+=("npm_config_${setting//-/_}=$value") ;; esac
done

ordinary=()
if [ "$(id -u)" = 0 ]; then
  # Not `nobody`: a user namespace shows everybody that it does not know as that one, so the server trusts it with nothing.
  ordinary=(setpriv --reuid=daemon --regid="$(id -g daemon)" --clear-groups)
  chown -R "daemon:$(id -g daemon)" "$place"
fi
as_stranger() { (cd "$clone" && env -i "${environment[@]}" "${ordinary[@]}" "$@"); }

fail() { printf '%s\n' "$1" | tee "$here/reports/why" && exit 1; }

as_stranger node --version
status=0
as_stranger npm test | tee "$place/first.log" || status=$?
cp "$clone/reports/summary.json" "$here/reports/summary-stranger.json"
[ "$status" = 0 ] || exit "$status"

as_stranger npm test >"$place/second.log" || fail "The second run failed: $(tail -n 40 "$place/second.log")"
grep -q 'FULL TURBO' "$place/second.log" || fail "The second run did again: $(grep -o '^[^ ]*: cache miss' "$place/second.log")"
[ "$(tail -n 1 "$place/first.log")" = "$(tail -n 1 "$place/second.log")" ] || fail "The second run counted otherwise."
