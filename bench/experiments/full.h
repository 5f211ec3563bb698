/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_FULL_H
#define BBS_EXPERIMENTS_FULL_H

#include "base/outcome.h"

#include <stdio.h>

/* The full mode: the paper's own seven checkpoints on ImageNet and GLUE. Writes to `log` which files it will need, how
 * large they are and where they come from; the outcome is FAULT_MISSING, for this version cannot run it. */
outcome_t full_require(FILE *log);

#endif
