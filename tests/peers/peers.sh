#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our engine beside stock Darknet and ONNX Runtime, the same networks, weights and samples, in one run (`make bench-peers`).
#
#     peers.sh ENGINE FOLDER [NET...]
#
# FOLDER keeps the exports (2 GB), every time that was taken (runs.csv), and the npm package onnxruntime-node, a developer's
# comparison only: nothing of the project depends on it. The engines take turns, so that noise of the machine meets all of
# them. report.py prints the best and the median of all repeats, and their share of the machine's own limit: products of
# oneDNN in float32, and of 8-bit integers. The first logit of the float engines must agree; int8 is our integer mode (W8A8)
# on the same weights, onnx8 ONNX Runtime on the network that quantise.py makes of its own (python3-onnx).
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.."
engine=$1 folder=$2
shift 2
nets=${*:-vgg16 resnet34 resnet50 vit_small vit_base bert_mrpc bert_sst2}
python=${PYTHON:-/usr/bin/python3}
rounds=${ROUNDS:-3}
repeats=${REPEATS:-5}
stock=${STOCK_NETS-vgg16 resnet50 vit_base}

mkdir -p "$folder"
if [ ! -d "$folder/node_modules/onnxruntime-node" ]; then
    (cd "$folder" && npm install --ignore-scripts --no-audit --no-fund onnxruntime-node >npm.log 2>&1) ||
        { cat "$folder/npm.log" >&2; exit 1; }
fi
cp tests/peers/onnx.js "$folder/onnx.js"
quantised=false
"$python" -c 'import onnx' 2>/dev/null && quantised=true
for net in $nets; do
    [ -s "$folder/$net.onnx" ] || "$python" tests/peers/export.py "$folder" "$net"
    [ -s "$folder/$net.bin" ] || "$engine" "$net" fast 1 1 "$folder/$net.bin" >/dev/null
    if $quantised && [ ! -s "$folder/$net.int8.onnx" ]; then
        "$python" tests/peers/quantise.py "$folder/$net.onnx" "$folder/$net.int8.onnx"
    fi
done

# measure NET ENGINE THREADS COMMAND...: append a line for each repeat that the command prints.
runs=$folder/runs.csv
measure()
{
    row=$1,$2,$3
    shift 3
    "$@" | sed "s/ /,/; s/^/$row,/" >>"$runs"
}

echo "net,engine,threads,value,logit" >"$runs"
for net in $nets; do
    echo "$net,work,1,$("$engine" "$net" work - -),0" >>"$runs"
    for round in $(seq "$rounds"); do
        for threads in 1 2; do
            measure limit sgemm "$threads" "$engine" sgemm - "$threads" 2
            measure limit product "$threads" "$engine" product - "$threads" 2
            measure "$net" onnx "$threads" node "$folder/onnx.js" "$folder/$net.onnx" "$folder/$net.bin" "$threads" "$repeats"
            measure "$net" fast "$threads" "$engine" "$net" fast "$threads" "$repeats"
            case $net in vgg* | resnet*)
                measure "$net" winograd "$threads" "$engine" "$net" winograd "$threads" "$repeats" ;;
            esac
            measure "$net" int8 "$threads" "$engine" "$net" int8 "$threads" "$repeats"
            if $quantised; then
                measure "$net" onnx8 "$threads" node "$folder/onnx.js" "$folder/$net.int8.onnx" "$folder/$net.bin" \
                    "$threads" "$repeats"
            fi
        done
        case " $stock " in *" $net "*) [ "$round" -gt 1 ] || measure "$net" stock 1 "$engine" "$net" stock 1 1 ;; esac
    done
done

lscpu -B | sed -n 's/^\(L[123][di]*\) cache: */\1 /p' | paste -s -d, >"$folder/caches"
"$python" tests/peers/report.py "$runs" "$folder/rates.csv" "$("$engine" version - - -)" \
    "$(cd "$folder" && node onnx.js version)" "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
    "$(cat "$folder/caches")" "$(uname -r)"
