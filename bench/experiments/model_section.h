/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MODEL_SECTION_H
#define BBS_EXPERIMENTS_MODEL_SECTION_H

#include "experiments/experiment.h"

/* How model.csv and speedup.csv are shown, compared and joined with the claims (experiment_t). */
outcome_t model_headline(const experiment_view_t *view, document_t *document);
outcome_t model_present(const experiment_view_t *view, document_t *document);
outcome_t model_rerun(const experiment_view_t *view, document_t *document);
outcome_t model_measure(const experiment_view_t *view, claims_t *claims);

extern const diff_rule_t model_rule;

#endif
