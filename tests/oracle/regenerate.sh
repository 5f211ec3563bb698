#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Make the reference vectors of tests/data again; the same bytes from run to run.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
$python tests/oracle/columns.py tests/data/columns.txt.gz
$python tests/oracle/rivals.py tests/data/rivals.txt.gz
