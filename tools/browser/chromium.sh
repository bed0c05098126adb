#!/bin/sh
# Print the path of a Chromium that runs; where there is none, and root may, install Debian's.
set -eu

found() {
  for name; do
    # Ubuntu's chromium-browser is there without its snap too, and then tells no version.
    if "$name" --version >/dev/null 2>&1; then command -v "$name"; return; fi
  done
  return 1
}

installed() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  apt-get update --quiet >&2
  # Without its recommended packages Chromium has no font, and pages have no glyphs.
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium fonts-dejavu-core >&2
}

if [ -n "${CHROMIUM:-}" ]; then
  found "$CHROMIUM" && exit
else
  set -- chromium chromium-browser google-chrome google-chrome-stable
  found "$@" && exit
  installed && found "$@" && exit
fi
echo "error: no Chromium that runs: ${CHROMIUM:-$*}" >&2
echo "  install one (\`sudo apt-get install chromium fonts-dejavu-core\`), or name it with CHROMIUM=/path/to/it" >&2
exit 1
