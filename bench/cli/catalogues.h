/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_CATALOGUES_H
#define BBS_CLI_CATALOGUES_H

#include "base/catalogue.h"
#include "cli/options.h"

/* The options that `fetch` and `run --full` share. */

enum { CATALOGUE_LIMIT = 16 };

/* Read the catalogues of --manifest, or the project's own. The caller frees `*count` catalogues, whatever the outcome. */
outcome_t catalogues_read(const options_t *options, catalogue_t *catalogues, size_t *count);

/* Ask the user. FAULT_USAGE when there is no terminal; FAULT_FAILED with the text `refused` when the answer is not yes. */
outcome_t catalogues_ask(const char *question, const char *refused);

#endif
