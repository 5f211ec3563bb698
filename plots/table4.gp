# SPDX-License-Identifier: GPL-3.0-or-later
# Area and power of the PEs of Table IV, estimated from gates, beside the paper's synthesis.
#   gnuplot -c plots/table4.gp RUN_FOLDER PICTURE plots/style.gp     reads RUN_FOLDER/table4.csv, nothing else
rows = ARG1."/table4.csv"
picture = ARG2
style = ARG3
width = 920
height = 380
load style
load style[1:strlen(style) - strlen("style.gp")]."pe_bars.gp"
