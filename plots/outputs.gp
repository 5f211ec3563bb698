# SPDX-License-Identifier: GPL-3.0-or-later
# Mean divergence of each method from INT8 by its bits a weight: a panel for each network, float activations, log scale.
#   gnuplot -c plots/outputs.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/outputs.csv, nothing else
rows = ARG1."/outputs.csv"
picture = ARG2
style = ARG3
width = 1000
height = 620
load style

# Families of methods by how their names begin; fp32 and int8 are no compression.
starts = "bbs ra: zps bit ptq other"
names = "'BBS presets' averaging 'zero-point shifting' 'bit flip, BitWave' PTQ 'others, with float scales'"
family(name) = name eq "int8" || name eq "fp32" ? 0 : (found = sum [k = 1:5] (name[1:3] eq word(starts, k) ? k : 0), found > 0 ? found : 6)
array panel[4000]; array kind[4000]; array bits[4000]; array kl[4000]; array error[4000]; array title[64]
count = 0; panels = 0; samples = 0; fewest = 1e9; stand_in = 0
panel_of(name) = (panels > 0 && title[panels] eq name ? 0 : (panels = panels + 1, title[panels] = name), panels)
keep(name) = (count = count + 1, panel[count] = panel_of(name), kind[count] = family(strcol("method")), \
    bits[count] = column("bits_per_weight"), kl[count] = 1000 * column("kl_int8"), error[count] = 1960 * column("kl_int8_error"), \
    samples = column("samples") > samples ? column("samples") : samples, \
    fewest = column("samples") < fewest ? column("samples") : fewest, stand_in = stand_in + column("stand_in"), 0)
set table $ignored
plot rows using (0):(strcol("activations") eq "fp32" && family(strcol("method")) > 0 && column("kl_int8") > 0 ? keep(strcol("net")) : 0) with table
unset table
unset datafile columnheaders

# The rows have no such method: draw an empty figure that says so.
if (count == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold no divergence of a compressed network with float activations" at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}

# As the methods elsewhere: presets of BBS black, averaging as BBS (cons), shifting as BBS (mod), BitWave, PTQ, others.
array kind_colour[6] = [0x1b2129, colour_of("bbs-cons"), colour_of("bbs-mod"), colour_of("bitwave"), colour_of("ptq-cons"), 0x6e2288]
across = 4
down = (panels + across - 1) / across
least = 1e9; most = 0; narrow = 8; wide = 4
do for [i = 1:count] {
    least = kl[i] < least ? kl[i] : least
    most = kl[i] > most ? kl[i] : most
    narrow = bits[i] < narrow ? bits[i] : narrow
    wide = bits[i] > wide ? bits[i] : wide
}
low(i) = kl[i] - error[i] > least / 2 ? kl[i] - error[i] : least / 2

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Divergence of the outputs from INT8}" at screen 0.012, 0.968 left font ",12"
    set label 2 sprintf("N = %s%d test samples a network, float activations; bars: 95 %% interval of the mean%s", \
        fewest < samples ? sprintf("%d to ", fewest) : "", samples, stand_in > 0 ? "; compact STAND-INS" : "") \
        noenhanced at screen 0.012, 0.928 left textcolor rgb "#444444"
    do for [k = 1:6] {
        set label 10 + k "●" at screen 0.012 + 0.155 * (k - 1), 0.885 left textcolor rgb kind_colour[k]
        set label 30 + k word(names, k) noenhanced at screen 0.028 + 0.155 * (k - 1), 0.885 left font ",9"
    }
    set key off
    set logscale y
    unset mytics
    set format y "10^{%L}"
    set xrange [narrow - 0.3 : wide + 0.3]
    set yrange [least / 2 : 2 * most]
    do for [p = 1:panels] {
        x = (p - 1) % across; y = (p - 1) / across
        set lmargin at screen 0.07 + 0.235 * x
        set rmargin at screen 0.07 + 0.235 * x + 0.2
        set tmargin at screen 0.83 - (0.78 / down) * y
        set bmargin at screen 0.83 - (0.78 / down) * (y + 1) + 0.12
        if (p == 1) { set ylabel "KL (10^{-3} nats)" offset 1 } else { unset ylabel }
        if (y == down - 1 || p + across > panels) { set xlabel "Bits a weight" offset 0, 0.5 } else { unset xlabel }
        set title title_of(title[p]) noenhanced offset 0, -0.7
        plot for [k = 1:6] kl every ::0::count - 1 using (panel[$1] == p && kind[$1] == k ? bits[$1] : NaN):(kl[$1]):(low($1)):(kl[$1] + error[$1]) \
            with yerrorbars pointtype 7 pointsize 0.6 linewidth 1.2 linecolor rgb kind_colour[k]
        unset label
    }
    unset title
    unset multiplot
    unset output
}
