# SPDX-License-Identifier: GPL-3.0-or-later
# What all figures share: terminals, fonts, axes, names and colours. A script sets `width` and `height` in points, then draws once for each of `formats`.
# The program says which formats it wants; by hand: gnuplot -e 'formats = "pdf"' -c ...
if (!exists("formats")) { formats = "svg png" }
set datafile separator ","
set datafile columnheaders
set encoding utf8
set minussign

use_format(format) = format eq "svg" \
    ? sprintf("set terminal svg size %d,%d dynamic enhanced font 'DejaVu Sans,11' background '#ffffff'", width, height) \
    : format eq "pdf" \
    ? sprintf("set terminal pdfcairo size %.4fin,%.4fin enhanced font 'DejaVu Sans,11' background '#ffffff'", width / 72.0, height / 72.0) \
    : sprintf("set terminal pngcairo size %d,%d enhanced font 'DejaVu Sans,11' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'", 2 * width, 2 * height)

# Looks. A design, a method or a network has one name, colour and marker in every figure. Each colour has a contrast of 3:1 or
# more against white, and the colours of one list differ in lightness too, so that they stay apart in grey (a test holds both,
# and the names against the registries). A method has the colour of the design that runs it.
looks = "\
stripes|Stripes|0x8b959e|4 pragmatic|Pragmatic|0x097eb8|6 bitlet|Bitlet|0x6e2288|8 bitwave|BitWave|0x007846|10 \
sparten|SparTen|0x3a230c|12 ant|ANT|0xc37100|14 bitvert-cons|BitVert_(cons)|0x002b91|5 bitvert-mod|BitVert_(mod)|0xa52808|7 \
fp32|FP32|0x1b2129|1 int8|INT8|0x8b959e|4 bbs-cons|BBS_(cons)|0x002b91|5 bbs-mod|BBS_(mod)|0xa52808|7 \
bitwave-cons|BitWave_(cons)|0x07924c|10 bitwave-mod|BitWave_(mod)|0x007846|11 ptq-cons|PTQ_(cons)|0x8b959e|8 ptq-mod|PTQ_(mod)|0x6e2288|9 \
mx|MX|0x008c99|2 noisyquant|NoisyQuant|0xda3688|3 olive|OliVe|0x6b5b00|13 \
vgg16|VGG-16|0x002b91|5 resnet34|ResNet-34|0x07924c|10 resnet50|ResNet-50|0x007846|11 vit_small|ViT-Small|0xc37100|14 \
vit_base|ViT-Base|0xa52808|7 bert_mrpc|BERT-MRPC|0x097eb8|6 bert_sst2|BERT-SST2|0x6e2288|8 \
geomean|geomean|0x1b2129|1 mean|mean|0x1b2129|1"
# Part k of the look of a name; "" for a name that has none.
_entry(name) = strstrt(" ".looks, " ".name."|") > 0 ? word(looks[strstrt(" ".looks, " ".name."|") : *], 1) : ""
_after(text, k) = k == 1 ? text : _after(text[strstrt(text, "|") + 1 : *], k - 1)
_part(text, k) = _after(text, k)[1 : strstrt(_after(text, k)."|", "|") - 1]
_spaced(text) = strstrt(text, "_") > 0 ? text[1 : strstrt(text, "_") - 1]." ".text[strstrt(text, "_") + 1 : *] : text
title_of(name) = strlen(_entry(name)) ? _spaced(_part(_entry(name), 2)) : name
colour_of(name) = strlen(_entry(name)) ? int(_part(_entry(name), 3)) : 0x666666
marker_of(name) = strlen(_entry(name)) ? int(_part(_entry(name), 4)) : 1

# One entry of a legend, the k-th, at screen x, y: eval(legend(k, name, x, y)). legend_of() takes any colour and text.
legend_of(k, text, rgb, x, y) = sprintf('set label %d "■" at screen %.4f, %.4f left textcolor rgb %d; ', 10 + k, x, y, rgb) \
    .sprintf('set label %d "%s" noenhanced at screen %.4f, %.4f left', 30 + k, text, x + 0.019, y)
# Where the k-th entry of a row of entries begins, after those of names[1] to names[k - 1].
legend_x(k) = k == 1 ? 0.012 : legend_x(k - 1) + 0.034 + 0.0078 * strlen(title_of(names[k - 1]))
legend(k, name, x, y) = legend_of(k, title_of(name), colour_of(name), x, y)

# Colours of things that are no designs, methods or networks: blue, orange, green, red, sky, purple, brown, grey.
array palette[8] = [0x002b91, 0xc37100, 0x07924c, 0xa52808, 0x097eb8, 0x6e2288, 0x3a230c, 0x8b959e]
colour(i) = palette[1 + (int(i) - 1) % 8]

set border 3 linewidth 1 linecolor rgb "#444444"
set tics nomirror out scale 0.6 textcolor rgb "#222222"
set grid ytics linewidth 0.6 linecolor rgb "#d8dde3"
set style fill solid 1.0 noborder
# No white ring around the mark of an error bar: it doubles the bytes of a figure of marks.
set pointintervalbox 0
