# SPDX-License-Identifier: GPL-3.0-or-later
# What a user configured for gnuplot, curl and R does not reach our results; a failed figure costs itself alone.
. tests/shell/tap.sh
run=$tap_folder/run home=$tap_folder/home
mkdir "$home"
check "a run with two figures" "$BBSBENCH" run --smoke --only fig3,table4 --out "$run"

if command -v gnuplot >/dev/null 2>&1; then
    check "their figures" "$BBSBENCH" report "$run"
    cp -r "$run/figures" "$tap_folder/figures"
    printf 'set key left bottom\nset decimalsign ","\nset logscale y\n' >"$home/.gnuplot"
    mkdir -p "$home/.config/gnuplot" && cp "$home/.gnuplot" "$home/.config/gnuplot/gnuplotrc"
    check "are the same with start-up files, GNUTERM and fonts of the user's own" env HOME="$home" XDG_CONFIG_HOME="$home/.config" GNUTERM=qt \
        GDFONTPATH=/nonexistent GNUPLOT_LIB=/nonexistent LC_ALL=C LANG=de_DE.UTF-8 "$BBSBENCH" report "$run"
    check "byte for byte" diff -r "$tap_folder/figures" "$run/figures"

    # A gnuplot that cannot draw one of them, and leaves half of it.
    mkdir "$tap_folder/bin"
    gnuplot=$(command -v gnuplot)
    cat >"$tap_folder/bin/gnuplot" <<END
#!/bin/sh
case "\$*" in *fig3.gp*) for name; do case \$name in *figures/*) echo half >"\$name.svg" ;; esac; done; echo "no such terminal" >&2; exit 1 ;; esac
exec '$gnuplot' "\$@"
END
    chmod +x "$tap_folder/bin/gnuplot"
    rm -f "$run/report.html" "$run/report.md"
    check_fails 1 "one figure fails" env PATH="$tap_folder/bin:$PATH" "$BBSBENCH" report "$run"
    check "the error says which, and why" grep -q "fig3.gp: found gnuplot ended with 1: found no such terminal" "$tap_folder/last_err"
    check "the report is there and says that it lacks this one" sh -c "grep -q 'was not drawn' '$run/report.html' && grep -q 'was not drawn' '$run/report.md'"
    check "neither half a figure nor the old one is left" sh -c "! ls '$run'/figures/fig3* 2>/dev/null | grep -q ."
    check "the other is drawn" cmp "$tap_folder/figures/table4.svg" "$run/figures/table4.svg"

    # Figures are drawn side by side: two fail, the later one first.
    mkdir "$tap_folder/rows" && for id in fig3 table4 table5 table6; do cp "results/reference/$id.csv" "$tap_folder/rows"; done
    check "four figures" "$BBSBENCH" report --figures --format svg --out "$tap_folder/four" "$tap_folder/rows"
    cat >"$tap_folder/bin/gnuplot" <<END
#!/bin/sh
case "\$*" in *table4.gp*) sleep 1; echo "late" >&2; exit 1 ;; *table5.gp*) echo "early" >&2; exit 1 ;; esac
exec '$gnuplot' "\$@"
END
    check_fails 1 "two of them fail" env PATH="$tap_folder/bin:$PATH" "$BBSBENCH" report --figures --format svg --out "$tap_folder/two" "$tap_folder/rows"
    check "the first in the order of the experiments is told" grep -q "table4.gp: found gnuplot ended with 1: found late" "$tap_folder/last_err"
    rm "$tap_folder/four/table4.svg" "$tap_folder/four/table5.svg"
    check "the others are there" diff -r "$tap_folder/four" "$tap_folder/two"
    check_fails 3 "without gnuplot nothing is drawn" env PATH=/nonexistent "$BBSBENCH" report --figures --format svg --out "$tap_folder/two" "$tap_folder/rows"
    check "and what is not tried is left as it was" cmp "$tap_folder/four/table6.svg" "$tap_folder/two/table6.svg"

    # A gnuplot that does not notice a full disk.
    printf '#!/bin/sh\nfor name; do case $name in *figures/*) echo "<svg>half" >"$name.svg"; : >"$name.png" ;; esac; done\n' >"$tap_folder/bin/gnuplot"
    check_fails 1 "a gnuplot that ends well on a full disk" env PATH="$tap_folder/bin:$PATH" "$BBSBENCH" report "$run"
    check "has drawn half a figure" grep -q "found half a svg" "$tap_folder/last_err"
    check "which nobody sees" sh -c "[ -z \"\$(ls '$run/figures')\" ]"
    rm "$tap_folder/bin/gnuplot" && "$BBSBENCH" report "$run" >/dev/null
    check "all are drawn again, whole" diff -r "$tap_folder/figures" "$run/figures"
    check "also by two reports at once" sh -c "'$BBSBENCH' report '$run' & '$BBSBENCH' report '$run'; one=\$?; wait \$! && [ \$one -eq 0 ]"
    check "into the same figures" diff -r "$tap_folder/figures" "$run/figures"
else
    skip "figures" "gnuplot is not installed"
fi

# ===  R  ===
if command -v Rscript >/dev/null 2>&1; then
    # The project's text data once more, in a copy of the folder, with a profile that changes the folder.
    mkdir -p "$tap_folder/copy" "$tap_folder/else"
    cp -r Makefile datasets deps.sh deps.txt "$tap_folder/copy"
    echo "setwd('$tap_folder/else')" >"$home/.Rprofile"
    echo "R_LIBS=/nonexistent" >"$home/.Renviron"
    check "text data with a profile of the user's own" env HOME="$home" R_PROFILE_USER="$home/.Rprofile" make -C "$tap_folder/copy" datasets
    check "are where they belong, byte for byte" diff -r build/datasets "$tap_folder/copy/build/datasets"
else
    skip "text data" "Rscript is not installed"
fi
tap_done
