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

check "no two figures have the same description" sh -c \
    "[ -z \"\$(grep -ho '^!\[[^]]*\]' bench/experiments/*.md | sort | uniq -d)\" ]"
check "a script takes colours of designs and networks by name" sh -c \
    "! grep -nE 'colour\((design|method|names|net)\[' plots/*.gp"
tap_done
