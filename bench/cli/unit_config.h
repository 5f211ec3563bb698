/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_UNIT_CONFIG_H
#define BBS_CLI_UNIT_CONFIG_H

#include "base/command_line.h"
#include "cli/accuracy_options.h"
#include "shards/plan.h"

/* The evaluation that a unit of a plan is a part of, from its command in the plan. */
typedef struct {
    accuracy_config_t config;
    command_words_t internal_words;
    options_t *internal_options;
    accuracy_options_t internal_read;
} unit_config_t;

/* `jobs` are its threads. Must not be moved. Free with unit_config_close(), whatever the outcome. */
outcome_t unit_config_open(const plan_t *plan, const unit_t *unit, int jobs, unit_config_t *open);
void unit_config_close(unit_config_t *open);

/* A wrong command line in a plan is a fault of the plan (FAULT_FAILED, with its unit), not of the command line that names
 * the plan. Other outcomes stay as they are. */
outcome_t unit_config_refuse(const plan_t *plan, const unit_t *unit, outcome_t result);

/* "program=HASH", for a unit of float activations also " isa=NAME": what computes here, with the hash of program and
 * engine. */
outcome_t unit_config_stamp(bool integers, text_t *stamp);

#endif
