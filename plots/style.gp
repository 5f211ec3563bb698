# SPDX-License-Identifier: GPL-3.0-or-later
# What all figures share: both terminals, fonts, axes, and a palette that colour-blind readers can tell apart
# (Okabe and Ito, 2008). A script sets `width` and `height` in points, then draws once for each of `formats`.
formats = "svg png"
set datafile separator ","
set datafile columnheaders
set encoding utf8
set minussign

use_format(format) = format eq "svg" \
    ? sprintf("set terminal svg size %d,%d dynamic enhanced font 'DejaVu Sans,11' background '#ffffff'", width, height) \
    : sprintf("set terminal pngcairo size %d,%d enhanced font 'DejaVu Sans,11' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'", 2 * width, 2 * height)

# Blue, orange, green, vermilion, sky, purple, yellow, grey.
array palette[8] = [0x0072b2, 0xe69f00, 0x009e73, 0xd55e00, 0x56b4e9, 0xcc79a7, 0xf0e442, 0x666666]
colour(i) = palette[1 + (int(i) - 1) % 8]
lighter(c) = 0x10000 * (255 - (255 - int(c / 0x10000)) * 2 / 5) + 0x100 * (255 - (255 - int(c / 0x100) % 256) * 2 / 5) + (255 - (255 - int(c) % 256) * 2 / 5)

set border 3 linewidth 1 linecolor rgb "#444444"
set tics nomirror out scale 0.6 textcolor rgb "#222222"
set grid ytics linewidth 0.6 linecolor rgb "#d8dde3"
set style fill solid 1.0 noborder
