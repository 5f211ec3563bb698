# SPDX-License-Identifier: GPL-3.0-or-later
# Loss of PTQ, BitWave and BBS at the paper's two settings: a group of bars for each network, the mean last, with its interval.
# Rows of at most eight methods, as of a user's choice, are all drawn; of more only the paper's.
#   gnuplot -c plots/fig11.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig11.csv, nothing else
rows = ARG1."/fig11.csv"
picture = ARG2
style = ARG3
width = 920
height = 420
load style

shown = "ptq-cons bitwave-cons bbs-cons ptq-mod bitwave-mod bbs-mod"
most_shown = 8
found = ""
known_method(name) = sum [k = 1:words(found)] (word(found, k) eq name ? 1 : 0)
meet(name) = known_method(name) ? 0 : (found = found.(strlen(found) ? " " : "").name, 0)
set table $ignored
plot rows using (0):(meet(strcol("method"))) with table
unset table
if (words(found) > 0 && words(found) <= most_shown) { shown = found }
number(name) = sum [k = 1:words(shown)] (word(shown, k) eq name ? k : 0)
array net[60]; array group[400]; array method[400]; array loss[400]; array low[400]; array high[400]
count = 0; networks = 0; samples = 0; stand_in = 0
known_net(name) = sum [k = 1:networks] (net[k] eq name ? k : 0)
new_net(name) = (networks = networks + 1, net[networks] = name, networks)
keep(name) = (count = count + 1, group[count] = known_net(name) > 0 ? known_net(name) : new_net(name), \
    method[count] = number(strcol("method")), loss[count] = column("loss_points"), stand_in = stand_in + column("stand_in"), \
    low[count] = name eq "mean" ? column("loss_low_points") : NaN, high[count] = name eq "mean" ? column("loss_high_points") : NaN, \
    samples = name ne "mean" && column("samples") > samples ? column("samples") : samples, 0)
set table $ignored
plot rows using (0):(number(strcol("method")) > 0 ? keep(strcol("net")) : 0) with table
unset table
unset datafile columnheaders

# The rows have none of these methods: draw an empty figure that says so.
if (count == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold none of ".shown at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}

most = 0.5; least = -0.2
do for [i = 1:count] {
    most = loss[i] > most ? loss[i] : most
    least = loss[i] < least ? loss[i] : least
    if (high[i] == high[i]) { most = high[i] > most ? high[i] : most; least = low[i] < least ? low[i] : least }
}
room = most - least
# A method of the user's own has no colour in the table of looks.
colour_at(k) = strlen(_entry(word(shown, k))) ? colour_of(word(shown, k)) : colour(k)
step = 0.81 / words(shown)
at(i) = group[i] + step * (method[i] - 0.5 * (words(shown) + 1))

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Loss of accuracy against int8}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = up to %d test samples a network%s; mean: over the networks, bar: 95 %% bootstrap interval", samples, \
        stand_in > 0 ? "; compact STAND-INS" : "") noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:words(shown)] {
        eval(legend_of(k, title_of(word(shown, k)), colour_at(k), 0.012 + 0.9 / words(shown) * (k - 1), 0.835))
    }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.985
    set tmargin at screen 0.79
    set bmargin at screen 0.09
    set xrange [0.5 : networks + 0.5]
    set yrange [least - 0.06 * room : most + 0.16 * room]
    set xtics () scale 0 noenhanced
    do for [k = 1:networks] { set xtics add (title_of(net[k]) k) }
    set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead linewidth 1 linecolor rgb "#444444" front
    set arrow 2 from networks - 0.5, graph 0 to networks - 0.5, graph 1 nohead linewidth 1 linecolor rgb "#d8dde3" back
    set boxwidth 0.92 * step
    set ylabel "Loss (points)" offset 1
    plot loss every ::0::count - 1 using (at($1)):(loss[$1]):(colour_at(method[$1])) with boxes linecolor rgb variable, \
         loss every ::0::count - 1 using (low[$1] == low[$1] ? at($1) : NaN):(low[$1]):(0):(high[$1] - low[$1]) with vectors nohead linewidth 1.2 linecolor rgb "#222222", \
         loss every ::0::count - 1 using (at($1)):(loss[$1] > 0 ? loss[$1] : 0):(sprintf("%.2f", loss[$1])) with labels left rotate by 90 \
             offset 0, 0.3 textcolor rgb "#222222" font ",8"
    unset label
    unset arrow
    unset output
}
