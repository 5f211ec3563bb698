# SPDX-License-Identifier: GPL-3.0-or-later
# Checkpoints as people have them, by the commands: weights of another network are refused, preprocessing is read from beside
# the weights, what our own commands wrote gives the same rows as its method on the fly, and answers that make no sense are said.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
compact=models/compact/resnet34.safetensors
work=$tap_folder
edit() { "$python" tests/oracle/edit_tensors.py "$@"; }
accuracy() { "$BBSBENCH" accuracy --samples 32 --out "$work/rows.csv" "$@"; }
said() { grep -q "$@" "$tap_folder/last_out"; }
refused() { grep -q "$@" "$tap_folder/last_err"; }

# ===  Tensors that nothing asked for  ===
edit $compact "$work/extra.safetensors" add layer5.0.conv1.weight add layer5.0.bn1.weight
check_fails 1 "weights of a deeper network" accuracy --net resnet34 --weights "$work/extra.safetensors" --method int8
check "are counted and named" refused "found 2 float tensors that the network does not ask for: layer5.0.conv1.weight, layer5.0.bn1.weight"
check "may be left out" accuracy --net resnet34 --weights "$work/extra.safetensors" --method int8 --ignore-extra
check "and the run says so" said "note: 2 float tensors .* left out"
edit $compact "$work/left.safetensors" add bn1.num_batches_tracked add total_ops
check "what training leaves behind is no error" accuracy --net resnet34 --weights "$work/left.safetensors" --method int8
check_fails 1 "simulate refuses them too" "$BBSBENCH" simulate --net resnet34 --size compact --weights "$work/extra.safetensors" --out "$work/s.csv"
check_fails 1 "and calibrate" "$BBSBENCH" calibrate --net resnet34 --weights "$work/extra.safetensors" --samples 1 --out "$work/r.csv"
edit $compact "$work/missing.safetensors" drop fc.bias
check_fails 1 "a tensor less" accuracy --net resnet34 --weights "$work/missing.safetensors" --method int8
check "is named" refused "tensor fc.bias"
check "names behind model." sh -c "'$python' tests/oracle/edit_tensors.py $compact $work/lightning.safetensors prefix model. && '$BBSBENCH' accuracy --net resnet34 --samples 32 --weights $work/lightning.safetensors --method int8 --out $work/a.csv"
check "give the same row" sh -c "'$BBSBENCH' accuracy --net resnet34 --samples 32 --method int8 --out $work/b.csv && cmp $work/a.csv $work/b.csv"

# ===  Preprocessing  ===
mkdir "$work/timm"
cp $compact "$work/timm/model.safetensors"
printf '{"architecture": "x", "pretrained_cfg": {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.5, 0.5]}}' >"$work/timm/config.json"
check "a description beside the weights" accuracy --net resnet34 --weights "$work/timm/model.safetensors" --method int8
check "is used, and said" said "preprocessing (as .*config.json says): mean 0.1 0.2 0.3"
check "--profile overrules it" accuracy --net resnet34 --weights "$work/timm/model.safetensors" --method int8 --profile glyphs-v1
check "and is said" said "preprocessing (--profile): mean 0.21 0.21 0.21"
check "with the row of the network's own weights" cmp "$work/rows.csv" "$work/b.csv"
edit $compact "$work/notes.safetensors" note 'pretrained_cfg={"mean": [0.21, 0.21, 0.21], "std": [0.32, 0.32, 0.32]}'
check "a description in the file itself" accuracy --net resnet34 --weights "$work/notes.safetensors" --method int8
check "with the numbers of a known profile has its name" said "profile glyphs-v1"
printf '{"mean": [0.1, 0.2], "std": [1, 1, 1]}' >"$work/timm/config.json"
check_fails 1 "two means" accuracy --net resnet34 --weights "$work/timm/model.safetensors" --method int8
check_fails 2 "an unknown profile" accuracy --net resnet34 --method int8 --profile nonesuch
check "lists the known ones" refused "torchvision-v2"

# ===  Files of our own  ===
for method in int8 bbs-mod zps:columns=4 mx; do
    case $method in
        int8) "$BBSBENCH" quantize $compact "$work/own.safetensors" >"$work/log" ;;
        *) "$BBSBENCH" compress --method "$method" $compact "$work/own.safetensors" >"$work/log" ;;
    esac
    check "a file of $method" accuracy --net resnet34 --weights "$work/own.safetensors" --method "$method"
    check "says its method" said "weights of the method $method"
    "$BBSBENCH" accuracy --net resnet34 --samples 32 --method "$method" --out "$work/fly.csv" >"$work/log"
    check "gives the row of $method on the fly" cmp "$work/rows.csv" "$work/fly.csv"
done
"$BBSBENCH" compress --method bbs-mod $compact "$work/c.safetensors" >"$work/log"
"$BBSBENCH" pack "$work/c.safetensors" "$work/c.bbs" >"$work/log"
"$BBSBENCH" unpack "$work/c.bbs" "$work/u.safetensors" >"$work/log"
"$BBSBENCH" accuracy --net resnet34 --samples 32 --method bbs-mod --out "$work/fly.csv" >"$work/log"
for file in c.bbs u.safetensors; do
    check "its own method is what a compressed file is run with ($file)" accuracy --net resnet34 --weights "$work/$file"
    check "as on the fly" cmp "$work/rows.csv" "$work/fly.csv"
done
check_fails 1 "another method on a compressed file" accuracy --net resnet34 --weights "$work/c.safetensors" --method bbs-cons
check "names the file's own" refused "bbs-mod has compressed already"
bitvert() { "$BBSBENCH" simulate --net resnet34 --size compact --accelerator bitvert-mod --layer total --weights "$1" --out "$work/s.csv" >"$work/log" && cut -d, -f5-12 "$work/s.csv"; }
bitvert $compact >"$work/float"
bitvert "$work/c.safetensors" >"$work/compressed"
bitvert "$work/c.bbs" >"$work/packed"
check "BitVert counts with float weights" test -s "$work/float"
check "BitVert counts the same with a compressed file" cmp "$work/float" "$work/compressed"
check "and with a packed one" cmp "$work/float" "$work/packed"
vit=models/compact/vit_small.safetensors
printf '{"num_heads": 3}' >"$work/config.json"
check "quantize recognises a transformer" sh -c "cp $vit $work/vit.safetensors && '$BBSBENCH' quantize --net auto $work/vit.safetensors $work/vq.safetensors"
check "and gives the row on the fly" sh -c "'$BBSBENCH' accuracy --net vit_small --samples 32 --method int8 --out $work/a.csv && '$BBSBENCH' accuracy --net vit_small --samples 32 --method int8 --weights $work/vq.safetensors --out $work/b.csv && cmp $work/a.csv $work/b.csv"

# ===  Networks of one's own  ===
check "a network by its tensors" "$BBSBENCH" accuracy --net auto --weights "$work/vit.safetensors" --dataset fashion-mnist --profile fashion-mnist-v1 --samples 32 --method int8 --out "$work/c.csv"
check "is named" said "the tensors are those of a vit_w96_patch4_28, 10 classes"
check "and answers as the known one" sh -c "cut -d, -f4-14 $work/a.csv >$work/x && cut -d, -f4-14 $work/c.csv | cmp - $work/x"
check_fails 2 "auto without weights" accuracy --net auto
edit $compact "$work/five.safetensors" rows fc.weight=5 rows fc.bias=5
check "other classes than the network's" "$BBSBENCH" simulate --net resnet34 --size compact --weights "$work/five.safetensors" --layer fc --out "$work/s.csv"
check "are those of the weights" said "5 classes, as the weights have"

# ===  Answers that make no sense  ===
edit models/compact/vit_small.safetensors "$work/v.safetensors" note heads=3
check "another network's preprocessing" "$BBSBENCH" accuracy --net vit_small --samples 200 --method fp32 --weights "$work/v.safetensors" --out "$work/rows.csv"
check "good answers are not doubted" sh -c "! grep -q WARNING $tap_folder/last_out"
printf 'score\treview\n' >"$work/one.tsv"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do printf 'great\tthe best tea I have ever had\n'; done >>"$work/one.tsv"
check "samples of one class" "$BBSBENCH" accuracy --net bert_sst2 --data "$work/one.tsv" --method fp32 --out "$work/rows.csv"
check "are said" said "WARNING: every sample has label 1"
check "a network that a simple method equals" "$BBSBENCH" accuracy --net bert_mrpc --method fp32 --out "$work/rows.csv"
check "is said, with both numbers" said "fp32 is right on 71.0 % of 1000 samples, not 3 points above a simple method: five measures of shared words, 72.5 % of 1000"
check "a network on a user's samples" "$BBSBENCH" accuracy --net bert_mrpc --data build/datasets/pairs-test.tsv --method fp32 --samples 64 --out "$work/rows.csv"
check "is not held against it, nor one that is better" sh -c "! grep -q 'simple method' $tap_folder/last_out && '$BBSBENCH' accuracy --net bert_sst2 --samples 64 --method fp32 --out '$work/rows.csv' | grep -q ' 8[0-9][.]' && ! '$BBSBENCH' accuracy --net bert_sst2 --samples 64 --method fp32 --out '$work/rows.csv' | grep -q 'simple method'"
head -n 4000 models/compact/bert.vocab.txt >"$work/short.txt"
check_fails 1 "a vocabulary of another size" "$BBSBENCH" accuracy --net bert_sst2 --samples 5 --vocabulary "$work/short.txt" --method fp32 --out "$work/rows.csv"
check "is held against the embedding" refused "found 4000 pieces, expected 4096"
tap_done
