/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/profile.h"

#include "base/text.h"

#include <stddef.h>

static const profile_t fashion_mnist_v1 = {
    .name = "fashion-mnist-v1",
    .source = "mean and standard deviation of the 60,000 training images; models/train/data.py",
    .mean = {0.2860F, 0.2860F, 0.2860F},
    .std = {0.3530F, 0.3530F, 0.3530F},
};

static const profile_t wordpiece_uncased = {
    .name = "wordpiece-uncased",
    .source = "Devlin et al. 2018, tokenization.py with do_lower_case; bert-base-uncased",
    .text = &(const profile_text_t){.lower_case = true},
};

static const profile_t wordpiece_cased = {
    .name = "wordpiece-cased",
    .source = "Devlin et al. 2018, tokenization.py without do_lower_case; bert-base-cased",
    .text = &(const profile_text_t){.lower_case = false},
};

const profile_t *const profile_registry[] = {
    &fashion_mnist_v1,
    &wordpiece_uncased,
    &wordpiece_cased,
    NULL,
};

outcome_t profile_find(const char *name, const profile_t **profile)
{
    text_t known = text_of("%s", "");
    for (const profile_t *const *at = profile_registry; *at != NULL; at++) {
        if (text_equal((*at)->name, name)) {
            *profile = *at;
            return outcome_ok();
        }
        known = text_of("%s%s%s", known.chars, known.chars[0] ? ", " : "", (*at)->name);
    }
    return outcome_missing(name, "preprocessing profile", "not in this version", known.chars, NULL);
}

void profile_apply_grey(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values)
{
    for (int channel = 0; channel < 3; channel++)
        for (int64_t i = 0; i < pixels; i++)
            values[channel * pixels + i] = ((float)image[i] / 255.0F - profile->mean[channel]) / profile->std[channel];
}
