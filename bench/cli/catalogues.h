/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_CATALOGUES_H
#define BBS_CLI_CATALOGUES_H

#include "base/catalogue.h"
#include "cli/options.h"

/* The options that `fetch`, `run --full` and `run --real` share. */

enum { CATALOGUE_LIMIT = 16 };

/* Read the catalogues of --manifest; without it `own`, NULL-terminated, relative to the project. The caller frees `*count`
 * catalogues, whatever the outcome. */
outcome_t catalogues_read(const options_t *options, const char *const *own, catalogue_t *catalogues, size_t *count);

extern const char *const catalogues_paper[], *const catalogues_real[]; /* of the paper's networks, and of the real tier */

/* Ask the user. FAULT_USAGE when there is no terminal; FAULT_FAILED with the text `refused` when the answer is not yes. */
outcome_t catalogues_ask(const char *question, const char *refused);

#endif
