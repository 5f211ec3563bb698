# SPDX-License-Identifier: GPL-3.0-or-later
# Real trained networks on real images, with files as a user brings them: the same answer as PyTorch's, image by image.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
export OMP_WAIT_POLICY=passive # torch's threads must not spin while others work
BBS_HOME=$(mktemp -d) # nothing that was fetched before
export BBS_HOME
work=$(mktemp -d)
trap 'rm -rf "$work" "$BBS_HOME"' EXIT

# answers NET WEIGHTS DATA: FP32 and the two settings of the paper
answers()
{
    "$BBSBENCH" accuracy --net "$1" --weights "$2" --data "$3" --method fp32 --method bbs-cons --method bbs-mod \
        --predictions "$work/kept" --out "$work/$1.csv"
}

if [ ! -d "${BBS_TEST_DATA:-none}" ]; then
    skip "real networks and their counts of right answers" "the reference data are absent"
elif ! "$PYTHON" -c 'import torch, PIL' 2>/dev/null; then
    skip "real networks" "python3-torch or python3-pil is not installed"
else
    for net in resnet20 resnet56; do
        check "$net runs on CIFAR-10's file" answers $net "$BBS_TEST_DATA/${net}_cifar10.safetensors" "$BBS_TEST_DATA/cifar10_test200.bin"
        check "$net has ranges" "$BBSBENCH" calibrate --net $net --weights "$BBS_TEST_DATA/${net}_cifar10.safetensors" \
            --data "$BBS_TEST_DATA/cifar10_test200.bin" --out "$work/$net.ranges.csv"
        check "$net has densities and masks" "$BBSBENCH" density --net $net --weights "$BBS_TEST_DATA/${net}_cifar10.safetensors" \
            --data "$BBS_TEST_DATA/cifar10_test200.bin" --ranges "$work/$net.ranges.csv" --masks "$work/$net.masks.safetensors" \
            --out "$work/$net.density.csv"
        check "$net has the zeros that PyTorch has" "$PYTHON" tests/oracle/densities.py $net "$BBS_TEST_DATA" "$work/$net.density.csv" \
            "$work/$net.masks.safetensors" "$work/$net.ranges.csv"
        check "$net answers as PyTorch does" "$PYTHON" tests/oracle/real_nets.py $net "$BBS_TEST_DATA" "$work/kept/$net.full.cifar10.fp32.csv"
    done
    check "vit_tiny runs on a folder of JPEGs" answers vit_tiny "$BBS_TEST_DATA/vit_tiny_tinyimagenet200.safetensors" \
        "$BBS_TEST_DATA/imagenet_sample:train"
    check "vit_tiny has densities and masks" "$BBSBENCH" density --net vit_tiny --data "$BBS_TEST_DATA/imagenet_sample:train" \
        --weights "$BBS_TEST_DATA/vit_tiny_tinyimagenet200.safetensors" --masks "$work/vit.masks.safetensors" --mask-samples 29 \
        --out "$work/vit.density.csv"
    check "vit_tiny has the zeros that PyTorch has" "$PYTHON" tests/oracle/densities.py vit_tiny "$BBS_TEST_DATA" "$work/vit.density.csv" \
        "$work/vit.masks.safetensors"
    check "vit_tiny answers every 7th as PyTorch does" "$PYTHON" tests/oracle/real_nets.py vit_tiny "$BBS_TEST_DATA" \
        "$work/kept/vit_tiny.full.imagenet.fp32.csv" 7 # a second an image in PyTorch with Debian's BLAS
    # Each count of models/real.csv: as many right answers with the float weights as in PyTorch. Its public files are not here.
    check "every evaluation of the reference data runs" "$BBSBENCH" run --real --from "$BBS_TEST_DATA" --offline --yes --method fp32 --no-compare \
        --only accuracy --out "$work/real"
    counted=0
    while IFS=, read -r name net size label _ _ _ _ _ _ _ _ _ _ correct samples _; do
        if [ "$size" = auto ]; then net='[a-z0-9_]*'; fi
        if [ "$correct" = "" ] || ! grep -q "^$net,[a-z]*,$label,fp32," "$work/real/accuracy.csv"; then continue; fi
        counted=$((counted + 1))
        check "$name is right $correct times of $samples" grep -q "^$net,[a-z]*,$label,fp32,$samples,$correct," "$work/real/accuracy.csv"
    done <models/real.csv
    check "five evaluations have a count" [ $counted -eq 5 ]
    # PyTorch: about 71 % of the 182 training images.
    check "vit_tiny is right as often as in PyTorch" grep -qE '^vit_tiny,full,tiny-imagenet-train182,fp32,182,(12[6-9]|13[0-2]),' "$work/real/accuracy.csv"
fi
tap_done
