# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench area and bbsbench sram: what they print, what they write, what they refuse.
. tests/shell/tap.sh
rows=$tap_folder/rows.csv
python=${PYTHON:-/usr/bin/python3}

# A command's output holds a line that matches.
says() { # pattern, command
    pattern=$1
    shift
    "$@" | grep -qE -- "$pattern"
}
# um2 of a PE as it is changed.
area_of() { "$BBSBENCH" area --pe "$@" | sed -nE 's/.*flip-flops; ([0-9.]+) um2.*/\1/p'; }
smaller() { [ -n "$1" ] && [ -n "$2" ] && echo "$1 $2" | awk '{exit !($1 < $2)}'; }

# ===  area  ===
check "fitted constants are called so, with their N" says '^FITTED to N = 10 PEs' "$BBSBENCH" area
check "each PE has its residual" sh -c "[ \$('$BBSBENCH' area | grep -cE '^(Stripes|Pragmatic|Bitlet|BitWave|BitVert|OliVe).*%.*%.*%') -eq 11 ]"
check "each PE relative to Stripes, by count, synthesis and paper" says '^BitVert, sub-groups of 8, optimised +2\.26 +2\.[0-9]+ +1\.39$' "$BBSBENCH" area
check "OliVe is not synthesised" says '^OliVe +[0-9.]+ +- +[0-9.]+$' "$BBSBENCH" area
check "rows of all PEs" "$BBSBENCH" area --out "$rows"
check "one row a PE" sh -c "[ \$(wc -l <$rows) -eq 12 ]"
check "one PE, unit by unit" says '^multiplexers of lanes +selection ' "$BBSBENCH" area --pe bitvert-8-opt
check "narrow multiplexers save area" smaller "$(area_of bitvert-8 --narrow-muxes yes)" "$(area_of bitvert-8)"
check "a serial constant saves area" smaller "$(area_of bitvert-8 --serial-constant yes)" "$(area_of bitvert-8)"
check "a larger sub-group takes area" smaller "$(area_of bitvert-8)" "$(area_of bitvert-8 --subgroup 16)"
check "a larger group takes area" smaller "$(area_of bitvert-8)" "$(area_of bitvert-8 --group 32)"
check "without the constant it is smaller" smaller "$(area_of bitvert-8 --constant no)" "$(area_of bitvert-8)"
check "without operands it is smaller" smaller "$(area_of bitvert-8 --operands no)" "$(area_of bitvert-8)"
check_fails 2 "an unknown PE" "$BBSBENCH" area --pe eyeriss
check_fails 2 "a sub-group of 3" "$BBSBENCH" area --pe bitvert-8 --subgroup 3
check_fails 2 "a group of 16 for 8 lanes" "$BBSBENCH" area --pe stripes --group 16
check_fails 2 "neither yes nor no" "$BBSBENCH" area --pe bitvert-8 --narrow-muxes maybe
check_fails 2 "a change of no PE" "$BBSBENCH" area --subgroup 8
without_yosys() { env PATH=/none OSU018=/none "$python" -B tests/synthesis/synthesise.py "$BBSBENCH" "$tap_folder/none"; }
what_is_missing() { without_yosys 2>&1; }
check_fails 1 "a synthesis without Yosys is refused" without_yosys
check "it says what to install" says 'apt-get install .* yosys iverilog qflow-tech-osu018$' what_is_missing
check_fails 1 "rows in a folder that is not there" "$BBSBENCH" area --out "$tap_folder/none/rows.csv"

# ===  sram  ===
check "the leave-one-out error, with its N" says 'N = 41 of 51 rows' "$BBSBENCH" sram
check "of each quantity" says '^  read pJ +median +[0-9.]+%, largest +[0-9.]+%' "$BBSBENCH" sram
check "a row of the table" says '8192 bytes, bus of 128 bits: a row of the table' "$BBSBENCH" sram --bytes 8192 --bus 128
check "a bank between rows is marked" says '10000 bytes, bus of 128 bits: interpolated' "$BBSBENCH" sram --bytes 10000 --bus 128
check "rows with their errors" "$BBSBENCH" sram --out "$rows"
check "one row a bank" sh -c "[ \$(wc -l <$rows) -eq 52 ]"
check_fails 1 "a bank beyond the table" "$BBSBENCH" sram --bytes 1000000 --bus 128
check_fails 1 "a bus without rows" "$BBSBENCH" sram --bytes 8192 --bus 100
check_fails 2 "a size without its bus" "$BBSBENCH" sram --bytes 8192
tap_done
