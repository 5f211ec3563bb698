# SPDX-License-Identifier: GPL-3.0-or-later
# Speedup over the reference design, with the standard deviation over the seeds of the synthetic weights.
#   gnuplot -c plots/fig12.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/fig12.csv, nothing else
rows = ARG1."/fig12.csv"
picture = ARG2
style = ARG3
width = 920
height = 420
field = "speedup"
mean = "speedup_mean"
spread = "speedup_deviation"
heading = "Speedup over "
papers = "paper_speedup"
note = "error bars: deviation over seeds, at most %.4f; ×: the paper"
load style
load style[1:strlen(style) - strlen("style.gp")]."speedup_bars.gp"
