# SPDX-License-Identifier: GPL-3.0-or-later
# The loss of each method on the language model, and its divergence from INT8, by its bits a weight, log scales.
#   gnuplot -c plots/perplexity.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/perplexity.csv, nothing else
rows = ARG1."/perplexity.csv"
picture = ARG2
style = ARG3
width = 920
height = 440
load style

# Families of methods by how their names begin, with the looks of experiment outputs; fp32 and int8 are no compression.
starts = "bbs ra: zps bit ptq other"
names = "'BBS presets' averaging 'zero-point shifting' 'bit flip, BitWave' PTQ 'others, with float scales'"
family(name) = name eq "int8" || name eq "fp32" ? 0 : (found = sum [k = 1:5] (name[1:3] eq word(starts, k) ? k : 0), found > 0 ? found : 6)
array kind_colour[6] = [0x1b2129, colour_of("bbs-cons"), colour_of("bbs-mod"), colour_of("bitwave"), colour_of("ptq-cons"), 0x6e2288]
array kind_marker[6] = [7, 5, 9, 11, 13, 2]
array kind[400]; array bits[400]; array loss[400]; array low[400]; array high[400]; array kl[400]
count = 0; tokens = 0; network = ""
keep(k) = (count = count + 1, kind[count] = k, bits[count] = column("bits_per_weight_with_metadata"), loss[count] = column("difference"), \
    low[count] = column("difference_low"), high[count] = column("difference_high"), kl[count] = column("divergence"), \
    tokens = column("tokens"), network = strcol("net"), 0)
set table $ignored
plot rows using (0):(family(strcol("method")) > 0 && column("difference") == column("difference") ? keep(family(strcol("method"))) : 0) with table
unset table
unset datafile columnheaders

# The rows have no such method: draw an empty figure that says so.
if (count == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold no compressed language model beside int8" at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}

# A loss below the least that is drawn, or a gain, stands on the lower edge.
least = 1e-4
drawn(value) = value > least ? value : least
narrow = 8; wide = 4; most = least; farthest = 0; nearest = 1e9
do for [i = 1:count] {
    narrow = bits[i] < narrow ? bits[i] : narrow
    wide = bits[i] > wide ? bits[i] : wide
    most = high[i] > most ? high[i] : most
    farthest = kl[i] > farthest ? kl[i] : farthest
    nearest = kl[i] > 0 && kl[i] < nearest ? kl[i] : nearest
}

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Perplexity of a compact language model}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("%s, a STAND-IN; N = %d tokens; activations float", network, tokens) noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:6] {
        set label 10 + k "" at screen 0.02 + 0.155 * (k - 1), 0.835 point pointtype kind_marker[k] pointsize 0.8 linecolor rgb kind_colour[k]
        set label 30 + k word(names, k) noenhanced at screen 0.034 + 0.155 * (k - 1), 0.835 left font ",9"
    }
    set key off
    set logscale y
    unset mytics
    set format y "10^{%L}"
    set xrange [narrow - 0.3 : wide + 0.3]
    set xlabel "Bits a weight, with metadata" offset 0, 0.5
    set bmargin at screen 0.13
    set tmargin at screen 0.74

    set lmargin at screen 0.095
    set rmargin at screen 0.48
    set yrange [least : 2 * most]
    set ylabel "Loss to INT8 (nats a token)" offset 0
    set label 3 "(a) Loss and its 95 % interval; on the edge: less than 10^{-4}" at screen 0.012, 0.785 left
    plot for [k = 1:6] loss every ::0::count - 1 using (kind[$1] == k ? bits[$1] : NaN):(drawn(loss[$1])):(drawn(low[$1])):(drawn(high[$1])) \
        with yerrorbars pointtype kind_marker[k] pointsize 0.8 linewidth 1.2 linecolor rgb kind_colour[k]
    unset label

    set lmargin at screen 0.6
    set rmargin at screen 0.985
    set yrange [(nearest < 1e9 ? nearest : least) / 2 : (farthest > 0 ? 2 * farthest : 1)]
    set ylabel "KL from INT8 (nats a token)" offset 0
    set label 3 "(b) Divergence of the next token's distribution from INT8" at screen 0.515, 0.785 left
    plot for [k = 1:6] kl every ::0::count - 1 using (kind[$1] == k ? bits[$1] : NaN):(kl[$1] > 0 ? kl[$1] : NaN) \
        with points pointtype kind_marker[k] pointsize 0.8 linecolor rgb kind_colour[k]
    unset label
    unset multiplot
    unset output
}
