/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_TABLE_H
#define BBS_EXPERIMENTS_CLAIMS_TABLE_H

#include "experiments/claims.h"
#include "base/text.h"
#include "report/document.h"

/* The claims section of the report: the number of claims by verdict; the claims with a value, beside the paper's; those of
 * stand-ins; the others with their reasons. The cell with a claim's id has the id as its anchor. */
void claims_present(const claims_t *claims, document_t *document);

/* A table of the claims that one experiment measures, with links into that section; nothing when there are none. */
void claims_present_own(const claims_t *claims, const char *experiment, document_t *document);

/* A value with four significant digits, without an exponent for the sizes that occur here. */
text_t claim_value_text(double value);

#endif
