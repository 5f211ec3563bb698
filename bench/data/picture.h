/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PICTURE_H
#define BBS_DATA_PICTURE_H

#include "base/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* Photographs in memory: rows of red, green, blue bytes. */
typedef struct {
    uint8_t *pixels; /* height * width * 3 */
    int64_t width, height;
} picture_t;

/* Decode a JPEG or a PNG, whatever its name, to the pixels of Pillow's Image.open(FILE).convert("RGB"): grey to three equal
 * channels, CMYK and YCCK by Pillow's formula, EXIF orientation ignored. Refused: a truncated file, more than 178,956,970
 * pixels (Pillow's limit), and any other format. Stray bytes are accepted, as by Pillow. `where` names the file in errors.
 */
outcome_t picture_decode(const char *where, const uint8_t *bytes, size_t size, picture_t *picture);
void picture_free(picture_t *picture);

typedef enum { RESIZE_BILINEAR, RESIZE_BICUBIC, RESIZE_BOX /* the mean of whole pixels */ } resize_filter_t;

/* Resize to the same pixels as Pillow's Image.resize(): antialiased, a horizontal and a vertical pass, rounded to bytes
 * after each. */
outcome_t picture_resize(const picture_t *source, int64_t width, int64_t height, resize_filter_t filter, picture_t *target);

/* torchvision's Resize(side) and CenterCrop(crop): the shorter side becomes `side`, then the centre is cut out. */
outcome_t picture_crop(const picture_t *source, int64_t side, resize_filter_t filter, int64_t crop, picture_t *target);

#endif
