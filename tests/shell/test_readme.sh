# SPDX-License-Identifier: GPL-3.0-or-later
# The tables of numbers in README.md are what their queries say of results/reference (tests/readme.sh).
. tests/shell/tap.sh
copy=$tap_folder/copy.md

check "README.md has tables from queries" sh -c "[ \$(grep -c '^<!-- query:' README.md) -ge 2 ]"
check "they are what the rows say (else: make readme)" sh -c 'tests/readme.sh | diff README.md -'

# A number that was changed by hand comes back.
sed -E 's/[0-9]\.[0-9]{2} \|$/0.00 |/' README.md >"$copy"
check "the copy is another" sh -c "cmp -s README.md $copy; [ \$? -eq 1 ]"
check "writing puts it right" sh -c "tests/readme.sh --write $copy && cmp README.md $copy"

printf 'Before\n<!-- query: SELECT 2 AS "A [b]" -->\n| old |\n<!-- end -->\nbehind\n' >"$copy"
check "a query on one line" sh -c "tests/readme.sh $copy | grep -qxF '| 2 |'"
check "what stood there is gone, what stands around is kept" sh -c "tests/readme.sh $copy | tr '\n' ' ' | grep -q '^Before <!.* -->.* <!-- end --> behind \$' &&
    ! tests/readme.sh $copy | grep -q old"
printf '<!-- query: SELECT 2 -->\n| old |\n' >"$copy"
check_fails 1 "a table without an end" tests/readme.sh --write "$copy"
check "leaves the file as it was" grep -qxF '| old |' "$copy"
printf '<!-- query: SELECT nothing FROM nowhere -->\n<!-- end -->\n' >"$copy"
check_fails 2 "a query that SQLite refuses" tests/readme.sh --write "$copy"
check "leaves the file as it was, too" grep -q nowhere "$copy"
tap_done
