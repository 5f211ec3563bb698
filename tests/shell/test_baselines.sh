# SPDX-License-Identifier: GPL-3.0-or-later
# A baseline does not change without a reason in CHANGELOG.md (tests/baselines.sh).
. tests/shell/tap.sh
check "each baseline is as recorded, and its reason is in CHANGELOG.md (else: make reference)" tests/baselines.sh

reference=$tap_folder/reference log=$tap_folder/CHANGELOG.md
mkdir "$reference"
printf 'a,b\n1,2\n' >"$reference/one.csv"
printf 'a,b\n3,4\n' >"$reference/two.smoke.csv"
echo "about them" >"$reference/README.md"
printf '# Changelog\n\n* `one.csv` elsewhere is not meant\n\n## Baselines\n\nText.\n\n' >"$log"
baselines() { tests/baselines.sh "$@" "$reference" "$log"; }
refused() { ! baselines "$@"; }
says() { grep -q "$1" "$tap_folder/last_out"; }

check "nothing recorded is refused" refused
check "and both files are named" says 'one.csv.*two.smoke.csv'
check "recording adds a line" baselines --write
check "of both, with their hashes" grep -qx "\\* \`one.csv\` $(sha256sum "$reference/one.csv" | cut -c 1-8), \`two.smoke.csv\` $(sha256sum "$reference/two.smoke.csv" | cut -c 1-8): REASON" "$log"
check "a line without a reason is refused" refused
sed -i 's/: REASON$/: because./' "$log"
check "with its reason all is well" baselines
cp "$log" "$tap_folder/before"
check "recording again changes nothing" baselines --write
check "neither here" cmp "$log" "$tap_folder/before"
printf 'a,b\n1,3\n' >"$reference/one.csv"
check "a changed number is refused" refused
check "by the file's name" says 'one.csv: not as recorded'
check "but not the other file" sh -c "! grep -q two.smoke $tap_folder/last_out"
(cd "$reference" && sha256sum one.csv two.smoke.csv >SHA256SUMS)
check "its hash alone is not enough" refused
check "the line is asked for" says 'no line under Baselines for `one.csv`'
check "recording writes the line of this file alone" sh -c "tests/baselines.sh --write $reference $log && tail -n 1 $log | grep -q '^\\* .one.csv. [0-9a-f]*: REASON\$'"
printf 'a,b\n1,5\n' >"$reference/one.csv"
check "another change before the reason is written" baselines --write
check "leaves one line" [ "$(grep -c REASON "$log")" -eq 1 ]
sed -i 's/: REASON$/: because of that./' "$log"
check "with its reason all is well again" baselines
mkdir "$reference/real"
printf 'a,b\n7,8\n' >"$reference/real/one.csv"
echo "about these" >"$reference/real/README.md"
check "a file in a folder below is refused" refused
check "by its folder and name, and the other README is none" sh -c "grep -q 'real/one.csv: not as recorded' $tap_folder/last_out && ! grep -q README $tap_folder/last_out"
check "recording writes its line" baselines --write
check "with its folder" sh -c "tail -n 1 $log | grep -q '^\* .real/one.csv. [0-9a-f]*: REASON\$'"
sed -i 's/: REASON$/: because of those./' "$log"
check "and then all is well" baselines
printf 'a,b\n7,9\n' >"$reference/real/one.csv"
check "its change is refused" refused
check "and it alone" sh -c "grep -q 'real/one.csv: not as recorded' $tap_folder/last_out && ! grep -q '/reference/one.csv' $tap_folder/last_out"
printf 'a,b\n7,8\n' >"$reference/real/one.csv"
rm "$reference/two.smoke.csv"
check "a removed file is refused" refused
printf 'x\n' >"$reference/three.csv"
check "a new one is refused, too" refused
check "by name" says 'three.csv'
tap_done
