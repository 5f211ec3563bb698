#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a browser makes of a report: tests/report/check.sh REPORT.HTML, or the newest one of results/. Chromium (Debian: chromium)
# opens it headless at 1280 x 900 and at 390 x 844; page.js, put into a copy of the page, looks at it from inside. A file
# axe.min.js (npm: axe-core) named by AXE adds the rules of accessibility that it holds serious or critical.
# Then as it is printed: with the rules for print on a page as wide as A4 landscape between its margins.
# The last line is "N passed, N failed"; without Chromium it is skipped with a reason.
set -u
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.." || exit 1
report=${1:-$(find results -mindepth 2 -maxdepth 2 -name report.html 2>/dev/null | sort | tail -n 1)}
chromium=${CHROMIUM:-chromium}
[ -n "$report" ] && [ -f "$report" ] || { echo "error: no report; make one with ./run_all.sh --smoke" >&2 && exit 3; }
command -v "$chromium" >/dev/null 2>&1 || { echo "skipped: $chromium is not installed" && exit 0; }
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# A page is framed, because a window of Chromium is never narrower than 500 pixels. The frame's page reports by a message.
look() { # width, height, "print" or nothing
    {
        printf '<script>onPaper=%s;' "$([ "${3:-}" = print ] && echo true || echo false)"
        cat tests/report/page.js
        printf '</script>'
        [ -z "${AXE:-}" ] || { printf '<script>' && cat "$AXE" && printf '</script>'; }
        if [ "${3:-}" = print ]; then sed 's/@media print{/@media all{/; s/@media (prefers-color-scheme:dark)/@media not all/' "$report"; else cat "$report"; fi
    } >"$folder/page.html"
    printf '<body style="margin:0"><iframe id="page" src="page.html" width="%d" height="%d" style="border:0"></iframe><pre id="found"></pre>
<script>addEventListener("message",e=>{document.getElementById("page").remove();document.getElementById("found").textContent=e.data})</script>' \
        "$1" "$2" >"$folder/frame.html"
    "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --window-size=1400,1000 \
        --virtual-time-budget=60000 --dump-dom "file://$folder/frame.html" 2>"$folder/log" >"$folder/dom"
    sed -n '/<pre id="found">/,/<\/pre>/p' "$folder/dom" | sed 's/.*<pre id="found">//; s/<\/pre>.*//' | grep -E '^(ok|not ok) ' >"$folder/found"
    [ -s "$folder/found" ] || echo "not ok the page did not answer: $(tail -n 1 "$folder/log")" >"$folder/found"
    sed "s/^/$1 x $2${3:+, $3}: /" "$folder/found"
    passed=$((passed + $(grep -c '^ok ' "$folder/found")))
    failed=$((failed + $(grep -c '^not ok ' "$folder/found")))
}

echo "report: $report, $(wc -c <"$report") bytes"
look 1280 900
look 390 844
look 1032 703 print # 273 x 186 mm at 96 dots an inch
if [ "$(wc -c <"$report")" -le 1000000 ]; then passed=$((passed + 1)) && echo "ok the file has at most 1 MB"; else failed=$((failed + 1)) && echo "not ok the file has at most 1 MB"; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
