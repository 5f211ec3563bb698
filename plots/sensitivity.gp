# SPDX-License-Identifier: GPL-3.0-or-later
# BitVert against Stripes while one knob is turned: a pair of panels for each knob, speedup above and energy below. Points are set
# at equal distances; a ring is the value in use.
#   gnuplot -c plots/sensitivity.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/sensitivity.csv, nothing else
rows = ARG1."/sensitivity.csv"
picture = ARG2
style = ARG3
width = 920
load style

array knobs[40]; array units[40]; array points[40]; array names[10]
array knob[1000]; array place[1000]; array design[1000]; array speedup[1000]; array energy[1000]; array used[1000]; array text[1000]
count = 0; panels = 0; designs = 0
last = ""; last_design = ""
known(name) = (sum [k = 1:designs] (names[k] eq name ? k : 0))
new(name) = (designs = designs + 1, names[designs] = name, designs)
panel_of(name) = name eq last ? panels : (last = name, last_design = "", panels = panels + 1, knobs[panels] = name, units[panels] = strcol("unit"), \
    points[panels] = 0, panels)
place_of(accelerator) = (at = accelerator eq last_design ? at + 1 : 1, last_design = accelerator, points[panels] = at > points[panels] ? at : points[panels], at)
keep(name, value, accelerator) = (count = count + 1, knob[count] = panel_of(name), place[count] = place_of(accelerator), text[count] = value, \
    design[count] = known(accelerator) > 0 ? known(accelerator) : new(accelerator), speedup[count] = column("speedup"), \
    energy[count] = column("energy_ratio"), used[count] = column("used"), 0)
set table $ignored
plot rows using (0):(keep(strcol("knob"), strcol("value"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

most = 1
do for [i = 1:count] { most = speedup[i] > most ? speedup[i] : most }
across = 3
bands = ceil(panels / 3.0)
height = 90 + 270 * (bands > 0 ? bands : 1)
band = 270.0 / height
top_of(p) = 1 - 100.0 / height - band * int((p - 1) / across)
left_of(p) = 0.075 + 0.32 * ((p - 1) % across)

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold BitVert against Stripes, one knob at a time}" at screen 0.012, 1 - 22.0 / height left font ",12"
    set label 2 "geometric means, full-size networks, synthetic weights; ring: the value in use" noenhanced at screen 0.012, 1 - 44.0 / height left textcolor rgb "#444444"
    do for [k = 1:designs] { eval(legend(k, names[k], legend_x(k), 1 - 66.0 / height)) }
    set key off
    set border 3
    do for [p = 1:panels] {
        set lmargin at screen left_of(p)
        set rmargin at screen left_of(p) + 0.255
        set xrange [0.6 : points[p] + 0.4]
        do for [part = 1:2] {
            set tmargin at screen top_of(p) - (part == 1 ? 0 : 0.44 * band)
            set bmargin at screen top_of(p) - (part == 1 ? 0.38 * band : 0.74 * band)
            set xtics () scale 0 noenhanced font ",9"
            set xlabel part == 2 ? (strstrt(knobs[p], units[p]) > 0 ? knobs[p] : knobs[p]." (".units[p].")") : "" offset 0, 0.6 noenhanced
            do for [i = 1:count] { if (knob[i] == p) { if (part == 2) { set xtics add (text[i] place[i]) } else { set xtics add ("" place[i]) } } }
            set ylabel (p - 1) % across == 0 ? (part == 1 ? "speedup (×)" : "energy (×)") : "" offset 1.5
            set yrange [0 : (part == 1 ? 1.1 * most : 1.0)]
            step = part == 1 ? 1 : 0.5
            set ytics step font ",9"
            plot for [k = 1:designs] knob every ::0::count - 1 using (knob[$1] == p && design[$1] == k ? place[$1] : NaN):(part == 1 ? speedup[$1] : energy[$1]) \
                     with linespoints pointtype marker_of(names[k]) pointsize 0.7 linewidth 2 linecolor rgb colour_of(names[k]), \
                 for [k = 1:designs] knob every ::0::count - 1 using (knob[$1] == p && design[$1] == k && used[$1] == 1 ? place[$1] : NaN):(part == 1 ? speedup[$1] : energy[$1]) \
                     with points pointtype 6 pointsize 2 linewidth 2 linecolor rgb "#1b2129"
            unset label
        }
    }
    unset multiplot
    unset output
}
