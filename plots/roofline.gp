# SPDX-License-Identifier: GPL-3.0-or-later
# Roofline: MACs per byte of DRAM traffic against MACs per cycle, one point a layer, a colour and a roof for each design.
#   gnuplot -c plots/roofline.gp FOLDER PICTURE plots/style.gp     reads FOLDER/roofline.csv, nothing else
rows = ARG1."/roofline.csv"
picture = ARG2
style = ARG3
width = 920
height = 480
load style

# Read the rows once: point i, its design, and the roof of each design.
array across[10000]; array up[10000]; array kind[10000]; array names[64]; array peak[64]; array bandwidth[64]
count = 0; designs = 0; left_out = 0; net = ""; size = ""
known(text) = designs == 0 ? 0 : sum [k = 1:designs] (names[k] eq text ? k : 0)
new_design(text) = (designs = designs + 1, names[designs] = text, peak[designs] = column("multipliers"), \
    bandwidth[designs] = column("dram_bytes_per_cycle"), designs)
keep(text) = (count = count + 1, net = strcol("net"), size = strcol("size"), kind[count] = known(text) > 0 ? known(text) : new_design(text), \
    across[count] = column("macs_per_byte"), up[count] = column("macs_per_cycle"), 0)
set table $ignored
plot rows using (0):(strlen(strcol("macs_per_byte")) ? keep(strcol("accelerator")) : (left_out = left_out + 1, 0)) with table
unset table
unset datafile columnheaders

low = 1e9; high = 0; bottom = 1e9; top = 0
do for [i = 1:count] {
    low = across[i] < low ? across[i] : low
    high = across[i] > high ? across[i] : high
    bottom = up[i] < bottom ? up[i] : bottom
    top = up[i] > top ? up[i] : top
}
ridges = ""
do for [k = 1:designs] {
    ridge = peak[k] / bandwidth[k]
    low = ridge < low ? ridge : low
    high = ridge > high ? ridge : high
    top = peak[k] > top ? peak[k] : top
    ridges = ridges.(k == 1 ? "" : ", ").sprintf("%s %.4g", title_of(names[k]), ridge)
}
roof(k, t) = t * bandwidth[k] < peak[k] ? t * bandwidth[k] : peak[k]

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 sprintf("{/:Bold Roofline of %s%s, one point a layer}", title_of(net), size eq "compact" ? ", compact STAND-IN" : "") at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = %d points%s; roof: 8-bit multipliers, and DRAM bandwidth; ridge in MACs per byte: %s", count, \
        left_out > 0 ? sprintf(" (%d without DRAM traffic left out)", left_out) : "", ridges) \
        noenhanced at screen 0.012, 0.905 left textcolor rgb "#444444" font ",9"
    do for [k = 1:designs] {
        eval(legend(k, names[k], legend_x(k), 0.85))
    }
    set label 3 "above the flat roof: weights of fewer than 8 bits, or skipped bits" noenhanced at graph 0.99, 0.03 right textcolor rgb "#444444" font ",9"
    set key off
    set lmargin at screen 0.1
    set rmargin at screen 0.985
    set tmargin at screen 0.81
    set bmargin at screen 0.14
    set logscale xy 2
    set grid xtics ytics linewidth 0.6 linecolor rgb "#d8dde3"
    set xrange [low / 1.5 : high * 1.5]
    set yrange [bottom / 1.5 : top * 1.5]
    set xlabel "MACs per byte of DRAM traffic"
    set ylabel "MACs per cycle"
    set samples 400
    plot for [k = 1:designs] roof(k, x) with lines linewidth 1.5 linecolor rgb colour_of(names[k]), \
         for [k = 1:designs] across using ($1 <= count && kind[int($1)] == k ? across[int($1)] : NaN):(up[int($1)]) \
             with points pointtype 7 pointsize 0.6 linecolor rgb colour_of(names[k])
    unset output
}
