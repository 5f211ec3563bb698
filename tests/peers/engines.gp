# SPDX-License-Identifier: GPL-3.0-or-later
# Roofline of the engines, from the rates that `make bench-peers` measured: for each network the rate of each engine on one
# thread and one sample at a time, and two roofs: oneDNN's products of 2048 x 2048 x 2048 in float32 and of 8-bit integers, in the same rounds.
#   gnuplot -c tests/peers/engines.gp RATES.csv PICTURE plots/style.gp
rows = ARG1
picture = ARG2
style = ARG3
width = 920
height = 430
load style

# Read the rows of one thread and batch 1: bar i, its network and engine, and the two roofs.
array nets[32]; array rate[400]; array net_at[400]; array kind[400]
count = 0; total = 0; roof_float = 0; roof_integer = 0
kinds = "onnx fast winograd onnx8 int8"
array kind_titles[5] = ["ONNX Runtime", "ours, float32", "ours, Winograd", "ONNX Runtime, int8", "ours, W8A8"]
kind_of(engine) = sum [k = 1:words(kinds)] (word(kinds, k) eq engine ? k : 0)
known(net) = total == 0 ? 0 : sum [k = 1:total] (nets[k] eq net ? k : 0)
new_net(net) = (total = total + 1, nets[total] = net, total)
keep(net, engine) = (count = count + 1, net_at[count] = known(net) > 0 ? known(net) : new_net(net), kind[count] = kind_of(engine), \
    rate[count] = column("giga_ops"), \
    roof_float = engine eq "fast" ? column("limit_giga_ops") : roof_float, \
    roof_integer = engine eq "int8" ? column("limit_giga_ops") : roof_integer, 0)
set table $ignored
plot rows using (0):(column("threads") == 1 && column("batch") == 1 && kind_of(strcol("engine")) > 0 ? keep(strcol("net"), strcol("engine")) : 0) with table
unset table
unset datafile columnheaders

colour_of_kind(k) = palette[(k - 1) % 8 + 1]
bar = 0.16
do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Rate of the full-size networks, one thread, batch 1}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = %d networks; multiplications of the direct form, two operations each, over the best time; roofs: float32 %.0f, 8-bit integers %.0f G operations/s", \
        total, roof_float, roof_integer) noenhanced at screen 0.012, 0.905 left textcolor rgb "#444444" font ",9"
    do for [k = 1:words(kinds)] {
        eval(legend_of(k, kind_titles[k], colour_of_kind(k), 0.012 + 0.19 * (k - 1), 0.85))
    }
    set key off
    set lmargin at screen 0.085
    set rmargin at screen 0.985
    set tmargin at screen 0.8
    set bmargin at screen 0.1
    set xrange [0.4 : total + 0.6]
    set yrange [0 : roof_integer * 1.12]
    set ylabel "G operations/s"
    set xtics nomirror scale 0 ()
    do for [n = 1:total] {
        set xtics add (title_of(nets[n]) n)
    }
    set arrow 1 from graph 0, first roof_float to graph 1, first roof_float nohead dashtype 2 linecolor rgb "#444444"
    set arrow 2 from graph 0, first roof_integer to graph 1, first roof_integer nohead dashtype 2 linecolor rgb "#444444"
    set boxwidth bar * 0.9
    plot for [k = 1:words(kinds)] rate using ($1 <= count && kind[int($1)] == k ? net_at[int($1)] + (k - 3) * bar : NaN):(rate[int($1)]) \
             with boxes linecolor rgb colour_of_kind(k)
    unset output
}
