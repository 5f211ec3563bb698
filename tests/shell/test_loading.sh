# SPDX-License-Identifier: GPL-3.0-or-later
# What the program loads: Darknet, oneDNN and what they bring come with the first network, and only where one predicts.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
work=$tap_folder
small="--net resnet34 --size compact"
weights=models/compact/resnet34.safetensors

# Runs the command; the names of the files that the dynamic linker loaded stay in $work/loaded.
loads() {
    rm -f "$work"/debug.*
    LD_DEBUG=files LD_DEBUG_OUTPUT="$work/debug" "$@" || return 1
    sed -n 's/.*file=\([^ ]*\) \[0\];.*generating link map.*/\1/p' "$work"/debug.* | sort -u >"$work/loaded"
    grep -q '^libgsl' "$work/loaded"
}

light() {
    loads "$@" && ! grep -E 'darknet|dnnl|opencv|bbsbench-engine' "$work/loaded"
}

check "the program is linked with none of them" sh -c "! ldd '$BBSBENCH' | grep -E 'darknet|dnnl|opencv'"
check "--version" light "$BBSBENCH" --version
check "--help" light "$BBSBENCH" --help
for command in $("$BBSBENCH" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    check "$command --help" light "$BBSBENCH" "$command" --help
done
check "explain" light "$BBSBENCH" explain --method zps --columns 4 -- 81 -20 1 -7
check "quantize" light "$BBSBENCH" quantize "$weights" "$work/int8.safetensors"
check "compress" light "$BBSBENCH" compress "$weights" "$work/mod.safetensors" --method bbs-mod
check "stats" light "$BBSBENCH" stats "$weights" --out "$work/stats.csv"
check "simulate" light "$BBSBENCH" simulate $small --accelerator bitvert-mod --out "$work/model.csv"

engine() { "$1" accuracy $small --samples 2 --method int8 --jobs 1 --out "$work/one.csv"; }
check "accuracy does load them" loads engine "$BBSBENCH"
check "in three files" sh -c "[ \$(grep -c 'libdarknet\|libdnnl\|bbsbench-engine' '$work/loaded') -eq 3 ]"

# Darknet has names that glibc or another library has too (`error`): inside it they must be its own. The sanitizers allow no
# deep binding, which is what sees to that.
own_names() {
    nm -D --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort -u >"$work/names"
    rm -f "$work"/debug.*
    LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT="$work/debug" engine "$BBSBENCH"
    sed -n "s|.*binding file [^ ]*/libdarknet.so \[0\] to \([^ ]*\) \[0\]: normal symbol .\([^ ']*\)'.*|\2 \1|p" "$work"/debug.* |
        sort -u >"$work/bound"
    join "$work/names" "$work/bound" >"$work/both"
    grep -q '^gemm .*/libdarknet.so$' "$work/both" && ! grep -v '/libdarknet.so$' "$work/both"
}
library=${DARKNET_ROOT:-/usr/lib/darknet}/libdarknet.so
if ldd "$BBSBENCH" | grep -q libasan; then
    skip "each of Darknet's names means Darknet's function" "the sanitizers refuse deep binding"
else
    check "each of Darknet's names means Darknet's function" own_names "$library"
fi

# A machine without Darknet, and a program without its engine: copies, the first with the library's name spoilt.
mkdir "$work/without" "$work/alone"
cp "$BBSBENCH" "$work/without/"
cp "$BBSBENCH" "$work/alone/"
LC_ALL=C sed 's/libdarknet\.so/libdarknot.so/' "$BUILD/bbsbench-engine.so" >"$work/without/bbsbench-engine.so"
BBS_ROOT=$PWD
export BBS_ROOT
check "without Darknet, simulate works" "$work/without/bbsbench" simulate $small --accelerator bitvert-mod --out "$work/model.csv"
check_fails 3 "accuracy says so" engine "$work/without/bbsbench"
check "which library, and how to get it" grep -q 'libdarknot.so: cannot open.*apt-get install darknet' "$work/last_err"
# A project that was not built: without its engine beside the program, there is none.
mkdir "$work/unbuilt"
for part in models bench datasets plots results; do ln -s "$PWD/$part" "$work/unbuilt/$part"; done
BBS_ROOT=$work/unbuilt
check "without the engine's file, explain works" "$work/alone/bbsbench" explain --method ra --columns 4 -- -11 20 -57 13
check_fails 3 "accuracy names the file" engine "$work/alone/bbsbench"
check "where it was looked for" grep -q "$work/alone/bbsbench-engine.so.*no such file" "$work/last_err"
check "--version names it as well" sh -c "'$work/alone/bbsbench' --version | grep -q '^engine .*/alone/bbsbench-engine.so is missing'"
tap_done
