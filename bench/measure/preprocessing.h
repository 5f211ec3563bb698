/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PREPROCESSING_H
#define BBS_MEASURE_PREPROCESSING_H

#include "data/profile_description.h"
#include "weights/checkpoint.h"

/* Which preprocessing a network's samples get. It belongs to the weights: in this order
 *     the profile that the user names (--profile)
 *     images: the description that lies with the weights (data/profile_description.h)
 *     texts: do_lower_case of tokenizer_config.json beside the weights; else whether the user's vocabulary has capital
 *     letters, which an uncased one never has
 *     the profile of the network's size */
typedef struct {
    profile_description_t description; /* memory of `profile` when it is a description */
    const profile_t *profile;
    text_t said; /* why this one, in words */
} preprocessing_t;

/* `asked`: the name of a profile, or NULL. `vocabulary`: the user's, or NULL. FAULT_MISSING: an unknown name. `chosen` must
 * not be moved afterwards. */
outcome_t preprocessing_choose(const checkpoint_t *checkpoint, const char *asked, const char *vocabulary,
                               preprocessing_t *chosen);

#endif
