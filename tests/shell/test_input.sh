# SPDX-License-Identifier: GPL-3.0-or-later
# "-" is standard input where a command reads one file: a pipe, a file, and what is neither.
. tests/shell/tap.sh
model=models/compact/resnet34.safetensors
sh -c "'$BBSBENCH' compress --method bbs-mod $model '$tap_folder/c.safetensors' && '$BBSBENCH' pack '$tap_folder/c.safetensors' '$tap_folder/c.bbs'" >/dev/null

# Every command that has "-" for its input gives the same bytes as with the name of the file.
same() { # command line with @ for the input, file
    # shellcheck disable=SC2086
    sh -c "$(printf '%s' "$1" | sed "s|@|$2|g")" >"$tap_folder/named" 2>/dev/null &&
        sh -c "cat '$2' | $(printf '%s' "$1" | sed 's|@|-|g')" >"$tap_folder/piped" 2>/dev/null &&
        cmp "$tap_folder/named" "$tap_folder/piped" &&
        sh -c "$(printf '%s' "$1" | sed 's|@|-|g') <'$2'" >"$tap_folder/given" 2>/dev/null && cmp "$tap_folder/named" "$tap_folder/given"
}
check "stats" same "'$BBSBENCH' stats @" $model
check "quantize" same "'$BBSBENCH' quantize @ -" $model
check "compress" same "'$BBSBENCH' compress --method zps:columns=4:beta=0 @ -" $model
check "pack" same "'$BBSBENCH' pack @ -" "$tap_folder/c.safetensors"
check "unpack" same "'$BBSBENCH' unpack @ -" "$tap_folder/c.bbs"
check "portrait" same "'$BBSBENCH' portrait --source x --format csv @" $model
check "accuracy" same "'$BBSBENCH' accuracy --net resnet34 --samples 8 --method int8 --weights @" $model
check "a query on standard input" sh -c "[ \"\$(echo 'SELECT 6 * 7 AS answer' | '$BBSBENCH' query --format csv -)\" = 'answer
42' ]"
check "all of them in one line" sh -c "'$BBSBENCH' quantize $model - 2>/dev/null | '$BBSBENCH' compress --method bbs-mod - - 2>/dev/null | '$BBSBENCH' pack - '$tap_folder/line.bbs' && cat '$tap_folder/line.bbs' | '$BBSBENCH' unpack - '$tap_folder/line.safetensors'"
for command in $("$BBSBENCH" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    "$BBSBENCH" help "$command" | head -n 1 | grep -q 'IN[^ ]*|-' || continue
    check "$command is tested here" grep -q "^check \"$command" tests/shell/test_input.sh
done

check_fails 2 "a terminal is no file" "${PYTHON:-/usr/bin/python3}" -c 'import os, pty, sys; master, slave = pty.openpty(); os.set_inheritable(master, True); os.dup2(slave, 0); os.execv(sys.argv[1], sys.argv[1:])' "$BBSBENCH" stats -
check "and is told" grep -q 'found a terminal, expected a file or a pipe' "$tap_folder/last_err"
check_fails 1 "a closed input" sh -c "exec '$BBSBENCH' stats - <&-"
check_fails 1 "an empty input" sh -c "exec '$BBSBENCH' stats - </dev/null"
check "is named" grep -q '/dev/stdin' "$tap_folder/last_err"
check_fails 1 "a query with a NUL byte" sh -c "printf 'SELECT 1\\0' | '$BBSBENCH' query -"
tap_done
