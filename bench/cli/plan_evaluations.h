/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLAN_EVALUATIONS_H
#define BBS_CLI_PLAN_EVALUATIONS_H

#include "cli/options.h"
#include "experiments/material.h"
#include "shards/cost.h"
#include "shards/cut.h"

/* The evaluations of `bbsbench plan`, each measured once on a few samples. */
typedef struct {
    evaluation_t items[2 * MATERIAL_NETS]; /* float and integer activations */
    size_t count;
    cost_t internal_costs[2 * MATERIAL_NETS];
    char *internal_commands[2 * MATERIAL_NETS];
} plan_evaluations_t;

/* From the command line: the networks of --net, or what --smoke or --full measures; none beside --simulate alone.
 * FAULT_USAGE for options that would change nothing, and for two modes. Free in any case; not to be moved. */
outcome_t plan_evaluations_read(const options_t *options, plan_evaluations_t *evaluations);
void plan_evaluations_free(plan_evaluations_t *evaluations);

#endif
