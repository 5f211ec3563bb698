# SPDX-License-Identifier: GPL-3.0-or-later
# A group of bars for each network, the geometric mean last. Loaded by fig12.gp and iso_area.gp, which set
#   rows, picture   as usual
#   field           the column of the bars
#   mean, spread    columns of an error bar: its middle and its length on each side; "" for none
#   papers          column of the paper's value, a cross; "" for none
#   heading, note   two lines above; the note of bars with a spread takes the largest one
array net[1000]; array place[1000]; array design[1000]; array value[1000]; array middle[1000]; array length[1000]; array paper[1000]
array names[20]
count = 0; designs = 0; networks = 0
reference = ""; size = ""; last = ""
known_design(name) = sum [k = 1:designs] (names[k] eq name ? k : 0)
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
keep(name, accelerator) = accelerator eq strcol("reference") ? 0 : \
    (count = count + 1, reference = strcol("reference"), size = strcol("size"), networks = networks + (name ne last), last = name, \
     net[count] = name, place[count] = networks, \
     design[count] = known_design(accelerator) > 0 ? known_design(accelerator) : new_design(accelerator), \
     value[count] = column(field), middle[count] = mean eq "" ? NaN : column(mean), \
     length[count] = spread eq "" ? NaN : column(spread), paper[count] = papers eq "" ? NaN : column(papers), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

most = 1; widest = 0
do for [i = 1:count] { most = value[i] > most ? value[i] : most; most = paper[i] > most ? paper[i] : most; widest = length[i] > widest ? length[i] : widest }
bar = 0.84 / designs
at(i) = place[i] + (design[i] - 0.5 * (designs + 1)) * bar

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold ".heading.title_of(reference)."}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = 1 sample a network, size %s, synthetic weights; %s", size, spread eq "" ? note : sprintf(note, widest)) noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:designs] {
        eval(legend(k, names[k], legend_x(k), 0.835))
    }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.915
    set tmargin at screen 0.79
    set bmargin at screen 0.09
    set xrange [0.5 : networks + 0.5]
    set xtics () scale 0 noenhanced
    do for [i = 1:count] { set xtics add (title_of(net[i]) place[i]) }
    set label 4 title_of(reference)." = 1" noenhanced at networks + 0.53, 1 left front textcolor rgb "#222222" font ",9.5"
    set arrow 1 from 0.5, 1 to networks + 0.5, 1 nohead dashtype 2 linewidth 1 linecolor rgb "#222222" front
    set arrow 2 from networks - 0.5, graph 0 to networks - 0.5, graph 1 nohead linewidth 1 linecolor rgb "#d8dde3" back
    set boxwidth bar * 0.94
    set ylabel "Speedup (×)" offset 1
    set yrange [0 : 1.2 * most]
    plot net every ::0::count - 1 using (at($1)):(value[$1]):(colour_of(names[design[$1]])) with boxes linecolor rgb variable, \
         net every ::0::count - 1 using (at($1)):(middle[$1] - length[$1]):(0):(2 * length[$1]) with vectors nohead linewidth 1 linecolor rgb "#222222", \
         net every ::0::count - 1 using (paper[$1] == paper[$1] ? at($1) : NaN):(paper[$1]) with points pointtype 2 pointsize 1.1 linewidth 2 linecolor rgb "#000000", \
         net every ::0::count - 1 using (at($1)):(paper[$1] > value[$1] ? paper[$1] + 0.02 * most : value[$1] + (paper[$1] == paper[$1] && paper[$1] > value[$1] - 0.05 * most ? 0.03 * most : 0)):(sprintf("%.2f", value[$1])) with labels left rotate by 90 \
             offset 0, 0.4 textcolor rgb "#222222" font ",9"
    unset label
    unset arrow
    unset output
}
