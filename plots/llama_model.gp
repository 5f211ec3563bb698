# SPDX-License-Identifier: GPL-3.0-or-later
# Speedup over Stripes on Llama-3-8B, a group of bars for each phase.
#   gnuplot -c plots/llama_model.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/llama_model.csv, nothing else
rows = ARG1."/llama_model.csv"
picture = ARG2
style = ARG3
width = 920
height = 400
load style

array phase[200]; array design[200]; array cycles[200]; array names[40]; array phases[8]; array tokens[8]; array base[8]
count = 0; designs = 0; groups = 0
phase_of(name) = (sum [k = 1:groups] (phases[k] eq name ? k : 0))
new_phase(name) = (groups = groups + 1, phases[groups] = name, tokens[groups] = column("tokens"), groups)
design_of(name) = (sum [k = 1:designs] (names[k] eq name ? k : 0))
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
keep(where, name) = (count = count + 1, phase[count] = phase_of(where) > 0 ? phase_of(where) : new_phase(where), \
    design[count] = design_of(name) > 0 ? design_of(name) : new_design(name), cycles[count] = column("cycles"), \
    base[phase[count]] = name eq "stripes" ? cycles[count] : base[phase[count]], 0)
set table $ignored
do for [k = 1:8] { base[k] = NaN }
plot rows using (0):(keep(strcol("phase"), strcol("accelerator"))) with table
unset table
unset datafile columnheaders

bar = designs > 0 ? 0.8 / designs : 0.8
do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Speedup over Stripes on Llama-3-8B}" at screen 0.012, 0.945 left font ",12"
    set label 2 "matrices of all blocks; BitVert without sensitive channels; designs that look at bits: synthetic weights" noenhanced at screen 0.012, 0.88 left textcolor rgb "#444444"
    do for [k = 1:designs] { eval(legend(k, names[k], legend_x(k), 0.81)) }
    set key off
    set lmargin at screen 0.075
    set rmargin at screen 0.985
    set tmargin at screen 0.76
    set bmargin at screen 0.12
    set xrange [0.5 : groups + 0.5]
    set yrange [0 : *]
    set xtics () scale 0 noenhanced
    do for [k = 1:groups] { set xtics add (sprintf(tokens[k] == 1 ? "%s, %d token" : "%s, %d tokens", phases[k], tokens[k]) k) }
    set boxwidth bar * 0.94
    set ylabel "Speedup (×)" offset 1
    plot for [k = 1:designs] cycles every ::0::count - 1 \
        using (phase[$1] + (design[$1] - (designs + 1) / 2.0) * bar):(design[$1] == k ? base[phase[$1]] / cycles[$1] : NaN) \
        with boxes linecolor rgb colour_of(names[k])
    unset label
    unset output
}
