#!/usr/bin/env bash
# Sees to it that tests in a browser have one. A Chromium or Chrome that is on the path, or that CHROMIUM names, is taken as it
# is; on Debian and Ubuntu whoever can be root gets the distribution's. Where none can be had, those tests are skipped and
# say so: this never fails.
set -uo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable chrome microsoft-edge microsoft-edge-stable; do
  if [ -n "${CHROMIUM:-}" ] || command -v "$name" >/dev/null; then exit 0; fi
done
[ ! -d "/Applications/Chromium.app" ] && [ ! -d "/Applications/Google Chrome.app" ] || exit 0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if [ -f /etc/debian_version ] && as_root true 2>/dev/null; then
  echo "chromium: installing Debian's"
  as_root apt-get update -qq >/dev/null 2>&1
  if as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends --no-remove chromium >/dev/null 2>&1; then exit 0; fi
fi
echo "chromium: there is none here; the tests in a browser are skipped"
