#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Checkpoints larger than memory: compress and quantize take as much memory for 166 MB as for any other size, from sharded
# safetensors and from a checkpoint of torch.save, into a file and into a pipe.
. "$(dirname -- "$0")/tap.sh"
most=80 # MiB of resident pages, 11 of them the program and its libraries
if ldd "$BBSBENCH" | grep -q libasan; then most=100000; fi # the sanitizer keeps what was freed
TMPDIR=$tap_folder
export TMPDIR
python3 tests/oracle/large.py make "$tap_folder"
sharded=$tap_folder/sharded
limited() { python3 tests/oracle/large.py peak "$most" "$@"; }

check "quantize" limited "$BBSBENCH" quantize "$sharded" "$tap_folder/q" --jobs 2
check "the weights are those of the file" python3 tests/oracle/large.py quantised "$tap_folder/q"
check "quantize a checkpoint of torch.save" limited "$BBSBENCH" quantize "$tap_folder/model.bin" "$tap_folder/z" --jobs 2
check "to the same bytes" cmp "$tap_folder/q" "$tap_folder/z"
check "to standard output" sh -c "python3 tests/oracle/large.py peak $most '$BBSBENCH' quantize '$sharded' - --jobs 2 >'$tap_folder/z'"
check "the same bytes" cmp "$tap_folder/q" "$tap_folder/z"
rm -f "$tap_folder/z"
check "INT8 weights, compressed" limited "$BBSBENCH" compress --method bbs-mod "$tap_folder/q" "$tap_folder/c" --jobs 2
cp "$tap_folder/c" "$tap_folder/integers"
check "float weights" limited "$BBSBENCH" compress --method bbs-mod "$sharded" "$tap_folder/c" --jobs 2
# Notes and the order of the keys differ; the tensors' bytes are the rest of the file.
check "to the same tensors" sh -c "tail -c 140000000 '$tap_folder/integers' >'$tap_folder/a' && tail -c 140000000 '$tap_folder/c' | cmp - '$tap_folder/a'"
rm -f "$tap_folder/integers" "$tap_folder/a"
check "stats" limited "$BBSBENCH" stats --method bbs-mod "$sharded" --jobs 2
for method in ptq:bits=4:beta=0.2 mx bitwave-mod:score=deviation; do
    check "$method" limited "$BBSBENCH" compress --method "$method" "$sharded" "$tap_folder/c" --jobs 2
done
tap_done
