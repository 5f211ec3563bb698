# SPDX-License-Identifier: GPL-3.0-or-later
# Divergence at 2 and 4 pruned columns over that of bit flip, by Gaussian moments: a group of bars for each network and number
# of columns, on a logarithmic scale.
#   gnuplot -c plots/fig6.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig6.csv, nothing else
rows = ARG1."/fig6.csv"
picture = ARG2
style = ARG3
width = 920
height = 460
load style

array name[200]; array value[200]; array kind[200]; array place[200]
count = 0
groups = 0
last = ""
which(method) = method eq "bitflip" ? 1 : method eq "ra" ? 2 : method eq "zps" ? 3 : 4
group_of(text) = (text eq last ? 0 : (groups = groups + 1, last = text), groups)
keep(text, method, round) = (round == 2 && method ne "zps-ties-zero" ? 0 : (count = count + 1, place[count] = group_of(text), \
    name[groups] = text, kind[count] = which(method), value[count] = column("kl_gaussian_normalised")), 0)
set table $ignored
plot rows using (0):(keep(sprintf("%s %s, %d", title_of(strcol("net")), strcol("size"), column("columns")), strcol("method"), column("compared_with"))) with table
unset table
unset datafile columnheaders

array names[4] = ["zero bits only (bit flip)", "averaging", "shifting, ties to even", "shifting, ties to zero"]
bar = 0.8 / 4

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Divergence by Gaussian moments}" at screen 0.012, 0.95 left font ",12"
    set label 2 "over that of zero bits only; each network at 2 and 4 pruned columns; full: synthetic weights, compact: trained stand-ins" noenhanced at screen 0.012, 0.89 left textcolor rgb "#444444"
    do for [k = 1:4] {
        eval(legend_of(k, names[k], colour(k), 0.012 + 0.235 * (k - 1), 0.83))
    }
    set key off
    set lmargin at screen 0.1
    set rmargin at screen 0.985
    set tmargin at screen 0.8
    set bmargin at screen 0.29
    set xrange [0.5 : groups + 0.5]
    set xtics () scale 0 noenhanced rotate by 45 right font ",9"
    do for [i = 1:groups] { set xtics add (name[i] i) }
    set boxwidth bar * 0.94
    set ylabel "× bit flip" offset 1
    set logscale y
    set format y "10^{%L}"
    set yrange [1e-4 : 2]
    plot for [k = 1:4] value every ::0::count - 1 using (place[$1] + (k - 2.5) * bar):(kind[$1] == k ? value[$1] : NaN) \
             with boxes linecolor rgb colour(k)
    unset label
    unset output
}
