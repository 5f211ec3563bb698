/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_ACCURACY_SECTION_H
#define BBS_EXPERIMENTS_ACCURACY_SECTION_H

#include "experiments/experiment.h"

/* How accuracy.csv is shown, compared and joined with the claims (experiment_t). */
outcome_t accuracy_headline(const experiment_view_t *view, document_t *document);
outcome_t accuracy_present(const experiment_view_t *view, document_t *document);
outcome_t accuracy_rerun(const experiment_view_t *view, document_t *document);
outcome_t accuracy_measure(const experiment_view_t *view, claims_t *claims);

extern const diff_rule_t accuracy_rule;

#endif
