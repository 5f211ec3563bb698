# SPDX-License-Identifier: GPL-3.0-or-later
# Figures: one name and colour for a thing everywhere, colours that can be told apart, and every figure is drawn from the
# committed rows alone, with another description for each.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}

"$BBSBENCH" query --format csv "SELECT accelerator AS id, title FROM accelerators UNION ALL SELECT net, title FROM networks WHERE paper" \
    >"$tap_folder/names.csv"
check "names are those of the registries, colours have contrast and differ in grey" \
    "$PYTHON" tests/oracle/looks.py plots/style.gp "$tap_folder/names.csv"
sed 's/stripes|Stripes|0x[0-9a-f]*/stripes|Stripes|0xdddddd/; s/|Bitlet|/|Bitlot|/' plots/style.gp >"$tap_folder/style.gp"
check "a pale colour and another name are found" sh -c "'$PYTHON' tests/oracle/looks.py '$tap_folder/style.gp' '$tap_folder/names.csv' >'$tap_folder/faults'
    grep -q 'stripes: contrast 1' '$tap_folder/faults' && grep -q 'bitlet is Bitlot in the figures' '$tap_folder/faults'"

# From the rows alone, whatever folder they lie in: the committed ones, and one of a single CSV file.
if command -v gnuplot >/dev/null 2>&1; then
    check "figures of the committed rows" "$BBSBENCH" report --figures --out "$tap_folder/compact" --format svg results/reference
    check "one for each script, and nothing else" sh -c "ls '$tap_folder/compact' | sed 's/.svg//' >'$tap_folder/drawn'
        for id in \$(sed -n 's/^ROWS_OF_[A-Z_]* *= //p' Makefile); do [ ! -f plots/\$id.gp ] || echo \$id; done | sort | cmp - '$tap_folder/drawn'"
    check "of another mode" "$BBSBENCH" report --figures --out "$tap_folder/smoke" --mode smoke --format svg results/reference
    mkdir "$tap_folder/smoke/accuracy.rows" && : >"$tap_folder/smoke/accuracy.rows/accuracy.csv"
    check "also where a killed one left its link" "$BBSBENCH" report --figures --out "$tap_folder/smoke" --mode smoke --format svg results/reference
    check "which is gone then" sh -c "! ls -d '$tap_folder'/smoke/accuracy.rows"
    check "the rows of that mode are others" sh -c "! cmp -s '$tap_folder/smoke/accuracy.svg' '$tap_folder/compact/accuracy.svg'"
    check "where both modes have the same rows, the figure is the same" cmp "$tap_folder/smoke/fig12.svg" "$tap_folder/compact/fig12.svg"
    mkdir "$tap_folder/rows" && cp results/reference/table6.csv "$tap_folder/rows"
    check "a folder of one CSV file" "$BBSBENCH" report --figures "$tap_folder/rows"
    check "gives each format" sh -c "cd '$tap_folder/rows/figures' && [ \$(ls | tr '\n' ' ' | tr -d ' ') = table6.pdftable6.pngtable6.svg ] &&
        [ \$(head -c 4 table6.pdf) = %PDF ] && [ \$(head -c 4 table6.png | tail -c 3) = PNG ] && grep -q '</svg>' table6.svg"
    check "the same figure as from the baselines" cmp "$tap_folder/rows/figures/table6.svg" "$tap_folder/compact/table6.svg"
    cp -r "$tap_folder/rows/figures" "$tap_folder/before"
    rm "$tap_folder/rows/figures/table6.png" && touch -d '1 hour ago' "$tap_folder/rows/figures"/*
    check "chosen formats" "$BBSBENCH" report --figures --format png,pdf "$tap_folder/rows"
    check "are drawn again, the same byte for byte" diff -r "$tap_folder/before" "$tap_folder/rows/figures"
    check "the other is left alone" [ "$tap_folder/rows/figures/table6.pdf" -nt "$tap_folder/rows/figures/table6.svg" ]
else
    skip "figures from rows alone" "gnuplot is not installed"
fi
check_fails 2 "a format that is none" "$BBSBENCH" report --figures --format svg,gif results/reference
check_fails 2 "a list of none" "$BBSBENCH" report --figures --format "" results/reference
check_fails 2 "--out without --figures" "$BBSBENCH" report --out "$tap_folder/out" results/reference
check_fails 3 "a folder that is not there" "$BBSBENCH" report --figures "$tap_folder/nowhere"
mkdir "$tap_folder/empty"
check_fails 3 "a folder without rows" "$BBSBENCH" report --figures "$tap_folder/empty"

check "no two figures have the same description" sh -c \
    "[ -z \"\$(grep -ho '^!\[[^]]*\]' bench/experiments/*.md | sort | uniq -d)\" ]"
check "a script takes colours of designs and networks by name" sh -c \
    "! grep -nE 'colour\((design|method|names|net)\[' plots/*.gp"
tap_done
