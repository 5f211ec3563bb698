# SPDX-License-Identifier: GPL-3.0-or-later
# The parts of docs/*.md that are made from the registries and from results/reference are as these are now.
. tests/shell/tap.sh

made=$(grep -lE '^<!-- (query|output):' docs/*.md)
for name in methods networks accelerators artifact; do
    check "docs/$name.md has made parts" sh -c "echo '$made' | grep -qx docs/$name.md"
done
for file in $made; do
    check "$file is not old (else: make docs)" sh -c "tests/readme.sh $file >$tap_folder/now && { cmp -s $file $tap_folder/now || { echo '$file is old: make docs'; diff $file $tap_folder/now; false; }; }"
done

# A part that was changed by hand is seen and put right.
copy=$tap_folder/copy.md
sed 's/^| zps |/| zpx |/' docs/methods.md >"$copy"
check "a change by hand is seen" sh -c "! tests/readme.sh $copy | cmp -s - $copy"
check "and put right" sh -c "tests/readme.sh --write $copy && cmp docs/methods.md $copy"
printf '<!-- output: echo one; false -->\n<!-- end -->\n' >"$copy"
check "a command that fails is an error" sh -c "! tests/readme.sh --write $copy"
check "which leaves the file as it was" sh -c "! grep -q '^one' $copy"

# Every page is reached from the README, and links lead to files.
for file in docs/*.md; do
    check "README.md names $file" grep -q "($file)" README.md
done
for file in README.md docs/*.md; do
    # shellcheck disable=SC2016
    check "links in $file lead to files" sh -c '
        cd "$(dirname "$1")" && grep -oE "\]\([^)# ]+\)" "$(basename "$1")" | sed "s/^](//; s/)$//" | grep -v "^https\?:" | while read -r link; do
            [ -e "$link" ] || echo "no file $link"; done | { ! grep . ; }' sh "$file"
done
tap_done
