/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that are stacked in one step (query, key, value) read the same input, and write side by side. */
#include "engine/tokens_watch.h"

void tokens_watch(void *state, engine_watcher_t watcher, void *context)
{
    tokens_t *tokens = state;
    tokens->watcher = watcher;
    tokens->watcher_context = context;
}

static void show(const token_step_t *self, const engine_view_t *view)
{
    self->tokens->watcher(self->tokens->watcher_context, (int)(self->worker - self->tokens->workers), view);
}

void tokens_show_input(const token_step_t *self, engine_view_t view)
{
    view.layer = (size_t)self->step->layer;
    for (int64_t part = 0; part < self->step->parts && self->tokens->watcher != NULL; part++, view.layer++)
        show(self, &view);
}

void tokens_show_output(const token_step_t *self, int64_t rows, const float *target)
{
    const net_step_t *step = self->step;
    engine_view_t view = {.layer = (size_t)step->layer,
                          .output = true,
                          .floats = target,
                          .pixels = rows,
                          .pixel_step = step->outputs,
                          .channel_step = 1};
    for (int64_t part = 0; part < step->parts && self->tokens->watcher != NULL; part++, view.layer++) {
        view.channels = self->tokens->weights->table.items[view.layer].k;
        show(self, &view);
        view.floats += view.channels;
    }
}
