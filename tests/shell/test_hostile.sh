# SPDX-License-Identifier: GPL-3.0-or-later
# Names are text: a run folder may be called anything, and a folder from someone else may hold links. Nothing is run, nothing
# outside the folder is written.
. tests/shell/tap.sh
run=$tap_folder/run
check "a run" "$BBSBENCH" run --smoke --only table4 --out "$run"
if ! command -v gnuplot >/dev/null 2>&1; then
    skip "hostile names" "gnuplot is not installed"
    tap_done
    exit
fi
check "its report" "$BBSBENCH" report "$run"
cp -r "$run/figures" "$tap_folder/figures"
rm -r "$run/figures" "$run"/report.* "$run"/claims.*

# ===  Names of folders  ===
# The commands run in a folder of their own, so that a relative name begins with its first character.
mkdir "$tap_folder/names"
named() { # NAME: report draws the same figures in a folder of that name, and no command in it is run
    cp -r "$run" "$tap_folder/names/$1"
    check "report of a folder named $(printf %s "$1" | tr '\n' ' ')" sh -c 'cd "$1" && "$2" report -- "$3"' sh "$tap_folder/names" "$BBSBENCH" "$1"
    check "draws the same figures" diff -r "$tap_folder/figures" "$tap_folder/names/$1/figures"
    check "and runs nothing" sh -c "[ \$(ls -Aq '$tap_folder/names' | wc -l) -eq 1 ]"
    rm -r "$tap_folder/names/${1:?}"
}
named '<touch hit'
named '|touch hit'
named '> hit'
named '-e touch'
named '~'
named 'a`touch hit`b'
named '$(touch hit)'
named "it's \"%d %s\" 100%"
named '<b onclick=x>&amp;'
named 'two
lines'
mkdir "$tap_folder/<b>&\`x\`"
check "a run into a folder that looks like HTML" "$BBSBENCH" run --smoke --only table4 --out "$tap_folder/<b>&\`x\`/<script>"
check "its report" "$BBSBENCH" report "$tap_folder/<b>&\`x\`/<script>"
check "shows it as text in HTML" sh -c "grep -q '&lt;script&gt;' '$tap_folder/<b>&\`x\`/<script>/report.html' && ! grep -q '/<script>' '$tap_folder/<b>&\`x\`/<script>/report.html'"
# In Markdown a fence holds the command: what is between its lines is text. Elsewhere < is escaped.
check "and in Markdown" "${PYTHON:-/usr/bin/python3}" - "$tap_folder/<b>&\`x\`/<script>/report.md" <<'PY'
import re, sys
fence, bad = None, []
for line in open(sys.argv[1]):
    ticks = re.match(r"`{3,}", line)
    if ticks and fence is None:
        fence = ticks.group()
    elif fence is not None and line.strip() == fence:
        fence = None
    elif fence is None and re.search(r"(?<!\\)<(script|b)>", re.sub(r"(`+).*?\1", "", line)):
        bad.append(line)
assert fence is None and not bad, bad
PY

# ===  Links in a folder from someone else  ===
kept=$tap_folder/kept
echo precious >"$kept"
for place in report.html report.md claims.csv claims.json; do
    rm -rf "$tap_folder/foreign" && cp -r "$run" "$tap_folder/foreign"
    ln -s "$kept" "$tap_folder/foreign/$place"
    check_fails 1 "a link at $place" "$BBSBENCH" report "$tap_folder/foreign"
    check "is named and not followed" sh -c "grep -q '$place: writing: found a symbolic link' '$tap_folder/last_err' && grep -qx precious '$kept'"
done
rm -rf "$tap_folder/foreign" && cp -r "$run" "$tap_folder/foreign"
ln "$kept" "$tap_folder/foreign/report.md.part"
check_fails 1 "a second name of a file at report.md.part" "$BBSBENCH" report "$tap_folder/foreign"
check "is not emptied" grep -qx precious "$kept"
rm -rf "$tap_folder/foreign" && cp -r "$run" "$tap_folder/foreign" && mkdir "$tap_folder/foreign/figures"
for place in table4.svg table4.png table4.part.svg table4.part.png table4.log; do ln -s "$kept" "$tap_folder/foreign/figures/$place"; done
check "links in figures" "$BBSBENCH" report "$tap_folder/foreign"
check "are replaced by the figures" diff -r "$tap_folder/figures" "$tap_folder/foreign/figures"
check "what they led to is as it was" grep -qx precious "$kept"
rm -rf "$tap_folder/foreign" && cp -r "$run" "$tap_folder/foreign" && mkdir "$tap_folder/outside"
ln -s "$tap_folder/outside" "$tap_folder/foreign/figures"
check_fails 1 "a link at figures" "$BBSBENCH" report "$tap_folder/foreign"
check "leads nowhere" sh -c "[ -z \"\$(ls -A '$tap_folder/outside')\" ]"
rm -f "$tap_folder/foreign/run.lock" && ln -s "$tap_folder/made" "$tap_folder/foreign/run.lock"
check_fails 1 "a link at run.lock" "$BBSBENCH" run --smoke --only table4 --resume --out "$tap_folder/foreign"
check "makes no file elsewhere" [ ! -e "$tap_folder/made" ]
tap_done
