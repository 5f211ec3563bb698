# SPDX-License-Identifier: GPL-3.0-or-later
# simulate --explain: the steps of one layer add up to its row, on every design (tests/oracle/explained.py).
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
adds_up() { # OPTION...
    "$BBSBENCH" simulate "$@" --out "$tap_folder/row.csv" >"$tap_folder/text" &&
        "$python" tests/oracle/explained.py "$tap_folder/text" "$tap_folder/row.csv"
}

small="--size compact --net resnet34"
for design in $("$BBSBENCH" simulate --net resnet34 --accelerator none 2>&1 | sed 's/.*expected //; s/,//g'); do
    # A layer with its residual operand, one that reads the image, one that is a matrix.
    for layer in layer2.0.conv2 conv1 fc; do
        # shellcheck disable=SC2086
        check "$design adds up on $layer" adds_up $small --accelerator "$design" --explain $layer
    done
done
check "with a batch, whose inputs are fetched again" adds_up --net vgg16 --weights none --batch 16 --accelerator bitvert-mod --explain features.34
check "in a product of attention" adds_up --net vit_small --size compact --attention --accelerator bitvert-cons --explain blocks.0.attn.scores
check "with other constants" sh -c "printf 'name,value,unit,source\nbitsim.bitvert.pe,1,pJ/PE/cycle,assumed\n' >$tap_folder/mine.csv &&
    '$BBSBENCH' simulate $small --accelerator bitvert-mod --technology $tap_folder/mine.csv --explain conv1 --out $tap_folder/row.csv >$tap_folder/text &&
    '$python' tests/oracle/explained.py $tap_folder/text $tap_folder/row.csv && grep -q 'bitsim.bitvert.pe = 1 pJ/PE/cycle (changed)' $tap_folder/text"
sed 's/^\([^\n]*compute  *[0-9]*\)\([0-9]\) cycles/\1\27 cycles/' "$tap_folder/text" >"$tap_folder/wrong"
check "the check sees a wrong number" sh -c "! '$python' tests/oracle/explained.py $tap_folder/wrong $tap_folder/row.csv 2>/dev/null"

check_fails 2 "several designs" "$BBSBENCH" simulate --net resnet34 --explain conv1
check "are told" grep -q 'found several designs, expected one network and one design' "$tap_folder/last_err"
check_fails 2 "a sweep" "$BBSBENCH" simulate --net resnet34 --accelerator stripes --sweep stripes.weight_bits=4,8 --explain conv1
check_fails 2 "a layer that is not there" "$BBSBENCH" simulate --net resnet34 --accelerator stripes --explain conv9
check_fails 2 "the total" "$BBSBENCH" simulate --net resnet34 --accelerator stripes --explain total
tap_done
