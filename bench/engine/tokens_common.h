/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_COMMON_H
#define BBS_ENGINE_TOKENS_COMMON_H

#include "engine/tokens.h"

/* Steps that every set computes alike: table look-ups and a handful of values. */

void tokens_embed(token_step_t *self, layer at, network net); /* words + positions + segments */
void tokens_tanh(token_step_t *self, layer at, network net);

#endif
