# SPDX-License-Identifier: GPL-3.0-or-later
# Speedup over the reference design against the number of PE columns, a panel for each network.
#   gnuplot -c plots/fig14.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig14.csv, nothing else
rows = ARG1."/fig14.csv"
picture = ARG2
style = ARG3
width = 920
height = 400
load style

array net[1000]; array panel[1000]; array design[1000]; array columns[1000]; array value[1000]
array names[20]; array titles[20]
count = 0; designs = 0; panels = 0
reference = ""; last = ""
known_design(name) = sum [k = 1:designs] (names[k] eq name ? k : 0)
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
new_panel(name) = (panels = panels + 1, titles[panels] = name, last = name, panels)
keep(name, accelerator) = accelerator eq strcol("reference") ? 0 : \
    (count = count + 1, reference = strcol("reference"), panel[count] = name eq last ? panels : new_panel(name), \
     design[count] = known_design(accelerator) > 0 ? known_design(accelerator) : new_design(accelerator), \
     columns[count] = column("pe_columns"), value[count] = column("speedup"), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

most = 1
do for [i = 1:count] { most = value[i] > most ? value[i] : most }

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Speedup over ".title_of(reference)." with as many PE columns}" at screen 0.012, 0.955 left font ",12"
    set label 2 "N = 1 sample, full-size networks, synthetic weights; 8 bit-serial lanes a PE, 16 pixels or tokens" noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:designs] {
        eval(legend(k, names[k], legend_x(k), 0.835))
    }
    set key off
    set tmargin at screen 0.72
    set bmargin at screen 0.14
    set logscale x 2
    set xrange [1.7 : 38]
    set xtics (2, 4, 8, 16, 32)
    set xlabel "PE columns"
    set yrange [0.8 : 1.1 * most]
    do for [p = 1:panels] {
        set lmargin at screen 0.075 + 0.48 * (p - 1)
        set rmargin at screen 0.505 + 0.48 * (p - 1)
        set ylabel p == 1 ? "Speedup (×)" : "" offset 1
        set label 3 title_of(titles[p]) noenhanced at graph 0.02, 1.05 left
        plot for [k = 1:designs] value every ::0::count - 1 \
            using (panel[$1] == p && design[$1] == k ? columns[$1] : NaN):(value[$1]) with linespoints \
            pointtype marker_of(names[k]) pointsize 1 linewidth 2 linecolor rgb colour_of(names[k])
        unset label
    }
    unset logscale x
    unset multiplot
    unset output
}
