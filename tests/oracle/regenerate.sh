#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Make the reference vectors of tests/data again; the same bytes from run to run.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
$python tests/oracle/columns.py tests/data/columns.txt.gz
"$PYTHON" tests/oracle/accel.py tests/data/model.resnet34.csv
"$PYTHON" tests/oracle/columns.py tests/data/columns.txt.gz
"$PYTHON" tests/oracle/rivals.py tests/data/rivals.txt.gz
