/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_WATCH_H
#define BBS_ENGINE_TOKENS_WATCH_H

#include "engine/tokens.h"

/* The watcher of a transformer (engine_watch()). */
void tokens_watch(void *state, engine_watcher_t watcher, void *context);

/* Show the input of a step with weights of the table; `view.layer` is set here. */
void tokens_show_input(const token_step_t *self, engine_view_t view);
/* Show its output: `rows` rows of its target, from `target` on. Both do nothing without a watcher. */
void tokens_show_output(const token_step_t *self, int64_t rows, const float *target);

#endif
