#!/bin/sh
# Where root may, install what Debian has for the languages that clients are proven in; `clients` tells what is missing.
set -eu
lacking=$("$1" -c 'from syncano_contract.clients.toolchains import lacking; print(lacking())')
[ -n "$lacking" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
wait='-o DPkg::Lock::Timeout=300'
apt-get $wait update --quiet >&2
# shellcheck disable=SC2086 # several words
DEBIAN_FRONTEND=noninteractive apt-get $wait install --quiet --yes --no-install-recommends $lacking >&2
