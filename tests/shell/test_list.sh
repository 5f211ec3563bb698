# SPDX-License-Identifier: GPL-3.0-or-later
# `bbsbench list`: every registry in full, in a form for a person and in forms for programs.
. tests/shell/tap.sh
kinds="networks methods accelerators experiments data profiles keys"

# What a list holds is counted in the sources, not by the program.
entries() { "$BBSBENCH" list "$1" --format csv | tail -n +2 | cut -d, -f1 | sort -u | wc -l; }
count() { sed -n "/$2/,/NULL/p" "$1" | grep -oE "$3" | sort -u | wc -l; }
nets=$(count bench/nets/registry.c 'net_registry\[\] =' '&net_[a-z0-9_]+')
others=$(count bench/nets/registry.c 'net_others\[\] =' '&net_[a-z0-9_]+')
language=$(count bench/nets/registry.c 'net_language\[\] =' '&net_[a-z0-9_]+')
methods=$(count bench/compress/registry.c 'method_registry\[\] =' '&[a-z0-9_]+')
presets=$(grep -c '^    PRESET(' bench/compress/registry.c)
designs=$(grep -cE '^    ADD\(' bench/accel/registry.c)
pages=$(find bench/experiments -name '*.md' | wc -l)
check "every network is listed" test "$(entries networks)" -eq $((nets + others + language))
check "every method and preset" test "$(entries methods)" -eq $((methods + presets))
check "every accelerator" test "$(entries accelerators)" -eq "$designs"
check "every experiment" test "$(entries experiments)" -eq "$pages"
check "every data set" test "$(entries data)" -eq "$(count bench/data/dataset.c 'dataset_registry\[\] =' '&dataset_[a-z0-9_]+')"
check "every profile: those of preprocessing, and a file of each of accelerators" test "$(entries profiles)" -eq \
    $(($(count bench/data/profile.c 'profile_registry\[\] =' '&[a-z0-9_]+') + $(find bench/accel/config -name '*.ini' | wc -l)))
for profile in bench/accel/config/*.ini; do
    check "$profile is a profile" "$BBSBENCH" list profiles "$(basename "$profile" .ini)"
done

# Right values, known without the program: ResNet-34 of torchvision without BatchNorm and biases; one multiplication a weight of
# a linear layer; the array of the paper's section V; the bits of the paper's section III-B.
cell() { "$BBSBENCH" list "$1" --columns "$2" --format csv "$3" | tail -n +2 | head -n 1; }
check "weights and products of ResNet-34" test "$(cell networks size,layers,weights,macs resnet34)" = full,37,21779648,3663761408
check "a language model has one row, its shape, and a vocabulary" test "$(cell networks size,layers,weights,input,classes llama3_8b)" = "full,224,6979321856,8192 tokens,128256"
check "the published accuracy of a checkpoint" test "$(cell networks reference_percent resnet34)" = "$(sed -n 's/^resnet34.*,\([0-9.]*\),ImageNet.*/\1/p' models/checkpoints.csv | sed 's/0*$//')"
check "BitVert's array" test "$(cell accelerators rows,columns,lanes,multipliers bitvert-mod)" = 32,16,8,512
check "ANT has 640 multipliers, as it declares" test "$(cell accelerators multipliers ant)" = 640
check "bits of zero-point shifting: 4 columns and 8 bits for 32 weights" test "$(cell methods bits zps)" = 4.25
check "of the conservative setting" test "$(cell methods bits bbs-cons)" = 6.25
check "what packs is what pack says" test "$("$BBSBENCH" list methods --columns method,packs --format csv | sed -n 's/,1$//p' | tr '\n' ' ')" = \
    "$("$BBSBENCH" pack --help | tr '\n' ' ' | sed -n 's/.*metadata byte per group (\([^)]*\)).*/\1/p' | sed 's/,//g; s/  */ /g') "
check "a key has its range and its defaults" test "$(cell keys key,values,default low_bits)" = 'low_bits,1 to 8,6'
check "an example of a key is accepted" "$BBSBENCH" explain --method "$("$BBSBENCH" list keys columns --format csv --columns written | sed -n 2p)" -- 1 2 3 4
"$BBSBENCH" list keys --columns written --format csv | tail -n +2 | grep -E '^[a-z-]*\.' | tr -d '"' | sed 's/^/--set /' >"$tap_folder/sets"
check "every example of an accelerator's key, all at once" sh -c "'$BBSBENCH' simulate --net resnet20 --accelerator stripes \$(cat $tap_folder/sets) --out $tap_folder/rows.csv"

for kind in $kinds; do
    check "$kind fits a terminal of 80 columns" sh -c "'$BBSBENCH' list $kind | python3 -c 'import sys; sys.exit(any(len(line.rstrip(chr(10))) > 80 for line in sys.stdin))'"
    check "$kind has no empty summary" sh -c "! '$BBSBENCH' list $kind --format csv | grep -q '(null)' && '$BBSBENCH' list $kind --details | grep -q ."
    check "$kind is JSON" sh -c "'$BBSBENCH' list $kind --format json | python3 -m json.tool"
    check "$kind has the same rows as CSV and as JSON lines" sh -c "'$BBSBENCH' list $kind --format csv | python3 -c 'import csv, sys; print(len(list(csv.DictReader(sys.stdin))))' >$tap_folder/a &&
        '$BBSBENCH' list $kind --format jsonl | wc -l >$tap_folder/b && cmp $tap_folder/a $tap_folder/b"
done
check "a method has a source, and says what it does and stores" sh -c "'$BBSBENCH' list methods --format json | python3 -c '
import json, sys
sys.exit(any(not row[key] for row in json.load(sys.stdin) for key in (\"summary\", \"source\", \"does\", \"stores\")))'"
check "an accelerator says what it skips and stores" sh -c "'$BBSBENCH' list accelerators --format json | python3 -c '
import json, sys
sys.exit(any(not row[key] for row in json.load(sys.stdin) for key in (\"summary\", \"skips\", \"stores\", \"needs\")))'"
check "data have a licence, networks say what they are made of" sh -c "'$BBSBENCH' list data --format json | python3 -c '
import json, sys
sys.exit(any(not row[\"licence\"] for row in json.load(sys.stdin)))' && '$BBSBENCH' list networks --format json | python3 -c '
import json, sys
sys.exit(any(not row[\"summary\"] for row in json.load(sys.stdin)))'"
check "a network, an accelerator and a data set have a source" sh -c "for kind in networks accelerators data; do '$BBSBENCH' list \$kind --format json | python3 -c '
import json, sys
sys.exit(any(not row.get(\"source\") for row in json.load(sys.stdin)))' || exit 1; done"

check "one entry is printed in full" sh -c "'$BBSBENCH' list methods zps | grep -q 'Algorithm 1'"
check_fails 2 "an unknown entry" "$BBSBENCH" list networks resnt34
check "is guessed" grep -q 'did you mean resnet34?$' "$tap_folder/last_err"
check_fails 2 "an unknown list" "$BBSBENCH" list metods
check "is guessed too" grep -q 'did you mean methods?$' "$tap_folder/last_err"
check_fails 2 "an unknown column" "$BBSBENCH" list methods --columns bitz
check_fails 2 "no list at all" "$BBSBENCH" list
tap_done
