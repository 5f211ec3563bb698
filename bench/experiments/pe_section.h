/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PE_SECTION_H
#define BBS_EXPERIMENTS_PE_SECTION_H

#include "experiments/experiment.h"

/* What the experiments of Tables IV, V and VI share: rows of pe_rows.h, shown beside the paper's numbers and held against
 * the claims. What is compared is the estimate whose constants were fitted without the PE's own row. */

/* Constants of the estimate and the paper's numbers. */
outcome_t pe_inputs(const run_mode_t *mode, inputs_t *inputs);

/* A table of all rows; `what` begins the caption, `file` is its source. */
outcome_t pe_present(const experiment_view_t *view, document_t *document, const char *what, const char *file);

/* Claims of one PE; NULL: there is none. */
typedef struct {
    const char *pe;
    const char *multiplier_area, *area, *power;
} pe_claims_t;

outcome_t pe_measure(const experiment_view_t *view, claims_t *claims, const char *file, const pe_claims_t *which,
                     size_t count);

extern const diff_rule_t pe_rule;
extern const char *const pe_limits[];
extern const char pe_cost[], pe_settings[], pe_seeds[], pe_needs[];

#endif
