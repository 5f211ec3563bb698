# SPDX-License-Identifier: GPL-3.0-or-later
# Accuracy of each method with its Wilson interval, and the answers that changed against the reference.
#   gnuplot -c plots/accuracy.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/accuracy.csv, nothing else
rows = ARG1."/accuracy.csv"
picture = ARG2
style = ARG3
width = 920
height = 460
load style

# Read the rows once; `place` leaves a gap between networks.
array net[1000]; array method[1000]; array bits[1000]; array place[1000]
array accuracy[1000]; array low[1000]; array high[1000]; array worse[1000]; array better[1000]; array p[1000]
count = 0
group = 0
samples = 0
stand_in = 0
data = ""
keep(i) = (count = i, net[i] = strcol("net"), method[i] = strcol("method"), bits[i] = column("bits_per_weight"), \
    samples = column("samples"), stand_in = stand_in + column("stand_in"), data = strcol("data"), \
    group = group + (i == 1 || net[i] ne net[i > 1 ? i - 1 : 1]), place[i] = i + group - 1, \
    accuracy[i] = column("accuracy_percent"), low[i] = column("wilson_low_percent"), high[i] = column("wilson_high_percent"), \
    worse[i] = strcol("reference") eq "" ? NaN : column("right_to_wrong"), \
    better[i] = strcol("reference") eq "" ? NaN : column("wrong_to_right"), \
    p[i] = strcol("reference") eq "" ? NaN : column("mcnemar_p"), 0)
set table $ignored
plot rows using (0):(keep($0 + 1)) with table
unset table
unset datafile columnheaders

known(value) = value == value
least = low[1]; most = high[1]; widest = 4
do for [i = 1:count] {
    least = low[i] < least ? low[i] : least
    most = high[i] > most ? high[i] : most
    widest = known(worse[i]) && worse[i] > widest ? worse[i] : widest
    widest = known(better[i]) && better[i] > widest ? better[i] : widest
}
room = most - least
tag(i) = sprintf("%s\n%.2f bits", method[i], bits[i])
first(i) = i == 1 || net[i] ne net[i - 1]
count_text(sign, value) = known(value) ? sprintf("%s%.0f", sign, value) : ""
p_text(i) = !known(p[i]) ? "reference" : p[i] < 0.001 ? "p < 0.001" : sprintf("p = %.3f", p[i])

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Accuracy of the compression methods}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("%s, N = %d samples a network%s", data, samples, \
        stand_in > 0 ? "; compact STAND-IN, not the paper's network" : "") noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    set key off
    set xrange [0.35 : place[count] + 0.75]
    set xtics () noenhanced
    do for [i = 1:count] { set xtics add (tag(i) place[i]) }
    set bmargin at screen 0.18
    set xlabel "method, bits per weight without metadata" textcolor rgb "#444444" offset 0, -0.9
    set tmargin at screen 0.76

    set lmargin at screen 0.085
    set rmargin at screen 0.475
    set ylabel "Top-1 accuracy (%)" offset 1
    set yrange [least - 0.12 * room : most + 0.22 * room]
    set label 3 "(a) Top-1 accuracy and its 95 % Wilson interval" at screen 0.012, 0.815 left
    do for [i = 1:count] {
        if (first(i)) { set label 100 + i net[i] noenhanced at place[i] - 0.4, graph 0.955 left textcolor rgb "#555555" }
    }
    plot net every ::0::count - 1 using (place[$1]):(accuracy[$1]):(low[$1]):(high[$1]):(colour($1)) with yerrorbars \
             pointtype 7 pointsize 1 linewidth 2 linecolor rgb variable, \
         net every ::0::count - 1 using (place[$1]):(accuracy[$1]):(sprintf("%.2f", accuracy[$1])) with labels \
             left offset 0.9, 0 textcolor rgb "#222222" font ",10.5"
    unset label

    set lmargin at screen 0.6
    set rmargin at screen 0.985
    unset ylabel
    set label 6 sprintf("Answers of %d", samples) at screen 0.525, 0.47 center rotate by 90
    set yrange [-1.6 * widest : 1.75 * widest]
    set format y "%.0f"
    set label 3 "(b) Answers changed against int8, and McNemar's exact p" at screen 0.515, 0.815 left
    set label 4 "■ wrong → right" at graph 0.98, 0.06 right textcolor rgb colour(1)
    set label 5 "■ right → wrong" at graph 0.6, 0.06 right textcolor rgb colour(4)
    set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead linewidth 1 linecolor rgb "#444444" front
    set boxwidth 0.5
    plot net every ::0::count - 1 using (place[$1]):(better[$1]) with boxes linecolor rgb colour(1), \
         net every ::0::count - 1 using (place[$1]):(-worse[$1]) with boxes linecolor rgb colour(4), \
         net every ::0::count - 1 using (place[$1]):(better[$1]):(count_text("+", better[$1])) with labels \
             offset 0, 0.7 textcolor rgb "#222222" font ",10.5", \
         net every ::0::count - 1 using (place[$1]):(-worse[$1]):(count_text("−", worse[$1])) with labels \
             offset 0, -0.7 textcolor rgb "#222222" font ",10.5", \
         net every ::0::count - 1 using (place[$1]):(1.55 * widest):(p_text($1)) with labels \
             textcolor rgb "#555555" font ",10.5"
    unset arrow 1
    unset label
    set format y
    unset multiplot
    unset output
}
