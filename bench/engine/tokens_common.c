/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tokens_common.h"

#include "engine/rows.h"

#include <math.h>
#include <string.h>

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

void tokens_words(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs;
    for (int64_t row = 0; row < self->rows; row++)
        memcpy(self->target + row * width, self->floats[0] + (int64_t)self->worker->input[row] * width,
               (size_t)width * sizeof *self->target);
}

void tokens_vectors(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    memcpy(self->target, self->worker->input, (size_t)(self->rows * self->step->outputs) * sizeof *self->target);
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

void tokens_rms_norm(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    rows_rms_norm(self->source, self->rows, self->step->outputs, self->floats[0], self->step->epsilon, self->target);
}

void tokens_rotate(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const net_step_t *step = self->step;
    const int64_t half = step->head / 2, next = step->rotary->interleaved ? 1 : half,
                  stride = step->rotary->interleaved ? 2 : 1;
    const int64_t query = step->heads * step->head, turned = query + (step->outputs - query) / 2; /* queries and keys */
    for (int64_t row = 0; row < self->rows; row++) {
        const float *turn = self->tokens->turns + (self->worker->past + row) * half * 2;
        float *values = self->target + row * step->outputs;
        for (int64_t first = 0; first < turned; first += step->head)
            for (int64_t i = 0; i < half; i++) {
                float *a = values + first + i * stride, *b = a + next;
                const float x = *a, y = *b, cosine = turn[2 * i], sine = turn[2 * i + 1];
                *a = x * cosine - y * sine;
                *b = y * cosine + x * sine;
            }
    }
}

void tokens_swiglu(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    rows_swiglu(self->source, self->rows, self->step->outputs, self->target);
}

void tokens_added(token_step_t *self, layer at, network net)
{
    (void)self;
    (void)at;
    (void)net;
}
