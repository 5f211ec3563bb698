/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tokens_common.h"

#include "engine/rows.h"

#include <math.h>

void tokens_embed(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs, longest = self->tokens->weights->size->width;
    const float *numbers = self->worker->input;
    for (int64_t row = 0; row < self->rows; row++) {
        const float *word = self->floats[0] + (int64_t)numbers[row] * width;
        const float *place = self->floats[1] + row * width;
        const float *segment = self->floats[2] + (int64_t)numbers[longest + row] * width;
        for (int64_t i = 0; i < width; i++)
            self->target[row * width + i] = word[i] + segment[i] + place[i];
    }
}

void tokens_tanh(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    for (int64_t i = 0; i < self->rows * self->step->outputs; i++)
        self->target[i] = tanhf(self->source[i]);
}

void tokens_class_token(token_step_t *self, layer at, network net)
{
    const int64_t width = self->step->outputs;
    const float *token = self->floats[0], *places = self->floats[1];
    (void)at;
    (void)net;
    for (int64_t i = 0; i < width; i++)
        self->target[i] = token[i] + places[i];
    for (int64_t i = width; i < self->rows * width; i++)
        self->target[i] = self->source[i - width] + places[i];
}

void tokens_layer_norm(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    rows_layer_norm(self->source, self->rows, self->step->outputs, self->floats[0], self->floats[1], self->step->epsilon,
                    self->target);
}

void tokens_gelu(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    rows_gelu(self->target, self->rows * self->step->outputs);
}

void tokens_added(token_step_t *self, layer at, network net)
{
    (void)self;
    (void)at;
    (void)net;
}
