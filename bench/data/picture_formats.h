/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PICTURE_FORMATS_H
#define BBS_DATA_PICTURE_FORMATS_H

#include "data/picture.h"

/* The formats behind picture_decode(), which chooses by the first bytes. */

enum { PICTURE_CHANNELS = 3 };

/* Both give the pixels of Pillow's Image.open(FILE).convert("RGB"); errors as picture_decode(). */
outcome_t picture_decode_jpeg(const char *where, const uint8_t *bytes, size_t size, picture_t *picture);
outcome_t picture_decode_png(const char *where, const uint8_t *bytes, size_t size, picture_t *picture);

/* Room for width * height pixels; FAULT_FAILED beyond the largest size that Pillow opens. */
outcome_t picture_create(const char *where, int64_t width, int64_t height, picture_t *picture);

/* A file that is no picture, or a damaged one. */
outcome_t picture_refuse(const char *where, const char *found);

#endif
