/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_SIMULATE_PLAN_H
#define BBS_CLI_SIMULATE_PLAN_H

#include "accel/configuration.h"
#include "base/registry.h"
#include "cli/options.h"
#include "cli/sweep_options.h"
#include "measure/model.h"
#include "nets/recognise.h"
#include "nets/user.h"
#include "weights/checkpoint.h"

/* The command line of `bbsbench simulate` as a plan, with everything that the plan points to. */
typedef struct {
    model_plan_t plan;
    registry_list_t networks, accelerators;
    accel_config_t *configs;
    configuration_more_t more; /* their constants */
    text_t configuration;      /* their name in the rows */
    text_t dropped;            /* designs that the energy table lacks; "": none */
    net_user_t user;           /* the network of --layers */
    checkpoint_t checkpoint;
    sweep_options_t sweep;
} simulate_plan_t;

/* Read all options but those of the output. Free in any case; a plan must not be moved. */
outcome_t simulate_plan_read(const options_t *options, simulate_plan_t *simulate);
void simulate_plan_free(simulate_plan_t *simulate);

#endif
