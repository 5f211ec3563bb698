# SPDX-License-Identifier: GPL-3.0-or-later
# Footprint of Llama-3-8B by method: matrices of the blocks, and what is not compressed on top.
#   gnuplot -c plots/fig17.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig17.csv, nothing else
rows = ARG1."/fig17.csv"
picture = ARG2
style = ARG3
width = 920
height = 400
load style

look_of(method) = strstrt(method, "ra:") == 1 ? "bbs-cons" : strstrt(method, "zps:") == 1 ? "bbs-mod" : method
label_of(method) = method eq "bf16" ? "16-bit floats" : look_of(method) eq "bbs-cons" ? "BBS, 2 columns" \
    : look_of(method) eq "bbs-mod" ? "BBS, 4 columns" : title_of(method)
array text[40]; array matrices[40]; array whole[40]; array bits[40]; array rgb[40]
count = 0
keep(method) = (count = count + 1, text[count] = label_of(method), rgb[count] = method eq "bf16" ? colour_of("fp32") : colour_of(look_of(method)), \
    matrices[count] = column("matrices_gb"), whole[count] = column("footprint_gb"), bits[count] = column("bits_per_weight_with_metadata"), 0)
set table $ignored
plot rows using (0):(keep(strcol("method"))) with table
unset table
unset datafile columnheaders

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 "{/:Bold Footprint of Llama-3-8B}" at screen 0.012, 0.945 left font ",12"
    set label 2 "all channels pruned, groups of 32; in the bars: bits of a compressed weight with metadata; perplexity: not run" noenhanced at screen 0.012, 0.88 left textcolor rgb "#444444"
    eval(legend_of(1, "embedding, head and norms, 16 bits (assumed)", 0xd8dde3, 0.012, 0.81))
    set key off
    set lmargin at screen 0.08
    set rmargin at screen 0.985
    set tmargin at screen 0.76
    set bmargin at screen 0.12
    set xrange [0.4 : count + 0.6]
    set yrange [0 : *]
    set xtics () scale 0 noenhanced
    do for [i = 1:count] {
        set xtics add (text[i] i)
        set label 100 + i sprintf("%.2f bits", bits[i]) at i, matrices[i] / 2 center front textcolor rgb "#ffffff"
    }
    set boxwidth 0.6
    set ylabel "GB (10⁹ bytes)" offset 1
    plot whole every ::0::count - 1 using ($1):(whole[$1]) with boxes linecolor rgb "#d8dde3", \
         for [i = 1:count] matrices every ::i - 1::i - 1 using ($1):(matrices[$1]) with boxes linecolor rgb rgb[i]
    unset label
    unset output
}
