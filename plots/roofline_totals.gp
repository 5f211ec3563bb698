# SPDX-License-Identifier: GPL-3.0-or-later
# Whole networks on a roofline: MACs per byte of DRAM traffic against MACs per cycle, on Stripes and BitVert (mod). Points have numbers,
# which a list at the right explains.
#   gnuplot -c plots/roofline_totals.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/roofline_totals.csv, nothing else
rows = ARG1."/roofline_totals.csv"
picture = ARG2
style = ARG3
width = 920
height = 480
load style

array across[1000]; array up[1000]; array kind[1000]; array number[1000]; array names[2]; array things[100]
names[1] = "stripes"; names[2] = "bitvert-mod"
count = 0; peak = 0; bandwidth = 0; listed = 0
kind_of(name) = (sum [k = 1:2] (names[k] eq name ? k : 0))
text_of(net, run) = net eq "llama3_8b" ? "Llama-3-8B, ".run : title_of(net)
thing_of(text) = (sum [k = 1:listed] (things[k] eq text ? k : 0))
new_thing(text) = (listed = listed + 1, things[listed] = text, listed)
number_of(text) = thing_of(text) > 0 ? thing_of(text) : new_thing(text)
keep(name) = kind_of(name) == 0 ? 0 : (count = count + 1, kind[count] = kind_of(name), across[count] = column("macs_per_byte"), \
    up[count] = column("macs_per_cycle"), number[count] = number_of(text_of(strcol("net"), strcol("run"))), peak = column("multipliers"), \
    bandwidth = column("dram_bytes_per_cycle"), 0)
set table $ignored
plot rows using (0):(keep(strcol("accelerator"))) with table
unset table
unset datafile columnheaders

low = 1e9; high = 0; bottom = 1e9; top = peak
do for [i = 1:count] {
    low = across[i] < low ? across[i] : low
    high = across[i] > high ? across[i] : high
    bottom = up[i] < bottom ? up[i] : bottom
    top = up[i] > top ? up[i] : top
}
roof(t) = t * bandwidth < peak ? t * bandwidth : peak

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Roofline: what bounds each network}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("whole networks, full size; roof: %d 8-bit multipliers, and %g bytes a cycle; they meet at %.4g MACs a byte", peak, bandwidth, peak / bandwidth) \
        noenhanced at screen 0.012, 0.905 left textcolor rgb "#444444" font ",9"
    do for [k = 1:2] { eval(legend(k, names[k], legend_x(k), 0.85)) }
    set label 3 "above the flat roof: weights of fewer than 8 bits" noenhanced at graph 0.02, 0.95 left textcolor rgb "#444444" font ",9"
    do for [k = 1:listed] { set label 40 + k sprintf("%d  %s", k, things[k]) noenhanced at screen 0.715, 0.80 - 0.045 * k left font ",10" }
    set key off
    set lmargin at screen 0.09
    set rmargin at screen 0.70
    set tmargin at screen 0.81
    set bmargin at screen 0.14
    set logscale xy 2
    set grid xtics ytics linewidth 0.6 linecolor rgb "#d8dde3"
    set xrange [low / 1.6 : high * 1.6]
    set yrange [bottom / 1.6 : top * 1.6]
    set xlabel "MACs per byte of DRAM traffic"
    set ylabel "MACs per cycle"
    set samples 400
    plot roof(x) with lines linewidth 1.5 linecolor rgb "#666666", \
         for [k = 1:2] across using ($1 <= count && kind[int($1)] == k ? across[int($1)] : NaN):(up[int($1)]) \
             with points pointtype 7 pointsize 0.9 linecolor rgb colour_of(names[k]), \
         for [side = 0:1] across using ($1 <= count && number[int($1)] % 2 == side ? across[int($1)] : NaN):(up[int($1)]):(sprintf("%d", number[int($1)])) \
             with labels center offset 0, side == 0 ? 0.7 : -0.7 font ",8" textcolor rgb "#1b2129"
    unset label
    unset output
}
