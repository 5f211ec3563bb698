#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The last job of submit.sh: the run in the folder of the merged answers, which it takes for its own, and the report.
#   report.sh PROGRAM OUT RUN-OPTIONS...
set -u
program=$1 out=$2
shift 2
resume=
[ ! -e "$out/run.json" ] || resume=--resume # a job that was queued again
"$program" run "$@" $resume --jobs "${SLURM_CPUS_PER_TASK:-1}" --no-compare --out "$out" && "$program" report "$out"
