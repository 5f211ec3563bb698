/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_CATALOGUES_H
#define BBS_CLI_CATALOGUES_H

#include "base/catalogue.h"
#include "cli/options.h"

/* What the commands that fetch share. */

enum { CATALOGUE_LIMIT = 16 };

/* Those of --manifest, or the project's own; `*count` of them are to be freed, whatever the outcome. */
outcome_t catalogues_read(const options_t *options, catalogue_t *catalogues, size_t *count);

/* The user's word, where there is someone to ask: FAULT_USAGE where there is no terminal, FAULT_FAILED with `refused` after
 * a no. */
outcome_t catalogues_ask(const char *question, const char *refused);

#endif
