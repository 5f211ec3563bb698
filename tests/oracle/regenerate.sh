#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Write every committed vector and fixture of tests/data again (`make oracle`): the same bytes from run to run. The first
# two need python3-torch, the others nothing but Python.
set -eu
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" tests/oracle/resnet_fixture.py write
"$PYTHON" tests/oracle/torch_checkpoints.py fixture tests/data
"$PYTHON" tests/oracle/accel.py tests/data/model.resnet34.csv
"$PYTHON" tests/oracle/columns.py tests/data/columns.txt.gz
"$PYTHON" tests/oracle/rivals.py tests/data/rivals.txt.gz
