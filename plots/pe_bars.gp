# SPDX-License-Identifier: GPL-3.0-or-later
# Two panels, area and power: a pair of bars per PE: estimate and paper. Loaded by table4.gp, table5.gp and table6.gp.
array pe[50]; array value[200]
count = 0
# A PE has the name of its design; those of no design are BitVert's, told apart by the weights of a sub-group.
pe_title(name) = title_of(name) ne name ? title_of(name) \
    : sprintf("BitVert, %d%s", column("subgroup"), column("optimised") > 0 ? " opt." : "")
keep(name) = (count = count + 1, pe[count] = name, value[count] = column("area_left_out_um2"), \
    value[50 + count] = column("area_paper_um2"), value[100 + count] = column("power_left_out_mw"), \
    value[150 + count] = column("power_paper_mw"), 0)
set table $ignored
plot rows using (0):(keep(pe_title(strcol("pe")))) with table
unset table
unset datafile columnheaders

array most[2]
do for [panel = 1:2] {
    most[panel] = 0
    do for [i = 1:count] {
        do for [k = 0:1] {
            at = 100 * (panel - 1) + 50 * k + i
            most[panel] = value[at] > most[panel] ? value[at] : most[panel]
        }
    }
}

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Area and power of a PE}" at screen 0.012, 0.95 left font ",12"
    set label 2 sprintf("N = %d PEs; 28 nm, 800 MHz. Estimated: from gates, three constants FITTED to the paper's other PEs", count) noenhanced at screen 0.012, 0.885 left textcolor rgb "#444444"
    set label 11 "■" at screen 0.72, 0.95 left textcolor rgb colour(1)
    set label 12 "estimated" at screen 0.742, 0.95 left
    set label 13 "■" at screen 0.85, 0.95 left textcolor rgb colour(8)
    set label 14 "the paper" at screen 0.872, 0.95 left
    set key off
    set tmargin at screen 0.83
    set bmargin at screen 0.2
    set xrange [0.5 : count + 0.5]
    set xtics () scale 0 noenhanced rotate by 20 right
    do for [k = 1:count] { set xtics add (pe[k] k) }
    set boxwidth 0.36
    do for [panel = 1:2] {
        first = 100 * (panel - 1)
        set lmargin at screen 0.085 + 0.49 * (panel - 1)
        set rmargin at screen 0.495 + 0.49 * (panel - 1)
        set yrange [0 : 1.15 * most[panel]]
        set ylabel panel == 1 ? "Area (µm²)" : "Power (mW)" offset 1
        plot pe every ::0::count - 1 using ($1 - 0.19):(value[first + $1]) with boxes linecolor rgb colour(1), \
             pe every ::0::count - 1 using ($1 + 0.19):(value[first + 50 + $1]) with boxes linecolor rgb colour(8), \
             pe every ::0::count - 1 using ($1 - 0.19):(value[first + $1]):(sprintf(panel == 1 ? "%.0f" : "%.2f", value[first + $1])) with labels offset 0, 0.5 font ",8", \
             pe every ::0::count - 1 using ($1 + 0.19):(value[first + 50 + $1]):(sprintf(panel == 1 ? "%.0f" : "%.2f", value[first + 50 + $1])) with labels offset 0, 0.5 font ",8"
        unset label
    }
    unset multiplot
    unset output
}
