/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_SELECT_H
#define BBS_COMPRESS_SELECT_H

#include "compress/method.h"

/* Which channels stay at 8 bits (paper, Algorithm 2): the share beta of all channels of the network with the highest scores
 * is sensitive. Then, in each layer, the number of sensitive channels is rounded up to a multiple of channel_unit, but at
 * most to the whole layer, and that many channels with the highest scores are taken.
 *
 * The score is the channel's scale factor or, with score_by_deviation, the standard deviation of its weights (footnote
 * 1). Where the paper is silent: whole layers take part in neither count nor choice; a channel of zeros, whose
 * scale of 1 has no meaning, scores 0; of equal scores the earlier channel is higher; beta times the number of channels is
 * rounded down. */
typedef struct {
    bool *sensitive; /* of all channels of all layers, one after the other */
    bool **masks;    /* [count], into `sensitive`; NULL for whole layers */
    int64_t *counts; /* [count], sensitive channels of each layer; 0 for whole layers */
} selection_t;

outcome_t select_from(const method_config_t *config, const compress_source_t *source, selection_t *selection);
/* The same of layers that are in memory. */
outcome_t select_channels(const method_config_t *config, const compress_layer_t *layers, size_t count,
                          selection_t *selection);
void selection_free(selection_t *selection);

#endif
