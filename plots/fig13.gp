# SPDX-License-Identifier: GPL-3.0-or-later
# Energy against the reference design, on chip and DRAM, a group of bars for each network, the geometric mean last.
#   gnuplot -c plots/fig13.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig13.csv, nothing else
rows = ARG1."/fig13.csv"
picture = ARG2
style = ARG3
width = 920
height = 420
load style

array net[1000]; array place[1000]; array design[1000]; array whole[1000]; array on_chip[1000]; array middle[1000]; array length[1000]; array paper[1000]
array names[20]
count = 0; designs = 0; networks = 0
reference = ""; size = ""; last = ""
known_design(name) = sum [k = 1:designs] (names[k] eq name ? k : 0)
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
keep(name, accelerator) = \
    (count = count + 1, reference = strcol("reference"), size = strcol("size"), networks = networks + (name ne last), last = name, \
     net[count] = name, place[count] = networks, \
     design[count] = known_design(accelerator) > 0 ? known_design(accelerator) : new_design(accelerator), \
     whole[count] = column("energy_ratio"), on_chip[count] = column("energy_on_chip_ratio"), \
     middle[count] = column("energy_mean"), length[count] = column("energy_deviation"), paper[count] = column("paper_energy_ratio"), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

most = 1; widest = 0
do for [i = 1:count] { most = whole[i] > most ? whole[i] : most; most = paper[i] > most ? paper[i] : most; widest = length[i] > widest ? length[i] : widest }
bar = 0.86 / designs
at(i) = place[i] + (design[i] - 0.5 * (designs + 1)) * bar

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Energy against ".title_of(reference)."}: dark on chip, light DRAM" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = 1 sample a network, size %s, synthetic weights; error bars: deviation over seeds, at most %.4f; ×: paper", size, widest) noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:designs] {
        eval(legend(k, names[k], legend_x(k), 0.835))
    }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.985
    set tmargin at screen 0.79
    set bmargin at screen 0.09
    set xrange [0.5 : networks + 0.5]
    set xtics () scale 0 noenhanced
    do for [i = 1:count] { set xtics add (title_of(net[i]) place[i]) }
    set arrow 2 from networks - 0.5, graph 0 to networks - 0.5, graph 1 nohead linewidth 1 linecolor rgb "#d8dde3" back
    set boxwidth bar * 0.94
    set ylabel "Energy (ratio)" offset 1
    set yrange [0 : 1.2 * most]
    plot net every ::0::count - 1 using (at($1)):(whole[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable fillstyle solid 0.35 border, \
         net every ::0::count - 1 using (at($1)):(on_chip[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable, \
         net every ::0::count - 1 using (at($1)):(middle[$1] - length[$1]):(0):(2 * length[$1]) with vectors nohead linewidth 1 linecolor rgb "#222222", \
         net every ::0::count - 1 using (paper[$1] == paper[$1] ? at($1) : NaN):(paper[$1]) with points pointtype 2 pointsize 1.1 linewidth 2 linecolor rgb "#000000", \
         net every ::0::count - 1 using (at($1)):(paper[$1] > whole[$1] ? paper[$1] + 0.02 * most : whole[$1] + (paper[$1] == paper[$1] && paper[$1] > whole[$1] - 0.05 * most ? 0.03 * most : 0)):(sprintf("%.2f", whole[$1])) with labels left rotate by 90 \
             offset 0, 0.4 textcolor rgb "#222222" font ",9"
    unset label
    unset arrow
    unset output
}
