# SPDX-License-Identifier: GPL-3.0-or-later
# The library as it is installed: its names, what it is linked with, the example in C and C++, and its numbers beside the
# program's.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
PYTHON=${PYTHON:-/usr/bin/python3}
stage=$tap_folder/stage
root=$stage/opt/bbs
example=docs/examples/library/example.c

check "make install" make install BUILD="$BUILD" PREFIX=/opt/bbs DESTDIR="$stage"
# Only now: they would change the flags of the build.
export PKG_CONFIG_PATH="$root/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$stage"

# ===  Names  ===
# A change of this list is a change of the ABI: a new function is one more line; a line that goes or whose meaning changes
# needs another version node and soname.
check "the shared object exports the names of tests/data/libbbs.symbols, and no other" sh -c "
    nm -D --defined-only '$root/lib/libbbs.so' | awk 'NF == 3 && \$2 != \"A\" { print \$3 }' | grep -v '^__odr_asan' | sort | diff - tests/data/libbbs.symbols"
check "the archive has the same names" sh -c "
    nm -g --defined-only '$root/lib/libbbs.a' | awk 'NF == 3 { print \$3 }' | grep -v '^__odr_asan' | sort >'$tap_folder/names' && sed 's/@@.*//' tests/data/libbbs.symbols | diff '$tap_folder/names' -"
check "each has a declaration in bbs.h" sh -c "
    sed -n 's/.*BBS_API.* \*\{0,1\}\(bbs_[a-z_]*\)(.*/\1/p' '$root/include/bbs.h' | sort | diff '$tap_folder/names' -"
header_version=$(sed -n 's/^.define BBS_VERSION "\(.*\)"/\1/p' bench/library/bbs.h)
check "the soname is that of the version" sh -c "readelf -d '$root/lib/libbbs.so' | grep -q 'SONAME.*\[libbbs.so.${header_version%%.*}\]' && [ -f '$root/lib/libbbs.so.$header_version' ]"
check "bbs.pc, CITATION.cff and bbsbench --version have it too" sh -c "[ \$(pkg-config --modversion bbs) = $header_version ] &&
    grep -qx 'version: $header_version' CITATION.cff && '$BBSBENCH' --version | grep -q '^bbsbench $header_version,'"
needed() { readelf -d "$root/lib/libbbs.so" | sed -n 's/.*NEEDED.*\[\(.*\)\.so.*/\1/p' | grep -vE '^(libasan|libubsan|libgcc_s|libpthread|ld-linux.*)$'; }
needed | sort | tr '\n' ' ' >"$tap_folder/needed"
check "it needs libc, libm and libz, and nothing else" grep -qx "libc libm libz " "$tap_folder/needed"

check "the Debian packages have the same names and the same version" sh -c "
    sed -n 's/^ \(bbs_.*\) .*/\1/p' debian/libbbs0.symbols | sed 's/@/@@/' | cmp - tests/data/libbbs.symbols && head -n 1 debian/changelog | grep -q '^bbsbench ($header_version)'"

# ===  The example  ===
check "the example is short" sh -c "[ \$(wc -l <$example) -le 45 ]"
# The flags of a sanitizer or of coverage reach what is linked with such a library.
# shellcheck disable=SC2086
build() { compiler=$1 && shift && "$compiler" -Wall -Wextra -Wpedantic -Werror ${CFLAGS:-} "$@"; }
run() { LD_LIBRARY_PATH="$root/lib" "$@"; }
# shellcheck disable=SC2046
check "it compiles with pkg-config" build cc -std=c11 "$example" $(pkg-config --cflags --libs bbs) -o "$tap_folder/example"
check "and runs" run "$tap_folder/example" zps:columns=4:beta=0.5 "$tap_folder/own.bbs"
cp "$tap_folder/out" "$tap_folder/numbers"
# shellcheck disable=SC2046
check "it compiles as C++, with the static library" build c++ -x c++ "$example" -x none $(pkg-config --cflags bbs) -L"$root/lib" -l:libbbs.a -lz -lm -pthread -o "$tap_folder/static"
check "which is in it" sh -c "! readelf -d '$tap_folder/static' | grep -q libbbs"
check "and prints the same" sh -c "'$tap_folder/static' zps:columns=4:beta=0.5 | cmp - '$tap_folder/numbers'"
check "a wrong method is a message and a code" sh -c "LD_LIBRARY_PATH='$root/lib' '$tap_folder/example' zsp:columns=4 2>'$tap_folder/message'; [ \$? -eq 2 ] && grep -q 'did you mean zps?' '$tap_folder/message'"

# ===  Beside the program  ===
# The same layer, in a file: the formula is exact in float32 (whole numbers up to 5,000 over 1,024).
"$PYTHON" - "$tap_folder/layer.safetensors" <<'END'
import json, struct, sys
shape = [64, 48, 3, 3]
values = [(i * 7919 % 2001 - 1000) / 1024 * (1 + i % 5) for i in range(64 * 48 * 9)]
data = struct.pack("<%df" % len(values), *values)
head = json.dumps({"conv.weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, len(data)]}}).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(head)) + head + data)
END
check "bbsbench stats on the same layer" "$BBSBENCH" stats "$tap_folder/layer.safetensors" --method zps:columns=4:beta=0.5 --first-layer prune --out "$tap_folder/stats.csv"
cat >"$tap_folder/compare.py" <<'END'
# The library's numbers against the row of bbsbench stats: equal to the digits of the file; bits are per weight in one and totals in the other.
import csv, sys
own = dict(line.split() for line in open(sys.argv[1]))
row = next(csv.DictReader(open(sys.argv[2])))
weights = int(row["weights"])
assert weights == 64 * 48 * 9
wanted = {"mse_int8_steps2": float(row["mse_int8_steps2"]), "sqnr_db": float(row["sqnr_db"]),
          "value_bits": float(row["bits_per_weight"]) * weights,
          "meta_bits": (float(row["bits_per_weight_with_metadata"]) - float(row["bits_per_weight"])) * weights}
for key, value in wanted.items():
    assert abs(float(own[key]) - value) <= 1e-6 * max(value, 1), (key, own[key], value)
# By hand: half of 64 channels keep 8 bits, the others 4; a byte a group of 32 + 16 in each of 9 positions; 64 indices of 16 bits.
assert own["sensitive"] == "32"
assert int(own["value_bits"]) == 32 * 432 * 8 + 32 * 432 * 4
assert int(own["meta_bits"]) == 32 * 9 * 2 * 8 + 64 * 16
END
check "has the numbers of the example" "$PYTHON" "$tap_folder/compare.py" "$tap_folder/numbers" "$tap_folder/stats.csv"
check "bbsbench compress and pack" sh -c "'$BBSBENCH' compress '$tap_folder/layer.safetensors' '$tap_folder/c.safetensors' --method zps:columns=4:beta=0.5 --first-layer prune && '$BBSBENCH' pack '$tap_folder/c.safetensors' '$tap_folder/program.bbs'"
check "write the same bytes as the example" cmp "$tap_folder/program.bbs" "$tap_folder/own.bbs"
check "whose size it has printed" sh -c "grep -qx \"packed_bytes \$(wc -c <'$tap_folder/own.bbs')\" '$tap_folder/numbers'"

# ===  A caller with a decimal comma  ===
if localedef -i de_DE -f UTF-8 "$tap_folder/de_DE.UTF-8" >/dev/null 2>&1; then
    check "a decimal comma changes nothing" sh -c "LOCPATH='$tap_folder' BBS_TEST_LOCALE=de_DE.UTF-8 '$BUILD/tests/test_library' | grep -qx 'ok [0-9]* - test_locale'"
else
    skip "a decimal comma changes nothing" "no locale de_DE can be made here (package locales)"
fi
tap_done
