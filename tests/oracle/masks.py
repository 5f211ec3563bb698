# SPDX-License-Identifier: GPL-3.0-or-later
"""The densities of a file are those of its masks, when both are of the same samples (standard library).

    masks.py DENSITY.csv MASKS.safetensors
"""
import csv
import json
import sys


def main():
    with open(sys.argv[1], newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["layer"] != "total"]
    raw = open(sys.argv[2], "rb").read()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    samples = {row["samples"] for row in rows}
    for row in rows:
        entry = header[row["layer"]]
        first, last = entry["data_offsets"]
        ones = sum(bin(byte).count("1") for byte in raw[8 + size + first:8 + size + last])
        bits = 8 * (last - first)
        wanted = float(row["input_density"])
        # The last byte of a sample is filled up with at most seven zeros.
        spare = 7 * entry["shape"][0]
        assert entry["dtype"] == "U8" and {str(entry["shape"][0])} == samples, (row["layer"], entry)
        assert ones / bits - 1e-8 <= wanted <= ones / (bits - spare) + 1e-8, (row["layer"], ones, bits, wanted)
    assert len(rows) > 1


if __name__ == "__main__":
    main()
