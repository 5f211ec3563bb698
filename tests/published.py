#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks with a published accuracy, as a Markdown table, from the CSV of `bbsbench list networks`."""
import csv
import sys

print("| Network | Checkpoint | Published | Measure | Source |\n|---|---|---:|---|---|")
for row in csv.DictReader(sys.stdin):
    if row["reference_percent"]:
        print("| {network} | {weights_file} | {reference_percent} % | {reference} | {reference_source} |".format(**row))
