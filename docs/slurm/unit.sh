#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One task of an array of submit.sh: unit OFFSET + SLURM_ARRAY_TASK_ID of the plan. A unit that was killed is tried again, so that a
# process that ran out of memory or was shot does not leave a hole.
#   unit.sh PROGRAM PLAN OFFSET [CACHE]
set -u
program=$1 plan=$2 unit=$(($3 + SLURM_ARRAY_TASK_ID))
cache=${4:-${TMPDIR:-/tmp}/bbsbench-$(id -un)}
for attempt in 1 2 3; do
    "$program" work --jobs "${SLURM_CPUS_PER_TASK:-1}" --cache "$cache" "$plan" "$unit" && exit 0
    code=$?
    echo "unit $unit on $(hostname): attempt $attempt ended with $code" >&2
    [ "$code" -ge 128 ] || exit "$code" # it says what is wrong, and would say so again
done
exit "$code"
