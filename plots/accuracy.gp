# SPDX-License-Identifier: GPL-3.0-or-later
# Accuracy of the references and of the paper's two settings on each network with its Wilson interval, and the answers that
# changed against the reference. Other methods are in the rows and in the figure of the losses.
#   gnuplot -c plots/accuracy.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/accuracy.csv, nothing else
rows = ARG1."/accuracy.csv"
picture = ARG2
style = ARG3
width = 920
height = 460
load style

shown = "fp32 int8 bbs-cons bbs-mod"
number(name) = sum [k = 1:words(shown)] (word(shown, k) eq name ? k : 0)

# Read the rows once. A network is a group; a method's place in it is its number.
array net[400]; array place[400]; array method[400]
array accuracy[400]; array low[400]; array high[400]; array worse[400]; array better[400]
count = 0
group = 0
samples = 0; fewest = 1e9
stand_in = 0
last = ""
keep(k) = (count = count + 1, net[count] = strcol("net"), group = group + (strcol("net") ne last), last = strcol("net"), \
    method[count] = k, place[count] = group + 0.19 * (k - 2.5), \
    samples = column("samples") > samples ? column("samples") : samples, \
    fewest = column("samples") < fewest ? column("samples") : fewest, stand_in = stand_in + column("stand_in"), \
    accuracy[count] = column("accuracy_percent"), low[count] = column("wilson_low_percent"), high[count] = column("wilson_high_percent"), \
    worse[count] = strcol("reference") eq "" ? NaN : column("right_to_wrong"), \
    better[count] = strcol("reference") eq "" ? NaN : column("wrong_to_right"), 0)
set table $ignored
plot rows using (0):(number(strcol("method")) > 0 ? keep(number(strcol("method"))) : 0) with table
unset table
unset datafile columnheaders

# The rows have none of these methods: draw an empty figure that says so.
if (count == 0) {
    do for [format in formats] {
        eval(use_format(format))
        set output picture.".".format
        unset border; unset tics; unset key
        set label 1 "The rows hold none of ".shown at graph 0.5, graph 0.5 center noenhanced
        plot [0:1] [0:1] 0 with lines linecolor rgb "#ffffff"
        unset output
    }
    exit
}

known(value) = value == value
least = low[1]; most = high[1]; widest = 4; pairs = 0
do for [i = 1:count] {
    least = low[i] < least ? low[i] : least
    most = high[i] > most ? high[i] : most
    pairs = pairs + known(worse[i])
    widest = known(worse[i]) && worse[i] > widest ? worse[i] : widest
    widest = known(better[i]) && better[i] > widest ? better[i] : widest
}
room = most - least
count_text(sign, value) = known(value) && value > 0 ? sprintf("%s%.0f", sign, value) : ""

do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    set multiplot
    set label 1 "{/:Bold Accuracy of the compression methods}" at screen 0.012, 0.955 left font ",12"
    set label 2 sprintf("N = %s%d test samples a network%s", fewest < samples ? sprintf("%d to ", fewest) : "", samples, \
        stand_in > 0 ? "; compact STAND-INS, not the paper's networks" : "") noenhanced at screen 0.012, 0.895 left textcolor rgb "#444444"
    do for [k = 1:words(shown)] {
        eval(legend(k, word(shown, k), 0.55 + 0.11 * (k - 1), 0.955))
    }
    set key off
    set xrange [0.45 : group + 0.55]
    set xtics () scale 0 rotate by 20 right noenhanced
    do for [i = 1:count] { if (i == 1 || net[i] ne net[i > 1 ? i - 1 : 1]) { set xtics add (title_of(net[i]) ceil(place[i] - 0.5)) } }
    set bmargin at screen 0.15
    set tmargin at screen 0.77

    set lmargin at screen 0.075
    set rmargin at screen 0.485
    set ylabel "Accuracy (%)" offset 1
    set yrange [least - 0.06 * room : most + 0.06 * room]
    set label 3 "(a) Accuracy and its 95 % Wilson interval" at screen 0.012, 0.82 left
    plot net every ::0::count - 1 using (place[$1]):(accuracy[$1]):(low[$1]):(high[$1]):(colour_of(word(shown, method[$1]))) with yerrorbars \
             pointtype 7 pointsize 0.7 linewidth 1.5 linecolor rgb variable
    unset label

    set lmargin at screen 0.575
    set rmargin at screen 0.985
    set ylabel "Answers" offset 0
    set yrange [-1.35 * widest : 1.35 * widest]
    set label 3 "(b) Changed against int8: gained above, lost below" at screen 0.515, 0.82 left
    set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead linewidth 1 linecolor rgb "#444444" front
    set boxwidth 0.17
    if (pairs > 0) {
        plot net every ::0::count - 1 using (place[$1]):(better[$1]):(colour_of(word(shown, method[$1]))) with boxes linecolor rgb variable, \
             net every ::0::count - 1 using (place[$1]):(-worse[$1]):(colour_of(word(shown, method[$1]))) with boxes linecolor rgb variable fillstyle solid 0.35 border, \
             net every ::0::count - 1 using (place[$1]):(better[$1]):(count_text("+", better[$1])) with labels \
                 rotate by 90 left offset 0, 0.3 textcolor rgb "#222222" font ",8", \
             net every ::0::count - 1 using (place[$1]):(-worse[$1]):(count_text("−", worse[$1])) with labels \
                 rotate by 90 right offset 0, -0.3 textcolor rgb "#222222" font ",8"
    } else {
        plot 0 with lines linecolor rgb "#444444"
    }
    unset arrow 1
    unset label
    unset multiplot
    unset output
}
