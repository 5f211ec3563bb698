/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PROFILE_H
#define BBS_DATA_PROFILE_H

#include "base/outcome.h"
#include "base/text.h"
#include "data/picture.h"

#include <stdbool.h>
#include <stdint.h>

/* Preprocessing profiles: how pixels or letters become the input that a network was trained on. A profile belongs to the
 * weights, not to the data set, and its name is in each row: preprocessing alone can change accuracy by up to a point. */

/* For texts. */
typedef struct {
    bool lower_case; /* an uncased checkpoint: small letters without accents */
} profile_text_t;

/* For photographs: shorter side to `resize` pixels, then the centre crop x crop. */
typedef struct {
    int64_t resize, crop;
    resize_filter_t filter;
} profile_picture_t;

typedef struct {
    const char *name;
    const char *source;               /* where the numbers come from */
    const profile_text_t *text;       /* NULL: a profile for images */
    const profile_picture_t *picture; /* NULL: images keep their size */
    float mean[3], std[3];            /* of channels in 0..1: value = (pixel / 255 - mean) / std */
} profile_t;

/* Every profile, NULL-terminated. */
extern const profile_t *const profile_registry[];

outcome_t profile_find(const char *name, const profile_t **profile);
/* The profile of the registry with the same numbers, or NULL. */
const profile_t *profile_like(const profile_t *profile);
/* The first one with the same mean and deviation, whatever its sizes, or NULL. */
const profile_t *profile_of_colours(const profile_t *profile);
/* What a profile does, in words: "resize 256 (bilinear), crop 224, mean 0.485 0.456 0.406, std ...". */
text_t profile_words(const profile_t *profile);

/* One grey image of `pixels` bytes to 3 equal channels of floats, channel by channel: values[3 * pixels]. */
void profile_apply_grey(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values);

/* One image of `pixels` times red, green, blue, to planes: values[3 * pixels]. */
void profile_apply_pixels(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values);

/* One image of 3 planes of `pixels` bytes, red, green, blue: values[3 * pixels]. */
void profile_apply_planes(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values);

#endif
