/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_UNIT_MODEL_H
#define BBS_CLI_UNIT_MODEL_H

#include "base/command_line.h"
#include "cli/simulate_plan.h"

/* A command `simulate ...` as a plan of models, from the command line of `bbsbench plan` or from a plan. */
typedef struct {
    simulate_plan_t simulate;
    command_words_t internal_words;
    options_t *internal_options;
    bool internal_read;
} unit_model_t;

/* `where` names the command in errors. Options that do not change rows are refused: they have no meaning for a part. Must
 * not be moved. Free with unit_model_close(), whatever the outcome. */
outcome_t unit_model_open(const char *where, const char *command, int jobs, unit_model_t *open);
void unit_model_close(unit_model_t *open);

#endif
