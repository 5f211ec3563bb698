# SPDX-License-Identifier: GPL-3.0-or-later
# One token of Llama-3-8B against the length of the text before it: speedup and energy of each design against Stripes, and the bytes
# that a token takes on two designs; a column of panels for each number of sequences.
#   gnuplot -c plots/llama_context.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/llama_context.csv, nothing else
rows = ARG1."/llama_context.csv"
picture = ARG2
style = ARG3
width = 920
height = 940
load style

array design[2000]; array batch[2000]; array context[2000]; array speedup[2000]; array energy[2000]
array weights[2000]; array cache[2000]; array other[2000]; array names[40]; array batches[8]
count = 0; designs = 0; panels = 0
design_of(name) = (sum [k = 1:designs] (names[k] eq name ? k : 0))
new_design(name) = (designs = designs + 1, names[designs] = name, designs)
panel_of(value) = (sum [k = 1:panels] (batches[k] == value ? k : 0))
new_panel(value) = (panels = panels + 1, batches[panels] = value, panels)
shown(net) = net eq "llama3_8b" && strcol("phase") eq "decode" && column("cache_bits") == 8
keep(name) = !shown(strcol("net")) ? 0 : (count = count + 1, design[count] = design_of(name) > 0 ? design_of(name) : new_design(name), \
    batch[count] = panel_of(column("batch")) > 0 ? panel_of(column("batch")) : new_panel(column("batch")), \
    context[count] = column("context"), speedup[count] = column("speedup"), energy[count] = column("energy_ratio"), \
    gb = 1e9 * column("batch"), weights[count] = column("weight_bytes") / gb, cache[count] = column("cache_bytes") / gb, \
    other[count] = column("other_bytes") / gb, 0)
set table $ignored
plot rows using (0):(keep(strcol("accelerator"))) with table
unset table
unset datafile columnheaders

first = 128; last = 131072
most = 1; least = 1; heaviest = 0; lightest = 1
do for [i = 1:count] {
    most = speedup[i] > most ? speedup[i] : most
    least = speedup[i] < least ? speedup[i] : least
    lightest = energy[i] < lightest ? energy[i] : lightest
    heaviest = energy[i] > heaviest ? energy[i] : heaviest
}
# The bars of the lowest panels: Stripes left, BitVert (mod) right of a context.
reference = design_of("stripes"); pruned = design_of("bitvert-mod")
shift(i) = design[i] == reference ? -0.21 : 0.21
bar_of(i, p) = batch[i] == p && (design[i] == reference || design[i] == pruned)
log2(x) = log(x) / log(2)

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold One token of Llama-3-8B against the length of its text}" at screen 0.012, 0.982 left font ",12"
    set label 2 "BitVert without sensitive channels; keys, values, head and embedding at 8 bits in every design; k = 1,024" noenhanced at screen 0.012, 0.957 left textcolor rgb "#444444"
    do for [k = 1:designs] { eval(legend(k, names[k], legend_x(k), 0.93)) }
    set key off
    do for [p = 1:panels] {
        set lmargin at screen 0.075 + 0.48 * (p - 1)
        set rmargin at screen 0.505 + 0.48 * (p - 1)
        set xrange [log2(first) - 0.6 : log2(last) + 0.6]
        set xtics () scale 0.6 font ",9"
        do for [k = int(log2(first)):int(log2(last))] { set xtics add (k < 10 ? sprintf("%d", 2**k) : sprintf("%dk", 2**(k - 10)) k) }
        set label 3 sprintf("%d %s", batches[p], batches[p] == 1 ? "sequence" : "sequences at once") at graph 0.02, 1.06 left
        set xlabel ""

        set tmargin at screen 0.88
        set bmargin at screen 0.645
        set ylabel p == 1 ? "Speedup over Stripes (×)" : "" offset 1
        set yrange [0.95 * least : 1.05 * most]
        set ytics auto font ",9"
        plot for [k = 1:designs] context every ::0::count - 1 using (batch[$1] == p && design[$1] == k ? log2(context[$1]) : NaN):(speedup[$1]) \
            with linespoints pointinterval 2 pointtype marker_of(names[k]) pointsize 0.8 linewidth 2 linecolor rgb colour_of(names[k])
        unset label

        set tmargin at screen 0.595
        set bmargin at screen 0.36
        set ylabel p == 1 ? "Energy against Stripes (×)" : "" offset 1
        set yrange [0.9 * lightest : 1.05 * heaviest]
        plot for [k = 1:designs] context every ::0::count - 1 using (batch[$1] == p && design[$1] == k ? log2(context[$1]) : NaN):(energy[$1]) \
            with linespoints pointinterval 2 pointtype marker_of(names[k]) pointsize 0.8 linewidth 2 linecolor rgb colour_of(names[k])

        set tmargin at screen 0.275
        set bmargin at screen 0.06
        set ylabel p == 1 ? "DRAM traffic of a token (GB)" : "" offset 1
        set xlabel "Context (tokens)" offset 0, 0.4
        set yrange [0 : *]
        set boxwidth 0.38
        if (p == 1) {
            set label 4 "left bar: Stripes, right bar: BitVert (mod)" noenhanced at screen 0.075, 0.297 left font ",9"
            eval(legend_of(20, "weights of matrices and head", colour(1), 0.36, 0.297))
            eval(legend_of(21, "keys and values", colour(2), 0.64, 0.297))
            eval(legend_of(22, "other activations", colour(8), 0.80, 0.297))
        }
        plot context every ::0::count - 1 using (bar_of($1, p) ? log2(context[$1]) + shift($1) : NaN):(weights[$1] + cache[$1] + other[$1]) with boxes linecolor rgb colour(8), \
             context every ::0::count - 1 using (bar_of($1, p) ? log2(context[$1]) + shift($1) : NaN):(weights[$1] + cache[$1]) with boxes linecolor rgb colour(2), \
             context every ::0::count - 1 using (bar_of($1, p) ? log2(context[$1]) + shift($1) : NaN):(weights[$1]) with boxes linecolor rgb colour(1)
        unset label
    }
    unset multiplot
    unset output
}
