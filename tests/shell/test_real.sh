# SPDX-License-Identifier: GPL-3.0-or-later
# Real trained networks on real images, with files as a user brings them: the same answer as PyTorch's, image by image.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
export OMP_WAIT_POLICY=passive # torch's threads must not spin while others work
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# answers NET WEIGHTS DATA: FP32 and the two settings of the paper
answers()
{
    "$BBSBENCH" accuracy --net "$1" --weights "$2" --data "$3" --method fp32 --method bbs-cons --method bbs-mod \
        --predictions "$work/kept" --out "$work/$1.csv"
}

if [ ! -d "${BBS_TEST_DATA:-none}" ]; then
    skip "real networks" "the reference data are absent"
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
        check "$net answers as PyTorch does" "$PYTHON" tests/oracle/real_nets.py $net "$BBS_TEST_DATA" "$work/kept/$net.full.fp32.csv"
    done
    check "vit_tiny runs on a folder of JPEGs" answers vit_tiny "$BBS_TEST_DATA/vit_tiny_tinyimagenet200.safetensors" \
        "$BBS_TEST_DATA/imagenet_sample:train"
    check "vit_tiny has densities and masks" "$BBSBENCH" density --net vit_tiny --data "$BBS_TEST_DATA/imagenet_sample:train" \
        --weights "$BBS_TEST_DATA/vit_tiny_tinyimagenet200.safetensors" --masks "$work/vit.masks.safetensors" --mask-samples 29 \
        --out "$work/vit.density.csv"
    check "vit_tiny has the zeros that PyTorch has" "$PYTHON" tests/oracle/densities.py vit_tiny "$BBS_TEST_DATA" "$work/vit.density.csv" \
        "$work/vit.masks.safetensors"
    check "vit_tiny answers every 7th as PyTorch does" "$PYTHON" tests/oracle/real_nets.py vit_tiny "$BBS_TEST_DATA" \
        "$work/kept/vit_tiny.full.fp32.csv" 7 # a second an image in PyTorch with Debian's BLAS
    # PyTorch: 353 of these 500 images of the true validation set.
    check "deit_tiny runs on 500 images" "$BBSBENCH" accuracy --net deit_tiny --weights "$BBS_TEST_DATA/deit_tiny/deit_tiny_imagenet1k.safetensors" \
        --data "$BBS_TEST_DATA/imagenet_val500" --method fp32 --out "$work/deit_tiny.csv"
    check "deit_tiny is right as often as in PyTorch" grep -q '^deit_tiny,full,imagenet,fp32,500,353,' "$work/deit_tiny.csv"
fi
tap_done
