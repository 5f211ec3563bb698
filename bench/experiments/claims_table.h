/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_TABLE_H
#define BBS_EXPERIMENTS_CLAIMS_TABLE_H

#include "experiments/claims.h"
#include "report/document.h"

/* The claims section of the report: the number of claims by verdict; the claims with a value, beside the paper's; the other
 * claims with their reasons, folded away. */
void claims_present(const claims_t *claims, document_t *document);

#endif
