# SPDX-License-Identifier: GPL-3.0-or-later
# Sparsity of INT8 weights, counted in four ways, a group of bars for each network.
#   gnuplot -c plots/fig3.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig3.csv, nothing else
rows = ARG1."/fig3.csv"
picture = ARG2
style = ARG3
width = 920
height = 380
load style

array net[100]; array zero[100]; array two[100]; array sign[100]; array both[100]
count = 0
size = ""
keep(name) = (count = count + 1, net[count] = name, size = strcol("size"), zero[count] = column("value_sparsity_percent"), \
    two[count] = column("zero_bits_twos_complement_percent"), sign[count] = column("zero_bits_sign_magnitude_percent"), \
    both[count] = column("bbs_percent"), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"))) with table
unset table
unset datafile columnheaders

array names[4] = ["values", "bits, two's complement", "bits, sign-magnitude", "bi-directional (BBS)"]
bar = 0.8 / 4
at(i, k) = i + (k - 2.5) * bar
share(i, k) = k == 1 ? zero[i] : k == 2 ? two[i] : k == 3 ? sign[i] : both[i]

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Sparsity of INT8 weights}" at screen 0.012, 0.95 left font ",12"
    set label 2 sprintf("All weights of networks of size %s, synthetic; bit vectors of 8 along the input channels", size) noenhanced at screen 0.012, 0.885 left textcolor rgb "#444444"
    do for [k = 1:4] {
        eval(legend_of(k, names[k], colour(k), 0.012 + 0.235 * (k - 1), 0.82))
    }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.985
    set tmargin at screen 0.77
    set bmargin at screen 0.1
    set xrange [0.5 : count + 0.5]
    set xtics () scale 0 noenhanced
    do for [i = 1:count] { set xtics add (title_of(net[i]) i) }
    set boxwidth bar * 0.94
    set ylabel "Share (%)" offset 1
    set yrange [0 : 85]
    plot for [k = 1:4] net every ::0::count - 1 using (at($1, k)):(share($1, k)) with boxes linecolor rgb colour(k), \
         for [k = 1:4] net every ::0::count - 1 using (at($1, k)):(share($1, k)):(sprintf("%.1f", share($1, k))) with labels \
             rotate by 90 left offset 0, 0.3 textcolor rgb "#222222" font ",9"
    unset label
    unset output
}
