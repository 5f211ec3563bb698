# SPDX-License-Identifier: GPL-3.0-or-later
# docs/examples/read_rows.py, which knows nothing of the program: its numbers are those of `query`, `compress` and `stats`.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
rows=$tap_folder/rows
mkdir "$rows" && cp results/reference/accuracy.smoke.csv "$rows/accuracy.csv"
query() { "$BBSBENCH" query --run results/reference --mode smoke --format csv "$1" | tail -n 1; }
read_as() { "$PYTHON" docs/examples/read_rows.py "$rows" "$1" "$tap_folder/$2" "$tap_folder/$3" >"$tap_folder/read"; }
# The columns of the row "total", by name.
total() { awk -F, -v wanted="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == wanted) at = i } END { print $at }' "$1"; }

for method in bbs-cons bbs-mod; do
    loss=$(query "SELECT fixed(avg(loss_points), 6) || ' points over ' || count(*) || ' networks' FROM losses WHERE method = '$method'")
    "$BBSBENCH" quantize models/compact/resnet34.safetensors "$tap_folder/int8" >/dev/null
    "$BBSBENCH" compress "$tap_folder/int8" "$tap_folder/packed" --method "$method" >/dev/null
    "$BBSBENCH" stats "$tap_folder/int8" --method "$method" --out "$tap_folder/stats.csv" >/dev/null
    check "$method of a CNN is read" read_as "$method" packed int8
    check "its mean loss is that of a query" grep -qxF "mean loss of $method: $loss" "$tap_folder/read"
    bits=$(printf '%s weights, %.4f bits a weight, %.4f with metadata' "$(total "$tap_folder/stats.csv" weights)" \
        "$(total "$tap_folder/stats.csv" bits_per_weight)" "$(total "$tap_folder/stats.csv" bits_per_weight_with_metadata)")
    check "its bits are those of stats" grep -qxF "$bits" "$tap_folder/read"
    error=$(printf 'mean squared error against INT8: %.4f steps squared' "$(total "$tap_folder/stats.csv" mse_int8_steps2)")
    check "its values have the error that stats has" grep -qxF "$error" "$tap_folder/read"
done
# A transformer, whose weights are matrices, with groups that are cut short by the end of a row.
"$BBSBENCH" quantize models/compact/bert_sst2.safetensors "$tap_folder/int8" >/dev/null
"$BBSBENCH" compress "$tap_folder/int8" "$tap_folder/packed" --method zps:columns=3:group=24:beta=0 >/dev/null
"$BBSBENCH" stats "$tap_folder/int8" --method zps:columns=3:group=24:beta=0 --out "$tap_folder/stats.csv" >/dev/null
check "zero-point shifting of a transformer is read" read_as bbs-mod packed int8
check "with the bits of stats" grep -qF "$(printf '%.4f bits a weight, %.4f with metadata' "$(total "$tap_folder/stats.csv" bits_per_weight)" "$(total "$tap_folder/stats.csv" bits_per_weight_with_metadata)")" "$tap_folder/read"
check "and its error" grep -qF "$(printf ' %.4f steps squared' "$(total "$tap_folder/stats.csv" mse_int8_steps2)")" "$tap_folder/read"
# The reader sees a changed value: it unpacks the columns and holds them against the values.
cp "$tap_folder/packed" "$tap_folder/damaged"
"$PYTHON" - "$tap_folder/damaged" <<'END'
import json, struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
name = next(name for name in header if name.endswith(".stored"))
data[8 + size + header[name]["data_offsets"][0]] ^= 1
open(sys.argv[1], "wb").write(data)
END
check "a damaged column is noticed" sh -c "! '$PYTHON' docs/examples/read_rows.py $rows bbs-mod $tap_folder/damaged $tap_folder/int8 2>&1 | tail -n 1 >$tap_folder/why; grep -q 'own values are others' $tap_folder/why"
check "it needs nothing but the standard library" sh -c "! grep -E '^(import|from) ' docs/examples/read_rows.py | grep -vxE 'import (array|csv|json|struct|sys)'"
tap_done
