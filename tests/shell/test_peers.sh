# SPDX-License-Identifier: GPL-3.0-or-later
# The comparison with other engines (tests/peers), with programs that print made-up times in place of the engines: the page's
# ratios and shares, a run that goes on where it was stopped, and what is refused.
. tests/shell/tap.sh
work=$tap_folder/work
mkdir -p "$work/bin" "$work/onnx/node_modules/onnxruntime-node"
echo '{}' >"$work/onnx/node_modules/onnxruntime-node/package.json"

# Ours: 100 ms a sample alone, 80 ms in a batch, 50 ms with Winograd, 25 ms in integers; 5,000 million multiplications; the
# machine does 200 G operations/s, 800 of integers.
cat >"$work/bin/engine" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
case "$1 $2" in
sgemm*) echo "1 200.0 0" && exit ;;
product*) echo "1 800.0 0" && exit ;;
version*) echo "Darknet, oneDNN" && exit ;;
*work) echo 5000.0 && exit ;;
*input) : >"$4" && exit ;;
*fast | *stock) one=100.00 some=80.00 ;;
*winograd) one=50.00 some=50.00 ;;
*int8) one=25.00 some=25.00 ;;
esac
[ "${BROKEN:-}" != "$1" ] || exit 3
shift 4
for batch in "$@"; do
    if [ "$batch" = 1 ]; then echo "1 $one 0.25000"; else echo "$batch $some 0.25000"; fi
done
END
# ONNX Runtime: 120 ms alone, 60 ms in a batch.
cat >"$work/bin/node" <<'END'
#!/bin/sh
if [ "$2" = version ]; then echo "ONNX Runtime 0" && exit; fi
shift 5
for batch in "$@"; do
    if [ "$batch" = 1 ]; then echo "1 120.00 ${LOGIT:-0.25001}"; else echo "$batch 60.00 0.25001"; fi
done
END
cat >"$work/bin/python" <<'END'
#!/bin/sh
case $1 in
-c) exit 1 ;; # no python3-onnx
*export.py) : >"$2/$3.onnx" ;;
*) exec python3 "$@" ;;
esac
END
chmod +x "$work"/bin/*
: >"$work/calls"

peers() {
    CALLS=$work/calls PYTHON=$work/bin/python PATH=$work/bin:$PATH ROUNDS=1 STOCK_NETS=vgg16 \
        tests/peers/peers.sh "$work/bin/engine" "$work/onnx" "$work/page.md" "$@"
}
refused() { ! peers "$@"; }
calls() { test "$(grep -c "$1" "$work/calls")" -eq "$2"; }

check "two networks are measured" peers vgg16 vit_small
cp "$tap_folder/out" "$tap_folder/kept"
check "ratios of one sample: 120 / 100, 120 / 50, 120 / 25" \
    grep -qF '| vgg16 | 1 | 1 | 1.20 | 2.40 | 4.80 | NOT RUN | 1.00 |' "$tap_folder/kept"
check "ratios of batches: 60 / 80, 60 / 50, 60 / 25" \
    grep -qF '| vgg16 | 8 | 2 | 0.75 | 1.20 | 2.40 | NOT RUN | NOT RUN |' "$tap_folder/kept"
check "a share: 2 x 5 G operations in 80 ms are 125 of 200 G operations/s" \
    grep -qF '| vgg16 | ours | 1 | 8 | 1 | 80.00 | 80.00 | 125.0 | 62 % |' "$tap_folder/kept"
check "a transformer has no Winograd" grep -qF '| vit_small | 1 | 1 | 1.20 | NOT RUN | 4.80 |' "$tap_folder/kept"
check "what was not run is said" grep -qF 'ONNX Runtime, int8: NOT RUN' "$tap_folder/kept"
check "no baseline of a part of the networks" test ! -e "$work/page.md"

check "the same again measures nothing" peers vgg16 vit_small
check "the engine ran once a round and number of threads" calls '^vgg16 fast' 2
export BATCHES=4
check "another batch measures again" peers vgg16
check "with that batch" calls '^vgg16 fast [12] 5 4$' 2
unset BATCHES

: >"$work/calls"
export BROKEN=bert_mrpc
check "an engine that fails ends the run" refused
check "without a page" test ! -e "$work/page.md"
unset BROKEN
: >"$work/calls"
check "the next run goes on and writes the page" peers
check "finished networks are kept" calls '^vit_base fast' 0
check "the network that was broken is measured" calls '^bert_mrpc fast' 2
check "the page says how it was made" grep -q '^Written by .make bench-peers. on 20' "$work/page.md"
check "and has every network" test "$(grep -c '^| [a-z0-9_]* | 8 | 2 | 0.75 ' "$work/page.md")" -eq 7
export AGAIN=1
check "AGAIN=1 measures a network again" peers vit_base
check "this one" calls '^vit_base fast' 2

export LOGIT=0.2600
check "other logits are no comparison" refused vgg16
check "which is said" grep -q 'vgg16: logits differ' "$tap_folder/last_err"
tap_done
