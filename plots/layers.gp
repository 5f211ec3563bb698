# SPDX-License-Identifier: GPL-3.0-or-later
# Mean divergence of the outputs from INT8 when one layer alone is compressed: layers from input to output, a mark a method.
#   gnuplot -c plots/layers.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/layers.csv, nothing else
rows = ARG1."/layers.csv"
picture = ARG2
style = ARG3
width = 920
height = 420
load style

array name[1000]; array method[8]; array place[8000]; array kind[8000]; array kl[8000]; array error[8000]
count = 0; methods = 0; layers = 0; samples = 0; stand_in = 0; net = ""
known(text) = sum [k = 1:methods] (method[k] eq text ? k : 0)
new_method(text) = (methods = methods + 1, method[methods] = text, methods)
keep(text) = (count = count + 1, kind[count] = known(text) > 0 ? known(text) : new_method(text), net = strcol("net"), \
    place[count] = column("place"), layers = column("place") > layers ? column("place") : layers, \
    name[int(column("place"))] = strcol("layer"), kl[count] = 1000 * column("kl_int8"), error[count] = 1960 * column("kl_int8_error"), \
    samples = column("samples") > samples ? column("samples") : samples, stand_in = stand_in + column("stand_in"), 0)
set table $ignored
plot rows using (0):(methods < 8 || known(strcol("method")) > 0 ? keep(strcol("method")) : 0) with table
unset table
unset datafile columnheaders

most = 0; least = 1e9
do for [i = 1:count] {
    most = kl[i] > most ? kl[i] : most
    least = kl[i] > 0 && kl[i] < least ? kl[i] : least
}
# No row, or no layer that moves the outputs: draw an empty figure that says so.
if (most == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold no layer that moves the outputs" at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}
low(i) = kl[i] - error[i] > least / 3 ? kl[i] - error[i] : least / 3

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set label 1 sprintf("{/:Bold One layer compressed, all others INT8}") at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("%s, N = %d test samples; bars: 95 %% interval of the mean%s", title_of(net), samples, stand_in > 0 ? "; compact STAND-IN" : "") \
        noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:methods] {
        set label 10 + k "●" at screen 0.012 + 0.15 * (k - 1), 0.835 left textcolor rgb colour(k)
        set label 30 + k title_of(method[k]) noenhanced at screen 0.03 + 0.15 * (k - 1), 0.835 left
    }
    set key off
    set lmargin at screen 0.085
    set rmargin at screen 0.985
    set tmargin at screen 0.79
    set bmargin at screen 0.27
    set logscale y
    set format y "10^{%L}"
    set xrange [0.3 : layers + 0.7]
    set yrange [least / 3 : 3 * most]
    set ylabel "KL (10^{-3} nats)" offset 1
    set xtics () scale 0 noenhanced rotate by 60 right font ",7"
    do for [k = 1:layers] { set xtics add (name[k] k) }
    plot for [k = 1:methods] kl every ::0::count - 1 using (kind[$1] == k && kl[$1] > 0 ? place[$1] + 0.16 * (k - (methods + 1) / 2.0) : NaN):(kl[$1]):(low($1)):(kl[$1] + error[$1]) \
        with yerrorbars pointtype 7 pointsize 0.6 linewidth 1.3 linecolor rgb colour(k)
    unset label
    unset output
}
