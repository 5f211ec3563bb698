#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Install the packages of deps.txt that are missing; without root or sudo, print the one line to run and exit with 3.
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")"

if [ "${BBS_SKIP_DEPS:-0}" = 1 ]; then exit 0; fi
packages=$(sed 's/#.*//' deps.txt | tr -s ' \n' ' ')
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "error: this system has no dpkg; install what these Debian packages hold, then set BBS_SKIP_DEPS=1:" >&2
    echo "  $packages" >&2
    exit 3
fi

missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

line="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo"
else
    echo "error: packages are missing; run as root:  $line" >&2
    exit 3
fi
echo "installing:$missing"
log=$(mktemp)
# The list is split into words on purpose.
# shellcheck disable=SC2086
if $sudo apt-get update >"$log" 2>&1 &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    rm -f "$log"
else
    tail -n 15 "$log" >&2
    echo "error: apt-get failed (log: $log); try:  $line" >&2
    exit 3
fi
