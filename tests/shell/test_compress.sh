# SPDX-License-Identifier: GPL-3.0-or-later
# explain, quantize, compress: results as a person sees them, files as others read them, and bad input.
. tests/shell/tap.sh

same() { [ "$1" = "$2" ] || { echo "found $1, expected $2" && false; }; }
explains() { same "$("$BBSBENCH" explain --csv --method "$1" --columns "$2" $4 -- $5)" "$1,$2,$3"; }
check "Fig. 4: averaging" explains ra 4 "1,5,1.25,-11 21 -59 13" "" "-11 20 -57 13"
check "Fig. 5: the shift -14" explains zps 4 "0,14,11.75,78 -18 -2 -2" "--shift -14" "81 -20 1 -7"
check "Fig. 1: bit flip" explains bitflip 3 "1,0,1.75,76 -24 4 -12" "" "77 -25 6 -11"
check "Fig. 1: averaging" explains ra 3 "0,6,0.75,78 -26 6 -10" "" "77 -25 6 -11"
check "the search does better than Fig. 5's shift" sh -c '[ "$("$BBSBENCH" explain --csv --method zps --columns 4 -- 81 -20 1 -7 | cut -d, -f5 | cut -d. -f1)" -lt 11 ]'
check "the steps are shown" sh -c '"$BBSBENCH" explain --method ra --columns 4 -- -11 20 -57 13 | grep -q "1-110---"'
check_fails 2 "explain refuses 128" "$BBSBENCH" explain --method ra --columns 2 -- 128
check_fails 2 "explain refuses no weights" "$BBSBENCH" explain --method ra --columns 2
check_fails 2 "explain refuses a method without columns" "$BBSBENCH" explain --method int8 -- 1 2
check_fails 2 "explain refuses a shift that cannot be stored" "$BBSBENCH" explain --method zps --columns 4 --shift -32 -- 1
check "explain takes presets and specs" sh -c '[ "$("$BBSBENCH" explain --csv --method bbs-mod -- 1 2 3 | cut -d, -f2-)" = "$("$BBSBENCH" explain --csv --method zps:columns=4 -- 1 2 3 | cut -d, -f2-)" ]'
check_fails 2 "activations outside of accuracy" "$BBSBENCH" explain --method mx:activations=6 -- 1
check "are refused by their key" grep -q 'the key activations' "$tap_folder/last_err"
check_fails 2 "a parameter in the spec and as an option" "$BBSBENCH" explain --method ra:columns=4 --columns 4 -- 1
check_fails 2 "explain refuses a parameter that the method lacks" "$BBSBENCH" explain --method ra --shift 3 -- 1
check_fails 2 "explain refuses seven columns" "$BBSBENCH" explain --method ra --columns 7 -- 1

# A small checkpoint: a stem [8, 3, 3, 3], a convolution [64, 40, 3, 3], a linear layer [32, 64], a bias, an embedding.
python=${PYTHON:-/usr/bin/python3}
$python - "$tap_folder" <<'PY'
import json, random, struct, sys
folder = sys.argv[1]
rng = random.Random(7)
def save(path, tensors):
    header, body = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)
def floats(*shape, change=None):
    count = 1
    for size in shape:
        count *= size
    values = [rng.gauss(0, 0.1) for _ in range(count)]
    if change:
        values[change[0]] = change[1]
    return ("F32", list(shape), struct.pack(f"<{count}f", *values))
net = {"stem.weight": floats(8, 3, 3, 3), "conv.weight": floats(64, 40, 3, 3), "conv.bias": floats(64),
       "fc.weight": floats(32, 64), "word_embeddings.weight": floats(10, 4)}
save(f"{folder}/net.safetensors", net)
save(f"{folder}/nan.safetensors", {"a.weight": floats(4, 4, change=(5, float("nan")))})
save(f"{folder}/infinite.safetensors", {"a.weight": floats(4, 4, change=(15, float("inf")))})
save(f"{folder}/no_scale.safetensors", {"a.weight": ("I8", [4, 4], bytes(16))})
save(f"{folder}/bad_scale.safetensors", {"a.weight": ("I8", [4, 4], bytes(16)), "a.weight.scale": floats(3)})
save(f"{folder}/zero_scale.safetensors", {"a.weight": ("I8", [1, 4], bytes(4)), "a.weight.scale": floats(1, change=(0, 0.0))})
save(f"{folder}/no_weight.safetensors", {"a.bias": floats(4)})
data = open(f"{folder}/net.safetensors", "rb").read()
open(f"{folder}/short.safetensors", "wb").write(data[:-100])
PY

net=$tap_folder/net.safetensors int8=$tap_folder/int8.safetensors
has() { # FILE NAME DTYPE SHAPE
    $python - "$@" <<'PY'
import json, struct, sys
path, name, dtype, shape = sys.argv[1:]
data = open(path, "rb").read()
header = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])
sys.exit(0 if header[name]["dtype"] == dtype and header[name]["shape"] == json.loads(shape) else 1)
PY
}
check "quantize" "$BBSBENCH" quantize "$net" "$int8"
check "weights become I8" has "$int8" conv.weight I8 "[64, 40, 3, 3]"
check "with a scale a channel" has "$int8" conv.weight.scale F32 "[64]"
check "a bias stays" has "$int8" conv.bias F32 "[64]"
check "an embedding stays float" has "$int8" word_embeddings.weight F32 "[10, 4]"
check "compress INT8" "$BBSBENCH" compress "$int8" "$tap_folder/zps.safetensors" --method zps --columns 4 --beta 0.2
check "values are I16" has "$tap_folder/zps.safetensors" conv.weight I16 "[64, 40, 3, 3]"
check "stored columns" has "$tap_folder/zps.safetensors" conv.weight.stored I8 "[64, 40, 3, 3]"
check "a metadata byte a group, short ones too" has "$tap_folder/zps.safetensors" conv.weight.meta U8 "[1152]"
check "bits a channel" has "$tap_folder/zps.safetensors" fc.weight.bits U8 "[32]"
check "the method is noted" sh -c "head -c 1000 '$tap_folder/zps.safetensors' | grep -q '\"method\":\"zps\"'"
check "compress float" "$BBSBENCH" compress "$net" "$tap_folder/direct.safetensors" --method zps --columns 4 --beta 0.2
check "both ways give the same values" $python - "$tap_folder" <<'PY'
import json, struct, sys
def tensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {name: data[8 + size + e["data_offsets"][0]:8 + size + e["data_offsets"][1]] for name, e in header.items() if name != "__metadata__"}
one, other = tensors(sys.argv[1] + "/zps.safetensors"), tensors(sys.argv[1] + "/direct.safetensors")
sys.exit(0 if one == other else 1)
PY
"$BBSBENCH" compress "$net" "$tap_folder/whole.safetensors" --method ra --columns 2 --beta 0 --first-layer prune --channels 1 >"$tap_folder/table"
check "without sensitive channels: 6 bits, and 6 + 8 / group with metadata" grep -qE '^fc.weight +\[32, 64, 1, 1\] +0 +32 +6.0000 +6.2500$' "$tap_folder/table"
check "short groups cost full metadata" grep -qE '^conv.weight +\[64, 40, 3, 3\] +0 +64 +6.0000 +6.4000$' "$tap_folder/table"
check "--first-layer prune prunes it" grep -qE '^stem.weight +\[8, 3, 3, 3\] +0 +8 +6.0000' "$tap_folder/table"
"$BBSBENCH" compress "$net" "$tap_folder/first.safetensors" --method bbs-cons >"$tap_folder/table"
check "the first layer stays whole otherwise" grep -qE '^stem.weight +\[8, 3, 3, 3\] +8 +8 +8.0000 +8.0000$' "$tap_folder/table"
check "threads do not change a byte" sh -c "'$BBSBENCH' compress '$net' '$tap_folder/a' --method bbs-mod --jobs 1 && '$BBSBENCH' compress '$net' '$tap_folder/b' --method bbs-mod --jobs 3 && cmp '$tap_folder/a' '$tap_folder/b'"
for method in $("$BBSBENCH" compress "$net" "$tap_folder/x" --method nonsense 2>&1 | sed 's/.*expected //; s/,//g'); do
    bits=""
    [ "$method" != budget ] || bits="--bits 7" # its default is less than the short groups of this network allow
    # shellcheck disable=SC2086
    check "method $method" "$BBSBENCH" compress "$net" "$tap_folder/$method.out" --method "$method" $bits
done

# .bbs: there and back, byte for byte.
for method in int8 ra zps bitflip bbs-cons bbs-mod best budget; do
    check "pack $method" "$BBSBENCH" pack "$tap_folder/$method.out" "$tap_folder/$method.bbs"
    check "and unpack it" "$BBSBENCH" unpack "$tap_folder/$method.bbs" "$tap_folder/$method.back"
    check "to the same file" cmp "$tap_folder/$method.out" "$tap_folder/$method.back"
done
check "no more bits than the budget" sh -c "'$BBSBENCH' stats '$net' --method budget --bits 6.6 | awk '/^total/ { exit !(\$NF <= 6.6 && \$NF > 6) }'"
check_fails 2 "a budget that cannot be met" "$BBSBENCH" stats "$net" --method budget:bits=2
check "the sizes pack prints are the file's" sh -c "'$BBSBENCH' pack '$tap_folder/zps.out' '$tap_folder/x.bbs' | awk '\$NF == \"bytes\" { size = \$(NF - 1); sum += size } END { exit !(sum == 2 * size && size > 0) }'"
"$BBSBENCH" compress "$net" "$tap_folder/paper.out" --method zps --shift-range paper >/dev/null
check_fails 1 "pack refuses constants that do not fit" "$BBSBENCH" pack "$tap_folder/paper.out" "$tap_folder/x.bbs"
check_fails 1 "pack refuses what is not compressed" "$BBSBENCH" pack "$net" "$tap_folder/x.bbs"
check_fails 1 "pack refuses a method without columns" "$BBSBENCH" pack "$tap_folder/fp32.out" "$tap_folder/x.bbs"
head -c 5000 "$tap_folder/zps.bbs" >"$tap_folder/short.bbs"
check_fails 1 "unpack refuses a truncated file" "$BBSBENCH" unpack "$tap_folder/short.bbs" "$tap_folder/nothing"
check_fails 1 "unpack refuses another format" "$BBSBENCH" unpack "$net" "$tap_folder/nothing"
check_fails 3 "unpack misses a file" "$BBSBENCH" unpack "$tap_folder/none.bbs" "$tap_folder/nothing"
check "and leaves nothing" sh -c "! ls '$tap_folder'/nothing* 2>/dev/null"
check_fails 1 "a first layer that is not there" "$BBSBENCH" compress "$net" "$tap_folder/x" --method ra --first-name nothing

# stats
check "stats of a float checkpoint" sh -c "'$BBSBENCH' stats '$net' | grep -qE '^total +25304 '"
check "its rows" sh -c "'$BBSBENCH' stats '$net' --method zps --columns 2 --out '$tap_folder/stats.csv' && [ \$(wc -l <'$tap_folder/stats.csv') -eq 5 ]"
check "every row has every field" sh -c "! awk -F, 'NF != 26' '$tap_folder/stats.csv' | grep -q ."
check "ties to even: the same MSE, a smaller mean error" "$python" - "$BBSBENCH" "$net" <<'EOF'
import csv, subprocess, sys
rows = {}
for ties in "even", "zero":
    out = sys.argv[2] + "." + ties + ".csv"
    spec = f"zps:choice=lowest:columns=2:ties={ties}"
    subprocess.run([sys.argv[1], "stats", sys.argv[2], "--method", spec, "--out", out], check=True)
    rows[ties] = list(csv.DictReader(open(out)))[-1]
assert rows["even"]["mse_int8_steps2"] == rows["zero"]["mse_int8_steps2"] != "0"
assert abs(float(rows["even"]["mean_error_int8_steps"])) < abs(float(rows["zero"]["mean_error_int8_steps"])) / 2, rows
EOF
check "threads do not change a digit" sh -c "'$BBSBENCH' stats '$net' --method zps --columns 2 --jobs 3 --out '$tap_folder/stats3.csv' && cmp '$tap_folder/stats.csv' '$tap_folder/stats3.csv'"
check "stats of every method" sh -c "for m in fp32 int8 ra bitflip zps-released; do '$BBSBENCH' stats '$net' --method \$m || exit 1; done"
check_fails 2 "stats refuses an empty vector" "$BBSBENCH" stats "$net" --vector 0
check_fails 3 "stats misses a file" "$BBSBENCH" stats "$tap_folder/none"

# Bad input: one line, an exit code, no file.
bad() { # CODE NAME FILE
    rm -f "$tap_folder/out.safetensors"
    check_fails "$1" "$2" "$BBSBENCH" compress "$3" "$tap_folder/out.safetensors" --method ra
    check "and leaves nothing" sh -c "! ls '$tap_folder'/out.safetensors* 2>/dev/null"
}
bad 3 "a missing file" "$tap_folder/none.safetensors"
bad 1 "a truncated file" "$tap_folder/short.safetensors"
bad 1 "NaN" "$tap_folder/nan.safetensors"
check "NaN is located" sh -c "'$BBSBENCH' compress '$tap_folder/nan.safetensors' '$tap_folder/x' --method ra 2>&1 | grep -q 'tensor a.weight, element 5: found NaN'"
bad 1 "an infinity" "$tap_folder/infinite.safetensors"
bad 1 "INT8 without a scale" "$tap_folder/no_scale.safetensors"
bad 1 "a scale of a wrong shape" "$tap_folder/bad_scale.safetensors"
bad 1 "a scale of zero" "$tap_folder/zero_scale.safetensors"
bad 1 "no weights" "$tap_folder/no_weight.safetensors"
bad 1 "a file that is compressed already" "$tap_folder/zps.safetensors"
check_fails 2 "an unknown method" "$BBSBENCH" compress "$net" "$tap_folder/x" --method nonsense
check_fails 2 "columns for a method without" "$BBSBENCH" compress "$net" "$tap_folder/x" --method int8 --columns 4
check_fails 2 "an empty value" "$BBSBENCH" compress "$net" "$tap_folder/x" --method ra --columns ''
check "compress takes specs" "$BBSBENCH" compress "$net" "$tap_folder/spec.out" --method ra:columns=4:group=16
check "as it takes options" sh -c "'$BBSBENCH' compress '$net' '$tap_folder/option.out' --method ra --columns 4 --group 16 && tail -c 60000 '$tap_folder/option.out' >'$tap_folder/a' && tail -c 60000 '$tap_folder/spec.out' | cmp - '$tap_folder/a'"
check "and packs them" sh -c "'$BBSBENCH' pack '$tap_folder/spec.out' '$tap_folder/spec.bbs' && '$BBSBENCH' unpack '$tap_folder/spec.bbs' '$tap_folder/spec.back' && cmp '$tap_folder/spec.out' '$tap_folder/spec.back'"
check_fails 2 "no method" "$BBSBENCH" compress "$net" "$tap_folder/x"
check_fails 2 "a beta above 1" "$BBSBENCH" compress "$net" "$tap_folder/x" --method ra --beta 2
check_fails 2 "an unknown score" "$BBSBENCH" compress "$net" "$tap_folder/x" --method ra --score size
check_fails 1 "a folder that is not there" "$BBSBENCH" quantize "$net" "$tap_folder/none/out.safetensors"
long=$tap_folder$(printf '/.%.0s' $(seq 300))
longer=$tap_folder$(printf '/.%.0s' $(seq 2500))
check "a path of over 600 bytes" sh -c "'$BBSBENCH' compress '$net' '$long/long.out' --method ra && '$BBSBENCH' pack '$long/long.out' '$long/long.bbs' && [ -f '$tap_folder/long.bbs' ]"
check_fails 1 "a path of over 5,000 bytes" "$BBSBENCH" quantize "$net" "$longer/longer.out"
check "is told from other failures" grep -q 'found a path that is too long, expected 1 to 4090 bytes' "$tap_folder/last_err"
check "and nothing is written" sh -c "! find '$tap_folder' -name 'longer*' -o -name '*.part' | grep -q ."
check_fails 1 "quantize refuses NaN" "$BBSBENCH" quantize "$tap_folder/nan.safetensors" "$tap_folder/x"
if [ -w /dev/full ]; then
    ln -s /dev/full "$tap_folder/full.safetensors.part"
    check_fails 1 "a full disk" "$BBSBENCH" quantize "$net" "$tap_folder/full.safetensors"
else
    skip "a full disk" "no /dev/full"
fi
tap_done
