/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_TABLE_H
#define BBS_EXPERIMENTS_CLAIMS_TABLE_H

#include "experiments/claims.h"
#include "report/document.h"

/* The claims section of the report: how often each verdict, the claims with a value beside the paper's, the others
 * folded away with their reasons. */
void claims_present(const claims_t *claims, document_t *document);

#endif
