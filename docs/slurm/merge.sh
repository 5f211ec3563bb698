#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The job of submit.sh that puts the units together. Units that are missing are named.
#   merge.sh PROGRAM PLAN OUT
set -u
exec "$1" merge "$2" --jobs "${SLURM_CPUS_PER_TASK:-1}" --out "$3"
