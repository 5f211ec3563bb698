# SPDX-License-Identifier: GPL-3.0-or-later
# Speedup over the reference design for equal area of the PEs.
#   gnuplot -c plots/iso_area.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/iso_area.csv, nothing else
rows = ARG1."/iso_area.csv"
picture = ARG2
style = ARG3
width = 920
height = 420
field = "iso_area_speedup"
mean = ""
spread = ""
papers = ""
heading = "Speedup for equal PE area, over "
note = "areas: the paper's Table V; geomean: geometric mean"
load style
load style[1:strlen(style) - strlen("style.gp")]."speedup_bars.gp"
