/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_COMMON_H
#define BBS_ENGINE_TOKENS_COMMON_H

#include "engine/tokens.h"

/* Steps that several sets compute in the same way. */

void tokens_embed(token_step_t *self, layer at, network net);   /* words + positions + segments */
void tokens_words(token_step_t *self, layer at, network net);   /* the vectors of the words */
void tokens_vectors(token_step_t *self, layer at, network net); /* the input itself */
void tokens_tanh(token_step_t *self, layer at, network net);
void tokens_class_token(token_step_t *self, layer at,
                        network net); /* puts the class token before the patches and adds the positions */
void tokens_layer_norm(token_step_t *self, layer at, network net);
void tokens_gelu(token_step_t *self, layer at, network net);
void tokens_rms_norm(token_step_t *self, layer at, network net);
void tokens_rotate(token_step_t *self, layer at, network net); /* in place */
void tokens_swiglu(token_step_t *self, layer at, network net);
void tokens_added(token_step_t *self, layer at, network net); /* does nothing: the product before it has added the sum */

#endif
