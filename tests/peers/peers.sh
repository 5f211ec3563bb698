#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our engine beside stock Darknet and ONNX Runtime, the same networks, weights and samples, in one run (`make bench-peers`).
#
#     peers.sh ENGINE FOLDER PAGE [NET...]
#
# FOLDER keeps the exports (2.6 GB), every time that was taken (runs.csv), and the npm package onnxruntime-node, a
# developer's comparison only: nothing of the project depends on it. The engines take turns, so that noise of the machine
# meets all of them. report.py prints the best and the median of all repeats, and their share of the machine's own limit:
# products of oneDNN in float32, and of 8-bit integers. The first logit of the float engines must agree; int8 is our integer
# mode (W8A8) on the same weights, onnx8 ONNX Runtime on the network that quantise.py makes of its own (python3-onnx).
#
# Environment: BATCHES, samples at a time, "1 8"; ROUNDS, 3, in which the engines take turns; REPEATS, 5, of each engine in a
# round (5 / batch, at least 2, of a batch); STOCK_NETS, networks that stock Darknet computes too; AGAIN=1 measures every
# network again. Otherwise FOLDER/runs keeps what a stopped run had measured with the same engine and settings on the same
# day, a file for each network. PAGE is written only by a run of all networks: it is a baseline, so `tests/baselines.sh
# --write` follows.
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.."
engine=$1 folder=$2 page=$3
shift 3
all="vgg16 resnet34 resnet50 vit_small vit_base bert_mrpc bert_sst2"
nets=${*:-$all}
python=${PYTHON:-/usr/bin/python3}
batches=${BATCHES:-1 8}
rounds=${ROUNDS:-3}
repeats=${REPEATS:-5}
stock=${STOCK_NETS-vgg16 resnet50 vit_base}
export LC_ALL=C

say() {
    echo "$(date -u +%H:%M:%S) $*" >&2
}

mkdir -p "$folder/runs"
if [ ! -d "$folder/node_modules/onnxruntime-node" ]; then
    say "npm install onnxruntime-node"
    (cd "$folder" && npm install --ignore-scripts --no-audit --no-fund onnxruntime-node >npm.log 2>&1) ||
        { cat "$folder/npm.log" >&2; exit 1; }
fi
cp tests/peers/onnx.js "$folder/onnx.js"
quantised=no
"$python" -c 'import onnx' 2>/dev/null && quantised=yes

# The exports of a network: again when what makes them has changed.
export_key=$(cat tests/peers/export.py tests/peers/quantise.py tests/oracle/graphs.py tests/oracle/made.py | sha256sum)
export_net() {
    [ "$(cat "$folder/$1.made" 2>/dev/null)" = "$export_key $quantised" ] && return
    say "$1: export"
    rm -f "$folder/$1.made"
    "$python" tests/peers/export.py "$folder" "$1"
    "$engine" "$1" input - "$folder/$1.bin"
    [ $quantised = no ] || "$python" tests/peers/quantise.py "$folder/$1.onnx" "$folder/$1.int8.onnx"
    echo "$export_key $quantised" >"$folder/$1.made"
}

# measure ROWS NET ENGINE THREADS COMMAND...: append a line to ROWS for each line that the command prints.
measure() {
    rows=$1 row=$2,$3,$4
    shift 4
    "$@" >"$folder/times" # of its own, so that a command that fails ends the run
    sed "s/ /,/g; s/^/$row,/" "$folder/times" >>"$rows"
}

# $batches is a list of words.
# shellcheck disable=SC2086
measure_round() {
    rows=$1 net=$2 threads=$3
    measure "$rows" limit sgemm "$threads" "$engine" sgemm - "$threads" 2
    measure "$rows" limit product "$threads" "$engine" product - "$threads" 2
    measure "$rows" "$net" onnx "$threads" node "$folder/onnx.js" "$folder/$net.onnx" "$folder/$net.bin" "$threads" \
        "$repeats" $batches
    measure "$rows" "$net" fast "$threads" "$engine" "$net" fast "$threads" "$repeats" $batches
    case $net in vgg* | resnet*)
        measure "$rows" "$net" winograd "$threads" "$engine" "$net" winograd "$threads" "$repeats" $batches ;;
    esac
    measure "$rows" "$net" int8 "$threads" "$engine" "$net" int8 "$threads" "$repeats" $batches
    [ $quantised = no ] || measure "$rows" "$net" onnx8 "$threads" node "$folder/onnx.js" "$folder/$net.int8.onnx" \
        "$folder/$net.bin" "$threads" "$repeats" $batches
}

# What the times of a network depend on; another day may be another state of the machine.
run_key="$(sha256sum <"$engine") $(cat "$folder/node_modules/onnxruntime-node/package.json" "$folder/onnx.js" | sha256sum) \
$batches, $rounds, $repeats, $stock, $quantised, $(date -u +%F)"
measure_net() {
    [ "${AGAIN:-0}" = 0 ] && [ "$(cat "$folder/runs/$1.key" 2>/dev/null)" = "$run_key $export_key" ] &&
        { say "$1: kept"; return; }
    rm -f "$folder/runs/$1.key"
    work=$("$engine" "$1" work - -) # on a line of its own: a failure ends the script
    echo "$1,work,1,1,$work,0" >"$folder/runs/$1.csv"
    for round in $(seq "$rounds"); do
        for threads in 1 2; do
            say "$1: round $round of $rounds, threads $threads"
            measure_round "$folder/runs/$1.csv" "$1" "$threads"
        done
    done
    case " $stock " in *" $1 "*) measure "$folder/runs/$1.csv" "$1" stock 1 "$engine" "$1" stock 1 1 1 ;; esac
    echo "$run_key $export_key" >"$folder/runs/$1.key"
}

load=$(cut -d' ' -f1 /proc/loadavg)
for net in $nets; do
    export_net "$net"
done
echo "net,engine,threads,batch,value,logit" >"$folder/runs.csv"
for net in $nets; do
    measure_net "$net"
    cat "$folder/runs/$net.csv" >>"$folder/runs.csv"
done

caches=$(lscpu -B | sed -n 's/^\(L[123][di]*\) cache: */\1 /p' | paste -s -d,)
ours=$("$engine" version - - -)
theirs=$(cd "$folder" && node onnx.js version)
"$python" tests/peers/report.py "$folder/runs.csv" "$folder/rates.csv" "$ours" "$theirs" "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
    "$caches" "$(uname -r)" "$load" >"$folder/engines.md"
cat "$folder/engines.md"
if [ "$nets" = "$all" ]; then
    cp "$folder/engines.md" "$page"
    say "$page: written; tests/baselines.sh --write records its hash"
else
    say "$page: not written, because this was not a run of all networks"
fi
