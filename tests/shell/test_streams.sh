# SPDX-License-Identifier: GPL-3.0-or-later
# Standard streams and --out: closed descriptors, a reader that leaves, no room, data on standard output.
. tests/shell/tap.sh
rows() { "$BBSBENCH" simulate --net resnet20 --accelerator stripes --weights none "$@"; }

check "the rows, as a file" rows --out "$tap_folder/a.csv"

# ===  Closed descriptors  ===
# The first file that is opened must not become descriptor 0, 1 or 2.
closed() { rows --out "$tap_folder/closed.csv" <&- >&- 2>&-; cmp "$tap_folder/a.csv" "$tap_folder/closed.csv"; }
check "no descriptor open: the same rows" closed
only_errors_closed() { rows --out "$tap_folder/closed2.csv" 2>&- && cmp "$tap_folder/a.csv" "$tap_folder/closed2.csv"; }
check "no standard error: the same rows" only_errors_closed
check_fails 1 "output to a closed descriptor is an error" sh -c "exec '$BBSBENCH' --help >&-"
check "with its reason" grep -q "standard output: writing: found Bad file descriptor" "$tap_folder/last_err"

# ===  A reader that leaves  ===
left() { # a pipe whose reader has ended before the program prints; SIGPIPE as a shell gives it
    mkfifo "$tap_folder/pipe"
    : <"$tap_folder/pipe" &
    env --default-signal=PIPE sh -c "exec 3>'$tap_folder/pipe'; sleep 0.3; exec '$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none \
        --out '$tap_folder/left.csv' >&3" && cmp "$tap_folder/a.csv" "$tap_folder/left.csv"
}
check "the work is finished, and no error" left
check "and nothing is said of it" sh -c "[ ! -s '$tap_folder/last_err' ]"

# ===  No room  ===
check_fails 1 "no room for what is printed" sh -c "exec '$BBSBENCH' query --describe >/dev/full"
check "is told with its reason" grep -q "No space left on device" "$tap_folder/last_err"
check_fails 1 "no room for the rows" rows --out /dev/full
check "is told with its reason, too" grep -q "/dev/full: writing: found No space left on device" "$tap_folder/last_err"

# ===  Rows on standard output  ===
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
    check "--out $name" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none --out $name >'$tap_folder/b.csv' 2>'$tap_folder/e' &&
        cmp '$tap_folder/a.csv' '$tap_folder/b.csv'"
done
check "what else is printed goes to standard error" test -s "$tap_folder/e"
echo before >"$tap_folder/appended"
check "also without standard error" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none --out - 2>&- | cmp - '$tap_folder/a.csv'"
check "with success" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none --out - >'$tap_folder/c.csv' 2>&-"
check "appended to what is there" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none --out - >>'$tap_folder/appended' 2>/dev/null &&
    tail -n +2 '$tap_folder/appended' | cmp - '$tap_folder/a.csv' && [ \"\$(head -n 1 '$tap_folder/appended')\" = before ]"
check "through a pipe" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes --weights none --out - 2>/dev/null | cmp - '$tap_folder/a.csv'"
check "/dev/stdout is still what it was" test -h /dev/stdout
check "to /dev/null" rows --out /dev/null
check "which is still a device" test -c /dev/null

# ===  Binary files, too  ===
check "a checkpoint on standard output" sh -c "'$BBSBENCH' quantize models/compact/resnet34.safetensors '$tap_folder/q.safetensors' >/dev/null &&
    '$BBSBENCH' quantize models/compact/resnet34.safetensors - 2>/dev/null | cmp - '$tap_folder/q.safetensors'"
check_fails 1 "a folder as output" "$BBSBENCH" quantize models/compact/resnet34.safetensors "$tap_folder"
tap_done
