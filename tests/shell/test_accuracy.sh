# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench accuracy: rows, the same for any number of threads and when resumed; bad input ends in one line and no file.
. tests/shell/tap.sh
model=models/compact/resnet34.safetensors
data=datasets/glyphs
work=$tap_folder

accuracy() {
    "$BBSBENCH" accuracy --net resnet34 --images 64 "$@"
}

check "four methods by default" accuracy --jobs 1 --out "$work/one.csv" --predictions "$work/kept"
check "a header and a row a method" sh -c "[ \$(wc -l <'$work/one.csv') -eq 5 ]"
check "rows begin as documented" sh -c "head -n 1 '$work/one.csv' | grep -q '^net,size,data,method,samples,correct,'"
check "a stand-in is labelled" sh -c "[ \$(grep -c ',glyphs-v1,1,,,0,\$' '$work/one.csv') -eq 4 ]"
check "two threads" accuracy --jobs 2 --out "$work/two.csv"
check "give the same bytes as one" cmp "$work/one.csv" "$work/two.csv"
check "answers that were kept" accuracy --jobs 1 --out "$work/again.csv" --predictions "$work/kept"
check "are used" grep -q kept "$tap_folder/last_out"
check "and give the same rows" cmp "$work/one.csv" "$work/again.csv"
check "stock kernels" accuracy --kernels stock --images 8 --out "$work/stock.csv"
check "fast kernels" accuracy --kernels fast --images 8 --out "$work/fast.csv"
check "answer alike on 8 images" sh -c "cut -d, -f1-9,14-20 '$work/stock.csv' >'$work/a' && cut -d, -f1-9,14-20 '$work/fast.csv' | cmp - '$work/a'"
check "parameters of a method" accuracy --method int8 --method ra:columns=4:beta=0 --out "$work/ra.csv"
check "stand in its row" grep -q ',ra:columns=4:beta=0,64,' "$work/ra.csv"
many=$(for columns in 1 2 3 4 5 6; do for group in 8 9 10 11 12 13 14 15 16 17 18; do printf ' --method ra:columns=%d:group=%d' $columns $group; done; done)
# shellcheck disable=SC2086 # a list of words
check "66 methods" "$BBSBENCH" accuracy --net resnet34 --images 1 $many --out "$work/many.csv"
check "are 66 rows" sh -c "[ \$(wc -l <'$work/many.csv') -eq 67 ] && grep -q ',ra:columns=6:group=18,1,' '$work/many.csv'"

check "activations that methods quantise" accuracy --images 16 --method ant --method ant:activations=6 --method noisyquant:activations=8 --method mx:activations=6 --jobs 1 --predictions "$work/kept" --out "$work/acts.csv"
check "have their bits in the row" sh -c "[ \"\$(cut -d, -f4,20 '$work/acts.csv' | tail -n 4 | tr '\n' ' ')\" = 'ant,32 ant:activations=6,6 noisyquant:activations=8,8 mx:activations=6,6 ' ]"
check "by two threads" accuracy --images 16 --method ant --method ant:activations=6 --method noisyquant:activations=8 --method mx:activations=6 --jobs 2 --out "$work/acts2.csv"
check "the same bytes" cmp "$work/acts.csv" "$work/acts2.csv"
check "answers depend on the calibration samples" sh -c "grep -q 'calibration=32:[0-9a-f]' '$work/kept/resnet34.compact.ant:activations=6.csv' && ! grep -q calibration '$work/kept/resnet34.compact.ant.csv'"
check "samples that are not evaluated" accuracy --data "$data" --images 8 --method ant:activations=6 --predictions "$work/rest" --out "$work/rest.csv"
check "calibrate without a training part" grep -q 'calibration=32:rest' "$work/rest/resnet34.compact.ant:activations=6.csv"
check_fails 3 "no sample left to calibrate on" "$BBSBENCH" accuracy --net resnet34 --data "$data" --method ant:activations=6 --out "$work/no.csv"
check "says what to do" grep -q -- '--calibration' "$tap_folder/last_err"
check_fails 2 "activations of a method in the integer mode" accuracy --activations int8 --method noisyquant:activations=8 --out "$work/no.csv"
check_fails 2 "activations of a method that has none" accuracy --method olive:activations=8 --out "$work/no.csv"

head -c 100000 "$model" >"$work/cut.safetensors"
check_fails 1 "truncated weights" accuracy --weights "$work/cut.safetensors" --out "$work/no.csv"
cp "$model" "$work/nan.safetensors"
size=$(wc -c <"$model")
printf '\000\176' | dd of="$work/nan.safetensors" bs=1 seek=$((size - 2)) conv=notrunc 2>/dev/null
check_fails 1 "NaN weights" accuracy --weights "$work/nan.safetensors" --out "$work/no.csv"
check "name the tensor" grep -q 'fc.bias, element 2964: found NaN' "$tap_folder/last_err"
check_fails 1 "weights of another width" accuracy --size full --weights "$model" --out "$work/no.csv"
check "name shape and shape" grep -q 'conv1.weight: found \[32, 3, 3, 3\], expected \[64, 3, 7, 7\]' "$tap_folder/last_err"
check_fails 3 "no such weights" accuracy --weights "$work/none" --out "$work/no.csv"
check_fails 3 "full size without weights" accuracy --size full --out "$work/no.csv"
check_fails 3 "no such data" accuracy --data "$work/none" --out "$work/no.csv"
mkdir "$work/corrupt"
head -c 5000 "$data/test.idx.gz" >"$work/corrupt/test.idx.gz"
check_fails 1 "corrupt data" accuracy --data "$work/corrupt" --out "$work/no.csv"
check_fails 2 "an unknown network" "$BBSBENCH" accuracy --net resnet99 --out "$work/no.csv"
check "is guessed" grep -q 'did you mean resnet' "$tap_folder/last_err"
check_fails 2 "an empty list of networks" "$BBSBENCH" accuracy --net "" --out "$work/no.csv"
check_fails 2 "an empty name of a network" "$BBSBENCH" accuracy --net resnet34, --out "$work/no.csv"
check_fails 2 "a network twice" "$BBSBENCH" accuracy --net resnet34,resnet34 --out "$work/no.csv"
check_fails 2 "an unknown method" accuracy --method int7 --out "$work/no.csv"
check_fails 2 "an unknown parameter" accuracy --method ra:rows=4 --out "$work/no.csv"
check_fails 2 "a value that a method cannot use" accuracy --method ra:columns=9 --out "$work/no.csv"
check_fails 2 "a parameter that the method lacks" accuracy --method int8:columns=4 --out "$work/no.csv"
check_fails 2 "a parameter twice" accuracy --method ra:columns=4:columns=4 --out "$work/no.csv"
check "none of these leaves a file" sh -c "! ls '$work'/no.csv* 2>/dev/null"
check_fails 2 "unknown kernels" accuracy --kernels quick --out "$work/no.csv"
check_fails 2 "no network" "$BBSBENCH" accuracy --out "$work/no.csv"
check_fails 1 "a folder that is not there" accuracy --out "$work/none/no.csv"
check_fails 1 "a full disk" sh -c "ulimit -f 1; '$BBSBENCH' accuracy --net resnet34 --images 512 --method int8 --predictions '$work/full' --out '$work/no.csv'"
check "leave no file behind" sh -c "! ls '$work' | grep -q '^no\\.csv'"
tap_done
