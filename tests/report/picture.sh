#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A picture of a report's first screen, as README shows it: tests/report/picture.sh REPORT.HTML PICTURE.PNG [WIDTH HEIGHT]
# (default 1280 x 900), by headless Chromium, with a palette of 64 colours (python3-pil). A frame gives any width: a window of
# Chromium is never narrower than 500 pixels.
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.."
[ $# -ge 2 ] || { echo "usage: tests/report/picture.sh REPORT.HTML PICTURE.PNG [WIDTH HEIGHT]" >&2 && exit 2; }
report=$(readlink -f -- "$1") picture=$2 width=${3:-1280} height=${4:-900}
[ -f "$report" ] || { echo "error: $1: found no such file" >&2 && exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$report" "$folder/report.html"
printf '<body style="margin:0"><iframe src="report.html" width="%d" height="%d" style="border:0;display:block"></iframe>' \
    "$width" "$height" >"$folder/frame.html"
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 --user-data-dir="$folder/profile" \
    --window-size="$((width < 500 ? 500 : width)),$height" --virtual-time-budget=20000 \
    --screenshot="$folder/screen.png" "file://$folder/frame.html" >"$folder/log" 2>&1 || { tail -n 3 "$folder/log" >&2 && exit 1; }
"${PYTHON:-/usr/bin/python3}" - "$folder/screen.png" "$picture" "$width" <<'END'
import sys
from PIL import Image
screen = Image.open(sys.argv[1]).convert("RGB")
screen = screen.crop((0, 0, min(int(sys.argv[3]), screen.width), screen.height))
screen.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(sys.argv[2], optimize=True)
END
echo "picture: $picture, $(wc -c <"$picture") bytes"
