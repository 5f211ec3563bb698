# SPDX-License-Identifier: GPL-3.0-or-later
# Integer activations: the same bytes for every instruction set that oneDNN can be limited to, for any number of threads and
# from plain loops; ranges made once, the same for any number of threads; accuracy near that of float activations.
. tests/shell/tap.sh
tests=$(dirname "$BBSBENCH")/tests
work=$tap_folder

# ===  Instruction sets (a limit above what the processor has changes nothing)  ===
"$tests/test_integers" 2>/dev/null | grep '^# digest' >"$work/digests"
check "whole networks give digests" sh -c "[ \$(wc -l <'$work/digests') -eq 9 ]"
for isa in AVX512_CORE_VNNI AVX512_CORE AVX2 SSE41; do
    check "products are exact under $isa" env ONEDNN_MAX_CPU_ISA=$isa "$tests/test_products"
    check "networks give the same logits under $isa" sh -c "
        ONEDNN_MAX_CPU_ISA=$isa '$tests/test_integers' 2>/dev/null | grep '^# digest' | cmp - '$work/digests'"
done

# ===  Predictions  ===
accuracy() {
    "$BBSBENCH" accuracy --samples 200 "$@"
}
for net in resnet34 bert_sst2; do
    check "$net in integers" accuracy --net $net --activations int8 --jobs 2 --out "$work/$net.csv" --predictions "$work/two"
    check "says 8 bits" sh -c "[ \$(cut -d, -f20 '$work/$net.csv' | grep -cx 8) -eq 3 ]"
    accuracy --net $net --activations int8 --jobs 1 --out "$work/one.csv" --predictions "$work/one"
    check "one thread gives the same rows" cmp "$work/$net.csv" "$work/one.csv"
    accuracy --net $net --method int8 --out "$work/float.csv" >/dev/null
    check "at most 2 answers in 200 differ from float activations in number" sh -c "
        a=\$(grep ',int8,200,' '$work/$net.csv' | cut -d, -f6); b=\$(grep ',int8,200,' '$work/float.csv' | cut -d, -f6)
        [ \$((a - b)) -le 2 ] && [ \$((b - a)) -le 2 ]"
done
check "plain loops" accuracy --net bert_sst2 --samples 40 --activations int8 --kernels plain --method bbs-mod --out "$work/plain.csv" --predictions "$work/plain"
# The fourth column has the key, which names the kernels.
check "answer as oneDNN does" sh -c "
    '$BBSBENCH' accuracy --net bert_sst2 --samples 40 --activations int8 --method bbs-mod --out '$work/fast.csv' --predictions '$work/fast' &&
    for kernels in plain fast; do cut -d, -f1-3 '$work/'\$kernels/bert_sst2.compact.reviews-sst2.bbs-mod.csv >'$work/'\$kernels.answers; done
    [ \$(wc -l <'$work/plain.answers') -eq 41 ] && cmp '$work/plain.answers' '$work/fast.answers'"
check_fails 1 "a method without integers" accuracy --net resnet34 --activations int8 --method fp32 --out "$work/no.csv"
check_fails 3 "ranges that are not there" accuracy --net resnet34 --activations int8 --ranges "$work/none" --out "$work/no.csv"
check_fails 2 "kernels of the other kind" accuracy --net resnet34 --activations int8 --kernels stock --out "$work/no.csv"

# ===  Ranges  ===
check "ranges by one thread" "$BBSBENCH" calibrate --net resnet34 --samples 64 --jobs 1 --out "$work/a.ranges.csv"
check "by three" "$BBSBENCH" calibrate --net resnet34 --samples 64 --jobs 3 --out "$work/b.ranges.csv"
check "are the same bytes" cmp "$work/a.ranges.csv" "$work/b.ranges.csv"
check_fails 2 "no ranges for a transformer" "$BBSBENCH" calibrate --net bert_sst2 --out "$work/no.csv"
tap_done
