/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_MERGE_H
#define BBS_SHARDS_MERGE_H

#include "measure/accuracy.h"
#include "shards/plan.h"

/* Put the answers of units together, as if one process had computed them.
 *
 * The answers must be whole, of the weights, data, samples and settings that are here now, and of one program and, with
 * float activations, one instruction set. What is not is refused, naming unit, file and what differs. With `mixed` weights,
 * program, library and instruction set may differ; then the rows say so in the column of the kernels. */

typedef struct {
    const plan_t *plan;
    bool mixed;
} merge_t;

/* Refused with FAULT_MISSING, naming them all, when files of units are missing. */
outcome_t merge_check(const merge_t *merge);

/* accuracy_run() of an evaluation whose configuration is `config`, on the answers of its units. */
outcome_t merge_accuracy(const merge_t *merge, size_t evaluation, const accuracy_config_t *config, accuracy_sink_t sink,
                         void *context);

#endif
