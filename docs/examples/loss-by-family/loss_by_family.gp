# SPDX-License-Identifier: GPL-3.0-or-later
# Mean loss of BBS at its two settings: a group of bars for each family of networks.
#   gnuplot -c loss_by_family.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/loss_by_family.csv, nothing else
rows = ARG1."/loss_by_family.csv"
picture = ARG2
style = ARG3
width = 640
height = 360
load style

shown = "bbs-cons bbs-mod"
number(name) = sum [k = 1:words(shown)] (word(shown, k) eq name ? k : 0)
array family[100]; array group[200]; array method[200]; array loss[200]
count = 0; families = 0; stand_in = 0; most = 0.1; least = -0.1
group_of(name) = families > 0 && family[families] eq name ? families : (families = families + 1, family[families] = name, families)
keep(value) = (count = count + 1, group[count] = group_of(strcol("family")), method[count] = number(strcol("method")), \
    loss[count] = value, most = value > most ? value : most, least = value < least ? value : least, \
    stand_in = stand_in + column("stand_in"), 0)
set table $ignored
plot rows using (0):(keep(column("mean_loss_points"))) with table
unset table
unset datafile columnheaders
if (count == 0) { families = 1; family[1] = "no rows"; count = 1; group[1] = 1; method[1] = 1; loss[1] = 0 }

at(i) = group[i] + 0.3 * (method[i] - 1.5)
do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Mean loss against int8 by family of networks}" at screen 0.02, 0.95 left font ",12"
    set label 2 "Each network counts alike".(stand_in > 0 ? "; compact STAND-INS" : "") noenhanced at screen 0.02, 0.885 left \
        textcolor rgb "#444444"
    do for [k = 1:words(shown)] {
        set label 10 + k "■" at screen 0.02 + 0.2 * (k - 1), 0.82 left textcolor rgb colour(k)
        set label 30 + k word(shown, k) noenhanced at screen 0.047 + 0.2 * (k - 1), 0.82 left
    }
    set key off
    set lmargin at screen 0.14
    set rmargin at screen 0.98
    set tmargin at screen 0.77
    set bmargin at screen 0.1
    set xrange [0.5 : families + 0.5]
    set yrange [least * 1.2 : most * 1.2]
    set xtics () scale 0 noenhanced
    do for [k = 1:families] { set xtics add (family[k] k) }
    set boxwidth 0.28
    set ylabel "Mean loss (points)" offset 1
    plot loss every ::0::count - 1 using (at($1)):(loss[$1]):(colour(method[$1])) with boxes linecolor rgb variable, \
         loss every ::0::count - 1 using (at($1)):(loss[$1] > 0 ? loss[$1] : 0):(sprintf("%.2f", loss[$1])) with labels offset 0, 0.6 \
             textcolor rgb "#222222" font ",9"
    unset label
    unset output
}
