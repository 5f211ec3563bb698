# SPDX-License-Identifier: GPL-3.0-or-later
# Speedup over the reference design and energy against it, a group of bars for each network.
#   gnuplot -c plots/speedup.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/speedup.csv, nothing else
rows = ARG1."/speedup.csv"
picture = ARG2
style = ARG3
width = 920
height = 660
load style

# Read the rows once. `place` is the number of the row's network, `design` that of its accelerator; the reference itself
# is the line at 1 and has no bar.
array net[1000]; array place[1000]; array design[1000]; array speedup[1000]; array on_chip[1000]; array whole[1000]
array names[20]
count = 0
designs = 0
networks = 0
reference = ""
size = ""
selection = ""
last = ""
known_design(name) = sum [k = 1:designs] (names[k] eq name ? k : 0)
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
keep(name, accelerator) = accelerator eq strcol("reference") ? 0 : \
    (count = count + 1, reference = strcol("reference"), size = strcol("size"), \
     selection = strcol("selection"), networks = networks + (name ne last), last = name, net[count] = name, \
     place[count] = networks, design[count] = known_design(accelerator) > 0 ? known_design(accelerator) : new_design(accelerator), \
     speedup[count] = column("speedup"), whole[count] = column("energy_ratio"), on_chip[count] = column("energy_on_chip_ratio"), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

most = 1; most_energy = 1
do for [i = 1:count] {
    most = speedup[i] > most ? speedup[i] : most
    most_energy = whole[i] > most_energy ? whole[i] : most_energy
}
bar = 0.8 / designs
at(i) = place[i] + (design[i] - 0.5 * (designs + 1)) * bar

# With many designs there is only room for vertical values.
placed = designs > 3 ? "left rotate by 90 offset 0, 0.4" : "center offset 0, 0.6"

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Speed and energy of the accelerator models}" at screen 0.012, 0.97 left font ",12"
    set label 2 sprintf("N = 1 sample through each network of size %s; sensitive channels: %s", size, selection) noenhanced at screen 0.012, 0.93 left textcolor rgb "#444444"
    do for [k = 1:designs] {
        eval(legend(k, names[k], legend_x(k), 0.885))
    }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.905
    set xrange [0.5 : networks + 0.5]
    set xtics () scale 0 noenhanced
    do for [i = 1:count] { set xtics add (title_of(net[i]) place[i]) }
    set label 4 title_of(reference)." = 1" noenhanced at networks + 0.56, 1 left front textcolor rgb "#222222" font ",9.5"
    set arrow 1 from 0.5, 1 to networks + 0.5, 1 nohead dashtype 2 linewidth 1 linecolor rgb "#222222" front
    set boxwidth bar * 0.94

    set tmargin at screen 0.80
    set bmargin at screen 0.51
    set label 3 sprintf("(a) Speedup over %s (higher is better)", title_of(reference)) at screen 0.012, 0.835 left
    set ylabel "Speedup (×)" offset 1
    set yrange [0 : (designs > 3 ? 1.3 : 1.18) * most]
    plot net every ::0::count - 1 using (at($1)):(speedup[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable, \
         net every ::0::count - 1 using (at($1)):(speedup[$1]):(sprintf("%.2f", speedup[$1])) with labels @placed \
             textcolor rgb "#222222" font ",9.5"
    unset label 1
    unset label 2
    do for [k = 1:designs] { unset label 10 + k; unset label 30 + k }

    set tmargin at screen 0.39
    set bmargin at screen 0.07
    set label 3 sprintf("(b) Energy against %s (lower is better): dark on chip, light DRAM", title_of(reference)) at screen 0.012, 0.42 left
    set ylabel "Energy (ratio)" offset 1
    set yrange [0 : (designs > 3 ? 1.35 : 1.18) * most_energy]
    plot net every ::0::count - 1 using (at($1)):(whole[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable fillstyle solid 0.35 border, \
         net every ::0::count - 1 using (at($1)):(on_chip[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable, \
         net every ::0::count - 1 using (at($1)):(whole[$1]):(sprintf("%.2f", whole[$1])) with labels @placed \
             textcolor rgb "#222222" font ",9.5"
    unset label
    unset arrow 1
    unset multiplot
    unset output
}
