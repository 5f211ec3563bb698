# SPDX-License-Identifier: GPL-3.0-or-later
# Paired differences of BBS, BitWave and PTQ at their moderate settings on each network, with intervals: (a) divergence from
# INT8 over that of the second method, (b) accuracy.
#   gnuplot -c plots/ordering.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/ordering.csv, nothing else
rows = ARG1."/ordering.csv"
picture = ARG2
style = ARG3
width = 920
height = 460
load style

firsts = "bbs-mod bitwave-mod bbs-mod"
seconds = "bitwave-mod ptq-mod ptq-mod"
pair_of(one, other) = sum [k = 1:3] (word(firsts, k) eq one && word(seconds, k) eq other ? k : 0)
array net[64]; array group[400]; array kind[400]
array kl[400]; array kl_low[400]; array kl_high[400]; array points[400]; array points_low[400]; array points_high[400]
count = 0; networks = 0; samples = 0; stand_in = 0
known_net(name) = sum [k = 1:networks] (net[k] eq name ? k : 0)
new_net(name) = (networks = networks + 1, net[networks] = name, networks)
most = 150
clip(x) = x > most ? most : x < -most ? -most : x
keep(k) = (count = count + 1, kind[count] = k, name = strcol("net"), \
    group[count] = known_net(name) > 0 ? known_net(name) : new_net(name), over = 100 / column("second_kl"), \
    kl[count] = clip(over * column("kl_difference")), kl_low[count] = clip(over * column("kl_difference_low")), \
    kl_high[count] = clip(over * column("kl_difference_high")), points[count] = column("accuracy_difference_points"), \
    points_low[count] = column("accuracy_difference_low_points"), points_high[count] = column("accuracy_difference_high_points"), \
    samples = column("samples") > samples ? column("samples") : samples, stand_in = stand_in + column("stand_in"), 0)
set table $ignored
plot rows using (0):(strcol("activations") eq "fp32" && pair_of(strcol("first"), strcol("second")) > 0 \
    ? keep(pair_of(strcol("first"), strcol("second"))) : 0) with table
unset table
unset datafile columnheaders

# The rows have none of these pairs: draw an empty figure that says so.
if (count == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold no pair of bbs-mod, bitwave-mod and ptq-mod" at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}
at(i) = group[i] + 0.22 * (kind[i] - 2)

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Which method is nearer to INT8?}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("paired differences on up to %d test samples a network; bars: 95 %% bootstrap interval%s", samples, \
        stand_in > 0 ? "; compact STAND-INS" : "") noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:3] {
        set label 10 + k "●" at screen 0.012 + 0.33 * (k - 1), 0.84 left textcolor rgb colour(k)
        set label 30 + k title_of(word(firsts, k))." minus ".title_of(word(seconds, k)) noenhanced at screen 0.03 + 0.33 * (k - 1), 0.84 left
    }
    set key off
    set xrange [0.4 : networks + 0.6]
    set xtics () scale 0 rotate by 20 right noenhanced
    do for [k = 1:networks] { set xtics add (title_of(net[k]) k) }
    set bmargin at screen 0.15
    set tmargin at screen 0.74
    set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead linewidth 1 linecolor rgb "#444444" front

    set lmargin at screen 0.085
    set rmargin at screen 0.49
    set ylabel "% of the second's" offset 1
    set yrange [-1.05 * most : 1.05 * most]
    set label 3 sprintf("(a) Divergence: below 0 the first is nearer (cut at ±%d %%)", most) at screen 0.012, 0.785 left
    plot kl every ::0::count - 1 using (at($1)):(kl[$1]):(kl_low[$1]):(kl_high[$1]):(colour(kind[$1])) with yerrorbars \
             pointtype 7 pointsize 0.7 linewidth 1.5 linecolor rgb variable
    unset label

    set lmargin at screen 0.58
    set rmargin at screen 0.985
    set ylabel "Points" offset 1
    set autoscale y
    set label 3 "(b) Accuracy: above 0 the first is better" at screen 0.515, 0.785 left
    plot points every ::0::count - 1 using (at($1)):(points[$1]):(points_low[$1]):(points_high[$1]):(colour(kind[$1])) with yerrorbars \
             pointtype 7 pointsize 0.7 linewidth 1.5 linecolor rgb variable
    unset label
    unset arrow
    unset multiplot
    unset output
}
