# SPDX-License-Identifier: GPL-3.0-or-later
# One number over the runs of the history; a mark and the commit where it changed since the run before of the same mode.
#   gnuplot -c plots/series.gp FOLDER PICTURE plots/style.gp     reads FOLDER/series.csv, nothing else
rows = ARG1."/series.csv"
picture = ARG2
style = ARG3
width = 920
height = 360
load style

# Read the rows once: run i of all, its value, and whether it changed.
array value[10000]; array run[10000]; array commit[10000]; array moved[10000]
count = 0
keep(i) = (count = count + 1, value[count] = column("value"), run[count] = column("run"), commit[count] = strcol("commit")[1:8], \
    moved[count] = (strcol("change") ne "same") && (strcol("change") ne "first"), 0)
set table $ignored
plot rows using (0):(keep(0)) with table
unset table
unset datafile columnheaders

set xlabel "run of the history, in the order of their start"
set ylabel "value"
set xrange [0.5:count + 0.5]
set xtics 1, count > 20 ? ceil(count / 20.0) : 1
set offsets 0, 0, graph 0.15, graph 0.15
do for [i = 1:count] {
    if (moved[i]) { set label i commit[i] at i, value[i] offset 0, 0.9 center noenhanced }
}
do for [format in formats] {
    eval(use_format(format))
    set output picture.".".format
    plot value every ::0::count - 1 using 1:(value[$1]) with linespoints pointtype 7 pointsize 0.5 title "value", \
         value every ::0::count - 1 using 1:(moved[$1] ? value[$1] : NaN) with points pointtype 6 pointsize 1.4 title "changed"
    unset output
}
