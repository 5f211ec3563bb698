# SPDX-License-Identifier: GPL-3.0-or-later
# The command line itself: help on each command, usage errors, exit codes.
. tests/shell/tap.sh

check "help lists the commands" "$BBSBENCH" --help
check "the version names commit, libraries and processor" sh -c '"$BBSBENCH" --version | grep -c "commit\|libraries\|processor" | grep -qx 3'
check_fails 2 "an unknown command is a usage error" "$BBSBENCH" nonsense
tried=0
for command in $("$BBSBENCH" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    check "$command has its help" sh -c "'$BBSBENCH' $command --help | grep -q '^usage: bbsbench $command'"
    check "$command has the same by help and -h" sh -c "'$BBSBENCH' $command --help >$tap_folder/help && '$BBSBENCH' help $command | cmp - $tap_folder/help && '$BBSBENCH' $command -h | cmp - $tap_folder/help"
    check_fails 2 "$command refuses an unknown option" "$BBSBENCH" "$command" --no-such-option
    for option in $(sed -n '/^options:/,/^$/s/^  --\([a-z-]*\) .*/\1/p' "$tap_folder/last_out" "$tap_folder/help" | sort -u); do
        case $option in ?????*) ;; *) continue ;; esac # a short name has many neighbours
        check_fails 2 "$command --${option}x" "$BBSBENCH" "$command" "--${option}x"
        check "is guessed" grep -qE "did you mean (.* or )?$option( or .*)?\\?\$" "$tap_folder/last_err"
    done
    tried=$((tried + 1))
done
check "every command was tried" [ "$tried" -eq "$(grep -o '&command_' bench/cli/commands.c | wc -l)" ]

# ===  Examples  ===
# Those whose files are shipped or made by an example before them, in a folder of their own.
mkdir "$tap_folder/work" && ln -s "$PWD/models" "$PWD/results" "$tap_folder/work"
: >"$tap_folder/examples"
for command in explain quantize compress pack unpack stats accuracy portrait simulate calibrate density sram area query help version; do
    "$BBSBENCH" help $command | sed -n '/^examples:/,/^exit codes/s/^  \([^#].*\|  .*\)$/\1/p' >>"$tap_folder/examples"
done
printf 'bbsbench() { "%s" "$@"; }\nset -e\ncd "%s"\n' "$BBSBENCH" "$tap_folder/work" >"$tap_folder/all.sh"
grep -v ' my\.' "$tap_folder/examples" >>"$tap_folder/all.sh"
check "the examples run" sh "$tap_folder/all.sh"
check "all of them" sh -c "[ \$(grep -c '^bbsbench' $tap_folder/all.sh) -ge 31 ]"

check_fails 2 "a misspelt command" "$BBSBENCH" simulaet
check "is guessed" grep -q 'did you mean simulate?$' "$tap_folder/last_err"
check_fails 2 "a misspelt option" "$BBSBENCH" accuracy --methdo int8
check "is guessed too" grep -q 'methdo: found no such option, .*did you mean method?$' "$tap_folder/last_err"
check_fails 2 "a flag with a value" "$BBSBENCH" run --smoke=yes
check "is no unknown option" grep -q 'found a value, expected none' "$tap_folder/last_err"

check "options may follow operands, whatever POSIXLY_CORRECT says" env POSIXLY_CORRECT=1 "$BBSBENCH" quantize models/compact/resnet34.safetensors "$tap_folder/q.safetensors" --jobs 1

check "deps.sh is quiet when nothing is missing" sh -c '[ -z "$(./deps.sh)" ]'
check "make help has a line a target" sh -c 'make help | grep -q "^  check "'
tap_done
