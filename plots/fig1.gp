# SPDX-License-Identifier: GPL-3.0-or-later
# Left: squared error of the group of four weights. Right: divergence of the layer over that of 5-bit quantisation, a group of bars
# for each method. Lines across a bar are the paper's values.
#   gnuplot -c plots/fig1.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig1.csv, nothing else
rows = ARG1."/fig1.csv"
picture = ARG2
style = ARG3
width = 920
height = 380
load style

label_of(method) = method eq "ptq" ? "5-bit PTQ" : method eq "bitflip" ? "zero columns" : method eq "ra" ? "BBS (averaging)" : "BBS (shifting)"
array text[40]; array at[40]; array value[40]; array paper[40]; array part[40]; array kind[40]
array weights[8]
count = 0; groups = 0; kinds = 0
last = ""
place_of(method) = method eq "ptq" ? 1 : method eq "bitflip" ? 2 : method eq "ra" ? 3 : 4
kind_of(of) = of eq last ? kinds : (last = of, kinds = kinds + 1, weights[kinds] = of, kinds)
keep_group(method) = (count = count + 1, groups = groups + 1, part[count] = 1, text[count] = label_of(method), at[count] = groups, kind[count] = 0, \
    value[count] = column("mse_int8_steps2"), paper[count] = column("paper_mse_int8_steps2"))
keep_layer(method, of) = (count = count + 1, part[count] = 2, text[count] = label_of(method), at[count] = place_of(method), kind[count] = kind_of(of), \
    value[count] = column("kl_over_ptq"), paper[count] = column("paper_kl_over_ptq"))
keep(which) = which eq "group" ? keep_group(strcol("method")) \
    : keep_layer(strcol("method"), strcol("size").(column("synthetic") == 1 ? ", synthetic weights" : ", trained stand-in"))
set table $ignored
plot rows using (0):(keep(strcol("part"))) with table
unset table
unset datafile columnheaders

bar = kinds > 0 ? 0.7 / kinds : 0.7
do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Three bit columns pruned}" at screen 0.012, 0.945 left font ",12"
    set label 2 "N = 4 weights of Fig. 1" noenhanced at screen 0.075, 0.865 left textcolor rgb "#444444"
    set label 3 "layer Conv4.1.3 of ResNet-50" noenhanced at screen 0.43, 0.865 left textcolor rgb "#444444"
    set label 4 "{/:Bold —}  the paper" at screen 0.985, 0.945 right
    do for [k = 1:kinds] { eval(legend_of(k, weights[k], colour(k), 0.43 + 0.26 * (k - 1), 0.8)) }
    set key off
    set tmargin at screen 0.75
    set bmargin at screen 0.14
    set xtics () scale 0 noenhanced
    set boxwidth 0.6
    set lmargin at screen 0.075
    set rmargin at screen 0.36
    set xrange [0.4 : groups + 0.6]
    set yrange [0 : *]
    set ylabel "MSE (INT8 steps²)" offset 1
    do for [i = 1:count] { if (part[i] == 1) { set xtics add (text[i] at[i]) } }
    plot value every ::0::count - 1 using (part[$1] == 1 ? at[$1] : NaN):(value[$1]) with boxes linecolor rgb colour(1), \
         paper every ::0::count - 1 using (part[$1] == 1 ? at[$1] - 0.36 : NaN):(paper[$1]):(0.72):(0) with vectors nohead linewidth 2.5 linecolor rgb "#1b2129"
    unset label
    set xtics () scale 0 noenhanced
    set boxwidth bar * 0.94
    set lmargin at screen 0.43
    set rmargin at screen 0.985
    set xrange [0.4 : 4.6]
    set ylabel "KL, softmax (× PTQ)"
    do for [i = 1:count] { if (part[i] == 2) { set xtics add (text[i] at[i]) } }
    plot for [k = 1:kinds] value every ::0::count - 1 using (part[$1] == 2 && kind[$1] == k ? at[$1] + (k - (kinds + 1) / 2.0) * bar : NaN):(value[$1]) \
             with boxes linecolor rgb colour(k), \
         paper every ::0::count - 1 using (part[$1] == 2 && kind[$1] == 1 ? at[$1] - 0.42 : NaN):(paper[$1]):(0.84):(0) with vectors nohead linewidth 2.5 linecolor rgb "#1b2129"
    unset multiplot
    unset output
}
