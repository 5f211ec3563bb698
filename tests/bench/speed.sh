#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Print results/reference/speed.md: every program of tests/bench in one run, with the machine, the date and how busy the
# machine was. Usage: BBSBENCH=PROGRAM tests/bench/speed.sh FOLDER-OF-PROGRAMS
set -eu

page=$(mktemp)
trap 'rm -f "$page"' EXIT
load=$(cut -d' ' -f1 /proc/loadavg)

# bench_compress prints Markdown; its title becomes that of the page.
"$1/bench_compress" >"$page"
sed -n '1,2p' "$page"
printf "Written by \`make speed\` on %s, %s, Linux %s, %s. Load before the run: %s" "$(date -u +%Y-%m-%d)" \
    "$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release)" "$(uname -r)" \
    "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)" "$load"
case $load in
0.[0-4]*) echo '.' ;;
*) echo ': other programs were running, so these times are too long.' ;;
esac
printf '\nBuilt by:\n\n'
version=$("$BBSBENCH" version)
echo "$version" | sed 's/^/    /'
echo
sed '1,2d' "$page"
for program in bench_accel bench_synthesis bench_start; do
    "$1/$program" >"$page"
    printf '\n## %s\n\n```\n' "$(sed -n 1p "$page")"
    sed 1d "$page"
    echo '```'
done
