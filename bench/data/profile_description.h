/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PROFILE_DESCRIPTION_H
#define BBS_DATA_PROFILE_DESCRIPTION_H

#include "data/profile.h"

/* A preprocessing profile from the description that lies with the weights: the JSON of timm (config.json with
 * "pretrained_cfg": mean, std, interpolation, crop_pct, input_size) or of torchvision's presets (mean, std, interpolation,
 * crop_size, resize_size), at the top or in "pretrained_cfg", "default_cfg" or "transforms". */
typedef struct {
    profile_t profile;
    profile_picture_t picture;
    char name[256];
} profile_description_t;

/* `base` is the profile that the description changes: for pictures of their own size it gives only mean and std. The crop
 * is input_size or crop_size, else `crop`; resize is resize_size, else floor(crop / crop_pct) as in timm (crop_pct 0.875
 * when absent). `*found` is false where the text describes no preprocessing (no mean and std). When the numbers are those
 * of a profile of the registry, `*chosen` is that profile; else it points into `description`, whose name says the numbers.
 * FAULT_FAILED: an interpolation or a way of cropping that is not known, numbers out of range. */
outcome_t profile_describe(const char *where, const char *json, const profile_t *base, int64_t crop,
                           profile_description_t *description, const profile_t **chosen, bool *found);

#endif
