# SPDX-License-Identifier: GPL-3.0-or-later
# What the lanes do: useful work, intra-PE and inter-PE stall, stacked, against the number of PE columns.
#   gnuplot -c plots/fig15.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig15.csv, nothing else
rows = ARG1."/fig15.csv"
picture = ARG2
style = ARG3
width = 920
height = 620
load style

array panel[1000]; array place[1000]; array columns[1000]; array useful[1000]; array intra[1000]; array inter[1000]
array names[100]; array starts[100]; array of[100]; array titles[20]
count = 0; groups = 0; panels = 0; here = 0
last = ""; last_name = ""
new_panel(name) = (panels = panels + 1, titles[panels] = name, last = name, last_name = "", here = 0, panels)
new_group(name) = (groups = groups + 1, names[groups] = name, last_name = name, here = here + 1, starts[groups] = here, of[groups] = panels, 0)
keep(name, accelerator) = strcol("useful_percent") eq "" ? 0 : \
    (count = count + 1, panel[count] = name eq last ? panels : new_panel(name), \
     accelerator eq last_name ? 0 : new_group(accelerator), place[count] = here, here = here + 1, \
     columns[count] = column("pe_columns"), useful[count] = column("useful_percent"), \
     intra[count] = column("intra_pe_stall_percent"), inter[count] = column("inter_pe_stall_percent"), 0)
set table $ignored
plot rows using (0):(keep(strcol("net"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

widest = 1
do for [i = 1:count] { widest = place[i] > widest ? place[i] : widest }

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold What the lanes do with 2 to 32 PE columns}" at screen 0.012, 0.965 left font ",12"
    set label 2 "N = 1 sample, full-size networks, synthetic weights; shares of lanes × cycles of computation" noenhanced at screen 0.012, 0.925 left textcolor rgb "#444444"
    set label 11 "■ useful" at screen 0.012, 0.88 left textcolor rgb colour(3)
    set label 12 "■ intra-PE stall" at screen 0.13, 0.88 left textcolor rgb colour(2)
    set label 13 "■ inter-PE stall" at screen 0.29, 0.88 left textcolor rgb colour(4)
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.985
    set boxwidth 0.85
    set ylabel "Share (%)" offset 1
    set yrange [0 : 100]
    set xrange [0 : widest + 1]
    do for [p = 1:panels] {
        set tmargin at screen 0.82 - 0.43 * (p - 1)
        set bmargin at screen 0.54 - 0.43 * (p - 1)
        set xtics () scale 0
        do for [i = 1:count] { if (panel[i] == p) { set xtics add (sprintf("%d", columns[i]) place[i]) } }
        set label 3 title_of(titles[p]) noenhanced at graph 0, 1.06 left
        do for [k = 1:groups] { if (of[k] == p) { set label 30 + k title_of(names[k]) noenhanced at first starts[k] + 2, graph -0.22 center } }
        plot useful every ::0::count - 1 using (panel[$1] == p ? place[$1] : NaN):(useful[$1] + intra[$1] + inter[$1]) with boxes linecolor rgb colour(4), \
             useful every ::0::count - 1 using (panel[$1] == p ? place[$1] : NaN):(useful[$1] + intra[$1]) with boxes linecolor rgb colour(2), \
             useful every ::0::count - 1 using (panel[$1] == p ? place[$1] : NaN):(useful[$1]) with boxes linecolor rgb colour(3), \
             useful every ::0::count - 1 using (panel[$1] == p ? place[$1] : NaN):(useful[$1] / 2):(sprintf("%.0f", useful[$1])) with labels textcolor rgb "#ffffff" font ",9"
        unset label
    }
    unset multiplot
    unset output
}
