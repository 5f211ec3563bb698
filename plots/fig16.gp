# SPDX-License-Identifier: GPL-3.0-or-later
# Energy-delay product against loss of accuracy, one point per design (and number of bits); filled on the frontier.
#   gnuplot -c plots/fig16.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig16.csv, nothing else
rows = ARG1."/fig16.csv"
picture = ARG2
style = ARG3
width = 720
height = 420
load style

array name[100]; array design[100]; array product[100]; array loss[100]; array front[100]
count = 0; samples = 0; stand_in = 0
keep(n) = (count = count + 1, design[count] = strcol("accelerator"), name[count] = title_of(word(n, 1)).(words(n) > 1 ? n[strlen(word(n, 1)) + 1 : *] : ""), product[count] = column("edp_ratio"), loss[count] = column("loss_points"), \
    front[count] = column("on_frontier"), samples = column("samples"), stand_in = stand_in + column("stand_in"), 0)
set table $ignored
plot rows using (0):(keep(strcol("point"))) with table
unset table
unset datafile columnheaders

most = 0.2; least = 0; widest = 1
do for [i = 1:count] {
    most = loss[i] > most ? loss[i] : most
    least = loss[i] < least ? loss[i] : least
    widest = product[i] > widest ? product[i] : widest
}
room = most - least

# Labels stand above the points; of two points that are close, below the lower one.
close(i, j) = abs(product[i] - product[j]) < 0.04 * widest && abs(loss[i] - loss[j]) < 0.35 * room
array above[100]
do for [i = 1:count] {
    above[i] = 1
    do for [j = 1:count] {
        above[i] = i != j && close(i, j) && (loss[i] < loss[j] || loss[i] == loss[j] && i > j) ? 0 : above[i]
    }
}

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Energy × delay against loss of accuracy, ResNet-50}" at screen 0.016, 0.955 left font ",12"
    set label 2 sprintf("Energy × delay: full size, synthetic weights. Loss: N = %d samples%s", samples, \
        stand_in > 0 ? ", compact STAND-IN" : "") noenhanced at screen 0.016, 0.895 left textcolor rgb "#444444"
    set label 3 "Filled: no other point is better in both" at screen 0.016, 0.845 left textcolor rgb "#444444"
    set key off
    set lmargin at screen 0.125
    set rmargin at screen 0.975
    set tmargin at screen 0.79
    set bmargin at screen 0.15
    set xrange [0 : 1.12 * widest]
    set yrange [least - 0.75 * room : most + 0.75 * room]
    set xlabel "Energy × delay over Stripes"
    set ylabel "Loss against int8 (points)" offset -0.5
    plot name every ::0::count - 1 using (front[$1] > 0 ? NaN : product[$1]):(loss[$1]):(colour_of(design[$1])) with points pointtype 6 pointsize 1.3 linewidth 2 linecolor rgb variable, \
         name every ::0::count - 1 using (front[$1] > 0 ? product[$1] : NaN):(loss[$1]):(colour_of(design[$1])) with points pointtype 7 pointsize 1.5 linecolor rgb variable, \
         for [i = 1:count] name every ::i - 1::i - 1 using (product[i]):(loss[i]):(name[i]) with labels left \
             rotate by (above[i] ? 65 : -65) offset 0.2, (above[i] ? 0.7 : -0.7) noenhanced font ",9"
    unset label
    unset output
}
