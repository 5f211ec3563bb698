# SPDX-License-Identifier: GPL-3.0-or-later
# Manual pages and completion: each command and option of --help is in them, and the shells take them.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
man=$BUILD/man
commands=$("$BBSBENCH" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
options_of() { "$BBSBENCH" help "$1" | sed -n '/^options:/,/^$/s/^  --\([a-z-]*\).*/\1/p'; }

# ===  Pages  ===
check "a page a command, and one of the program" sh -c "[ \$(ls $man/*.1 | wc -l) -eq $(($(echo "$commands" | wc -l) + 1)) ]"
for command in $commands; do
    # Tags of the page, with the dashes as they are typed.
    sed -n '/^.SH OPTIONS/,$ s/^\\fB\\-\\-\([^ ]*\)\\fR.*/\1/p' "$man/bbsbench-$command.1" | sed 's/\\-/-/g' | sort >"$tap_folder/in_page"
    options_of "$command" | sort >"$tap_folder/in_help"
    check "bbsbench-$command(1) has each option of --help" cmp "$tap_folder/in_page" "$tap_folder/in_help"
    check "and bbsbench(1) names it" grep -q "^.BR bbsbench.-$command (1)" "$man/bbsbench.1"
done
if command -v mandoc >/dev/null; then
    for page in "$man"/*.1; do
        check "$(basename "$page") has no warning of mandoc" sh -c "mandoc -T lint -W warning '$page' && mandoc -T utf8 '$page' | sed 's/.$(printf '\b')//g' | grep -qx 'EXIT STATUS'"
    done
else
    skip "no warning of mandoc" "mandoc is not installed"
fi

# ===  bash  ===
# WORD... CURSOR: what the function offers for the last of these words.
cat >"$tap_folder/complete.bash" <<'END'
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_bbsbench
printf '%s\n' "${COMPREPLY[@]}"
END
offers() { bash -u "$tap_folder/complete.bash" "$man/bbsbench.bash" "$@" | tr '\n' ' '; }
check_offer() {
    wanted=$1
    shift
    offered=$(offers "$@")
    check "bash: $* offers $wanted" [ "$offered" = "$wanted " ]
}
check_offer "simulate" bbsbench simu
check_offer "quantize query" bbsbench qu
check_offer "--accelerator --attention" bbsbench simulate --a
check_offer "bert_mrpc bert_sst2" bbsbench simulate --net bert
check_offer "bert_mrpc bert_sst2" bbsbench simulate --net = bert
check_offer "resnet34,vit_small resnet34,vit_base resnet34,vit_tiny" bbsbench simulate --net resnet34,vit
check_offer "bbs-cons bbs-mod" bbsbench compress --method bbs
check_offer "fast" bbsbench accuracy --kernels f
check_offer "table1 table2 table3 table4 table5 table6" bbsbench run --only table
check_offer "bitvert-cons bitvert-mod" bbsbench simulate --accelerator bitv
check_offer "simulate" bbsbench help simu
check_offer "" bbsbench pack "fi"
check "bash: every command" sh -c "[ \"\$(bash -u '$tap_folder/complete.bash' '$man/bbsbench.bash' bbsbench '' | sort)\" = \"$(echo "$commands" | sort)\" ]"
for command in $commands; do
    options_of "$command" | sed 's/^/--/' | sort >"$tap_folder/in_help"
    check "bash: every option of $command" sh -c "bash -u '$tap_folder/complete.bash' '$man/bbsbench.bash' bbsbench $command -- | sort | cmp - '$tap_folder/in_help'"
done
# The names are those that the database of a run has.
names() { "$BBSBENCH" query --format csv --run results/reference "$1" | sed 1d | sort; }
check "bash: every network" sh -c "
    bash -u '$tap_folder/complete.bash' '$man/bbsbench.bash' bbsbench density --net '' | sort >'$tap_folder/nets'; [ \"\$(cat '$tap_folder/nets')\" = \"$(names 'SELECT net FROM networks')\" ]"
check "bash: every accelerator" sh -c "
    bash -u '$tap_folder/complete.bash' '$man/bbsbench.bash' bbsbench simulate --accelerator '' | grep -vx all | sort >'$tap_folder/designs'; [ \"\$(cat '$tap_folder/designs')\" = \"$(names 'SELECT accelerator FROM accelerators')\" ]"

# ===  zsh, fish  ===
if command -v zsh >/dev/null; then
    check "zsh reads its script" zsh -n "$man/_bbsbench"
    # The function itself, with the parts of zsh's completion that it calls replaced by ones that check their arguments.
    check "zsh: each option is a spec of one word" zsh -fc "
        CURRENT=3; _describe() { : }; _files() { : }; _sequence() { : }; count=0
        _arguments() { for spec in \${@[2,-1]}; do [[ \$spec == '*'(--*\[*|:file:_files)* ]] || exit 1; ((count++)); done }
        words=(bbsbench simulate x); source $man/_bbsbench; [[ \$count -eq $(($(options_of simulate | wc -l) + 1)) ]]"
else
    skip "zsh reads its script" "zsh is not installed"
fi
if command -v fish >/dev/null; then
    check "fish reads its script" fish -n "$man/bbsbench.fish"
    fish_offers() { HOME=$tap_folder fish -c "complete -c bbsbench -e; source $man/bbsbench.fish; complete -C '$1'" | cut -f 1 | tr '\n' ' '; }
    check "fish offers networks" [ "$(fish_offers 'bbsbench density --net resnet')" = "$(sed -n 's/^resnet.*/&/p' "$tap_folder/nets" | tr '\n' ' ')" ]
    check "and options" [ "$(fish_offers 'bbsbench simulate --att')" = "--attention " ]
else
    skip "fish reads its script" "fish is not installed"
fi
tap_done
