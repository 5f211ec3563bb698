#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our engine beside stock Darknet and ONNX Runtime, the same networks, weights and samples, in one run (`make bench-peers`).
#
#     peers.sh ENGINE FOLDER [NET...]
#
# FOLDER keeps the exports (1.7 GB) and the npm package onnxruntime-node, a developer's comparison only: nothing of the
# project depends on it. The engines take turns, so that noise of the machine meets all of them; a figure is the best of
# its repeats. The first logit of the float engines must agree; int8 is our integer mode (W8A8) on the same weights.
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.."
engine=$1 folder=$2
shift 2
nets=${*:-vgg16 resnet34 resnet50 vit_small vit_base bert_mrpc bert_sst2}
python=${PYTHON:-/usr/bin/python3}
rounds=${ROUNDS:-3}
stock=${STOCK_NETS-vgg16 resnet50 vit_base}

mkdir -p "$folder"
if [ ! -d "$folder/node_modules/onnxruntime-node" ]; then
    (cd "$folder" && npm install --ignore-scripts --no-audit --no-fund onnxruntime-node >npm.log 2>&1) ||
        { cat "$folder/npm.log" >&2; exit 1; }
fi
cp tests/peers/onnx.js "$folder/onnx.js"
for net in $nets; do
    [ -s "$folder/$net.onnx" ] || "$python" tests/peers/export.py "$folder" "$net"
    [ -s "$folder/$net.bin" ] || "$engine" "$net" fast 1 1 "$folder/$net.bin" >/dev/null
done

# best NAME COMMAND...: run it once and keep the smaller milliseconds in $folder/NAME.ms; the logit in $folder/NAME.logit
best()
{
    name=$1
    shift
    "$@" >"$folder/$name.now"
    read -r now logit <"$folder/$name.now"
    [ -s "$folder/$name.ms" ] && old=$(cat "$folder/$name.ms") || old=1e9
    echo "$now $old" | awk '{ print ($1 < $2) ? $1 : $2 }' >"$folder/$name.ms"
    echo "$logit" >"$folder/$name.logit"
}

rm -f "$folder"/*.ms
for net in $nets; do
    for round in $(seq "$rounds"); do
        for threads in 1 2; do
            best "$net.onnx$threads" node "$folder/onnx.js" "$folder/$net.onnx" "$folder/$net.bin" "$threads" 5
            best "$net.fast$threads" "$engine" "$net" fast "$threads" 5
            best "$net.int8$threads" "$engine" "$net" int8 "$threads" 5
        done
        case " $stock " in *" $net "*) [ "$round" -gt 1 ] || best "$net.stock1" "$engine" "$net" stock 1 1 ;; esac
    done
    paste "$folder/$net.onnx1.logit" "$folder/$net.fast1.logit" |
        awk -v net="$net" '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-3) { print net ": logits differ: " $0; exit 1 } }'
done

echo "Milliseconds a sample, batch 1; two threads: ONNX Runtime splits each sample, ours computes two samples at a time."
echo "Text: 122 tokens. oneDNN sgemm 2048^3: $("$engine" sgemm - 1 5 | cut -d' ' -f1) GFLOP/s on 1 thread," \
    "$("$engine" sgemm - 2 5 | cut -d' ' -f1) on 2. $(date +%F), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)."
echo
echo "| network | ONNX Runtime, 1 | ours, 1 | ratio | ONNX Runtime, 2 | ours, 2 | ratio | stock Darknet, 1 | ratio | int8, 1 | ratio to ONNX Runtime f32 | int8, 2 | ratio |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
for net in $nets; do
    for engine_threads in onnx1 fast1 onnx2 fast2 stock1 int81 int82; do
        [ -s "$folder/$net.$engine_threads.ms" ] && cat "$folder/$net.$engine_threads.ms" || echo -
    done | paste -s -d' ' | awk -v net="$net" '{
        printf "| %s | %s | %s | %.2f | %s | %s | %.2f | %s | %s | %s | %.2f | %s | %.2f |\n", net, $1, $2, $1 / $2, $3, $4, $3 / $4, $5,
            ($5 == "-") ? "-" : sprintf("%.1f", $5 / $2), $6, $1 / $6, $7, $3 / $7 }'
done
