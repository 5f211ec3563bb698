# SPDX-License-Identifier: GPL-3.0-or-later
# The rules of the house that a machine can hold: rooms, licences, names, sizes, sources.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
DARKNET_ROOT=${DARKNET_ROOT:-/usr/lib/darknet}

# Each prints what breaks the rule and fails when there is any.
none() {
    cat >"$tap_folder/found"
    cat "$tap_folder/found"
    [ ! -s "$tap_folder/found" ]
}

sources() { find bench datasets tests models plots docs -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.gp'; }

licences() {
    { sources; echo run_all.sh; echo deps.sh; echo commit.sh; echo install.sh; echo Makefile; } | while read -r file; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || echo "$file has no SPDX line"
    done | none
}

# "room may-include..."; what ARCHITECTURE.md draws.
rooms() {
    cat <<'END'
base base
rows rows base
tensor tensor base
fetch fetch base
report report rows base
compress compress tensor base
library library compress tensor base
nets nets tensor base
data data tensor base
weights weights compress nets tensor rows base
engine engine nets compress data tensor base
accel accel nets compress tensor base
measure measure weights engine accel compress nets data tensor rows base
shards shards measure weights engine accel compress nets data tensor rows base
experiments experiments measure weights engine accel compress nets data tensor rows report fetch base
run run experiments measure weights engine accel compress nets data tensor rows report fetch base
track track run experiments measure weights engine accel compress nets data tensor rows report fetch base
cli cli library track run experiments shards measure weights engine accel compress nets data tensor rows report fetch base
manual manual cli library track run experiments shards measure weights engine accel compress nets data tensor rows report fetch base
END
}

downwards() {
    rooms >"$tap_folder/rooms"
    find bench -name '*.[ch]' | sort | xargs awk '
        NR == FNR { for (i = 2; i <= NF; i++) may[$1, $i] = 1; known[$1] = 1; next }
        /^#include "[a-z]+\// {
            split(FILENAME, path, "/"); split($2, to, "[\"/]")
            if (!(path[2] in known)) print FILENAME ": a room that test_hygiene.sh does not know"
            else if (!((path[2], to[2]) in may)) print FILENAME ":" FNR ": " path[2] " includes " to[2]
        }' "$tap_folder/rooms" | sort -u | none
}

# Comments may talk of exit(); code below cli may not call it, and nothing calls a shell. libjpeg's error callback must not
# return, so picture_jpeg.c jumps out of it, into its own function. child.c ends the copy of the program that fork() made.
no_way_out() {
    {
        find bench -name '*.[ch]' ! -path 'bench/cli/*' ! -path 'bench/manual/main.c' ! -name child.c | xargs grep -nE '(^|[^A-Za-z0-9_.>])(exit|_exit|abort|assert)\('
        find bench -name '*.[ch]' ! -name picture_jpeg.c | xargs grep -nE '(^|[^A-Za-z0-9_.>])longjmp\('
        find bench -name '*.[ch]' | xargs grep -nE '(^|[^A-Za-z0-9_.>])(system|popen)\('
    } | grep -vE '^[^:]+:[0-9]+: *(/?\*|//)' | none
}

# Darknet exports hundreds of unprefixed names: one of ours with the same name would silently take its place, in the engine's
# shared object or in a test that is linked with it.
no_clash() {
    nm -g --defined-only "$BUILD/libbench.a" "$BUILD/libbench-engine.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$tap_folder/ours"
    nm -D --defined-only "$DARKNET_ROOT/libdarknet.so" | awk 'NF == 3 { print $3 }' | sed 's/@.*//' | sort -u >"$tap_folder/theirs"
    [ -s "$tap_folder/ours" ] && [ -s "$tap_folder/theirs" ] || { echo "no symbols found"; return 1; }
    comm -12 "$tap_folder/ours" "$tap_folder/theirs" | none
}

# The engine's shared object gives one name away; the rest are the linker's own.
one_export() {
    nm -D --defined-only "$BUILD/bbsbench-engine.so" | awk 'NF == 3 { print $3 }' | grep -vxE '__bss_start|_edata|_end|__odr_asan\..*' >"$tap_folder/exports"
    cat "$tap_folder/exports"
    [ "$(cat "$tap_folder/exports")" = bbs_engine_interface ]
}

# Pages, queries and scripts of the same name belong together. style.gp, pe_bars.gp and speedup_bars.gp are loaded by other scripts;
# series.gp draws what `bbsbench history` prints, roofline.gp what `simulate --plot` is asked for.
names_of() { find "$1" -name "*.$2" -exec basename {} ".$2" \; | sort; }
pages=bench/experiments
figures() {
    {
        names_of $pages md >"$tap_folder/pages"
        names_of plots gp | grep -vxE 'style|pe_bars|speedup_bars|series|roofline' >"$tap_folder/scripts"
        sed -n 's/.*](\([a-z0-9_]*\) ".*/\1/p' $pages/*.md | sort -u >"$tap_folder/shown"
        comm -23 "$tap_folder/scripts" "$tap_folder/pages" | sed 's/$/.gp: a script of no experiment/'
        comm -23 "$tap_folder/scripts" "$tap_folder/shown" | sed 's/$/.gp: a figure that no page shows/'
        comm -13 "$tap_folder/scripts" "$tap_folder/shown" | sed 's/$/: a figure without script/'
    } | none
}

# Every page has one source of its rows, and every source a page.
registered() {
    {
        names_of $pages md >"$tap_folder/pages"
        names_of $pages sql | grep -vx views >"$tap_folder/queries"
        sed -n 's/.*&measurement_\([a-z0-9_]*\).*/&/p' $pages/measurement.c | grep -o '&measurement_[a-z0-9_]*' | sed 's/&measurement_//' | sort >"$tap_folder/measured"
        [ -s "$tap_folder/measured" ] || echo "no measurement found"
        sort -m "$tap_folder/queries" "$tap_folder/measured" >"$tap_folder/sources"
        comm -12 "$tap_folder/queries" "$tap_folder/measured" | sed 's/$/: a query and a measurement/'
        comm -23 "$tap_folder/pages" "$tap_folder/sources" | sed 's/$/.md: a page without query or measurement/'
        comm -13 "$tap_folder/pages" "$tap_folder/sources" | sed 's/$/: rows without a page/'
    } | none
}

# Claims are rows of results/claims.csv and known nowhere else.
claims() { find bench -type f ! -name '*.csv' -print0 | xargs -0 grep -nEw 'C0[0-9]|C[0-9]{3}' | none; }

# A column of a file of rows is named in its schema (or query); no other C reads or writes it by name. Only names of several
# words can be told from other words; a setting of a design may have the name of a column; claims.csv is read by name, and mcnemar_p and wilcoxon_p are functions of SQL, too.
columns_once() {
    awk '/^# Files/ { exit } /^## / { skip = $2 == "claims" } !skip' docs/rows.md | sed -n 's/^| `\([a-z0-9]*_[a-z0-9_]*\)` .*/"\1"/p' | grep -vE 'mcnemar_p|wilcoxon_p' | sort -u >"$tap_folder/columns"
    [ "$(wc -l <"$tap_folder/columns")" -gt 50 ] || { echo "few columns in docs/rows.md"; return 1; }
    find bench -name '*.[ch]' -print0 | xargs -0 grep -nFf "$tap_folder/columns" | grep -vE '\.(name|key) = "' | none
}

sizes() { find bench tests/unit -name '*.[ch]' -exec wc -l {} \; | awk '$1 > 500 { print $2 " has " $1 " lines" }' | none; }

# name,value,unit,node,source,note: five fields before the note must stand there.
constants() {
    awk -F, 'FNR > 1 && ($1 == "" || $2 == "" || $3 == "" || $4 == "" || $5 == "") { print FILENAME ":" FNR ": " $0 }' bench/accel/technology.csv | none
}

unfinished() { sources | xargs grep -nE '(TO''DO|FIX''ME|XX''X[^X])' | grep -v 'mk[sd][a-z]*temp\|-XXXXXX' | none; }

no_private_paths() { { sources; find . -maxdepth 1 -type f ! -name .git; } | xargs grep -nE '(^|[^a-z.])/(home|wor''k|Users)/' | none; }

# docs/experiments.md and docs/library.md show their examples whole: each ````KIND NAME block is the file NAME.
example() {
    for file in docs/examples/loss-by-family/*.sql docs/examples/loss-by-family/*.md docs/examples/library/*.c; do
        awk -v name="$(basename "$file")" 'FNR == 1 { shown = 0 } /^````/ { shown = $2 == name; next } shown' docs/experiments.md docs/library.md | cmp - "$file" || echo "$file"
    done | none
}

# A row with two bars at its start has an empty first cell.
table_rows() { find . -name build -prune -o -path ./results -prune -o -name '*.md' -exec grep -nH '^||' {} + | none; }

# Weights, ranges and vocabulary that ship: a changed bit is another network, and every result is another.
shipped() {
    { ls models/compact | grep -E '\.(safetensors|ranges\.csv)$|vocab|tokenizer'; sed 's/.*  //' models/compact/SHA256SUMS; } | sort | uniq -u | sed 's/$/: without a record, or a record without it/' | none &&
        (cd models/compact && sha256sum --quiet --check SHA256SUMS)
}

check "every file says its licence" licences
check "rooms include only downwards" downwards
check "no way out below cli, and no shell anywhere" no_way_out
if [ -e "$DARKNET_ROOT/libdarknet.so" ]; then
    check "no exported name of ours is one of Darknet's" no_clash
else
    skip "no exported name of ours is one of Darknet's" "no libdarknet.so in $DARKNET_ROOT"
fi
check "the engine's shared object exports one table" one_export
check "every figure has its script, every script its experiment" figures
check "every page has a query or a measurement, and they a page" registered
check "a column of rows is named once" columns_once
check "no claim is named outside results/claims.csv" claims
check "no file is over 500 lines" sizes
check "every constant has value, unit, node and source" constants
check "the documentation shows its example as it is" example
check "a row of a Markdown table begins with one bar" table_rows
check "the weights that ship are those that were committed (else: make retrain records them)" shipped
check "nothing is marked as unfinished" unfinished
check "no path of a developer's machine" no_private_paths
tap_done
