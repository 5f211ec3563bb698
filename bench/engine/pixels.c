/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/pixels.h"

#include "base/text.h"
#include "engine/levels_lanes.h"

#include <string.h>

outcome_t pixels_open(const net_weights_t *weights, pixels_t *pixels)
{
    const net_size_t *size = weights->size;
    outcome_t result;
    *pixels = (pixels_t){.channels = size->channels, .pixels = size->height * size->width, .groups = 1};
    if (outcome_bad(&result, profile_find(weights->profile, &pixels->profile)))
        return result;
    if (pixels->profile->text != NULL || size->channels > 3)
        return outcome_failed("integer kernels", weights->profile, "a profile of texts", "one of images with 3 channels",
                              NULL);
    for (int64_t c = 1; c < size->channels; c++)
        if (pixels->profile->std[c] < pixels->profile->std[0] || pixels->profile->std[c] > pixels->profile->std[0])
            pixels->groups = (int)size->channels;
    return result;
}

double pixels_step(const pixels_t *pixels, int group)
{
    return 1.0 / (255.0 * (double)pixels->profile->std[group]);
}

enum { MOST_BITS = 0x437F0000 /* of 255.0 */ };

LEVELS_INLINE void recover(const float *input, bool whole, int64_t left, float std, float mean, uint8_t *bytes)
{
    lanes_t value;
    lanes_load(input, sizeof *input, whole, left, &value);
    value = (value * std + mean) * 255.0F + 0.5F;
    /* the bits of floats have the order of integers; those of negative ones are negative */
    const whole_t bits = (whole_t)value & ((whole_t)value >= 0), above = bits > MOST_BITS;
    const whole_t level = __builtin_convertvector((lanes_t)(bits & ~above), whole_t);
    const bytes_t rounded = __builtin_convertvector((level | above) & MOST_LEVEL, bytes_t);
    lanes_store(&rounded, 1, whole, left, bytes);
}

LEVELS_CLONES static void engine_pixels_recover(const float *input, int64_t count, float std, float mean, uint8_t *bytes)
{
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        recover(input + i, true, LANES, std, mean, bytes + i);
    if (i < count)
        recover(input + i, false, count - i, std, mean, bytes + i);
}

void pixels_recover(const pixels_t *pixels, const float *input, uint8_t *bytes)
{
    for (int64_t c = 0; c < pixels->channels; c++)
        engine_pixels_recover(input + c * pixels->pixels, pixels->pixels, pixels->profile->std[c], pixels->profile->mean[c],
                              bytes + c * pixels->pixels);
}

/* The taps of one dimension that are inside the plane: from `*first` to `*last` - 1. */
static void inside(int64_t at, int64_t stride, int64_t pad, int64_t kernel, int64_t size, int64_t *first, int64_t *last)
{
    const int64_t begin = at * stride - pad;
    *first = begin < 0 ? -begin : 0;
    *last = begin + kernel > size ? size - begin : kernel;
    *first = *first > kernel ? kernel : *first;
    *last = *last < *first ? *first : *last;
}

/* Gather a window that is entirely inside. Its lines are copied eight bytes at a time: excess bytes are overwritten by the
 * next line, and there is room after the last line. */
static void gather_inside(const product_shape_t *shape, const uint8_t *corner, uint8_t *row)
{
    for (int64_t c = 0; c < shape->c; c++, corner += shape->in_h * shape->in_w)
        for (int64_t ky = 0; ky < shape->kh; ky++, row += shape->kw)
            memcpy(row, corner + ky * shape->in_w, PIXELS_ROOM);
}

void pixels_gather(const product_shape_t *shape, const uint8_t *bytes, int64_t first, int64_t count, uint8_t *rows)
{
    const int64_t plane = shape->in_h * shape->in_w, taps = shape->kh * shape->kw;
    for (int64_t i = 0; i < count; i++, rows += shape->c * taps) {
        const int64_t y = (first + i) / shape->out_w, x = (first + i) % shape->out_w;
        int64_t top, bottom, left, right;
        inside(y, shape->stride, shape->pad_top, shape->kh, shape->in_h, &top, &bottom);
        inside(x, shape->stride, shape->pad_left, shape->kw, shape->in_w, &left, &right);
        const int64_t corner = (y * shape->stride - shape->pad_top) * shape->in_w + x * shape->stride - shape->pad_left;
        if (bottom - top == shape->kh && right - left == shape->kw && shape->kw <= PIXELS_ROOM) {
            gather_inside(shape, bytes + corner, rows);
            continue;
        }
        memset(rows, 0, (size_t)(shape->c * taps));
        for (int64_t c = 0; c < shape->c; c++)
            for (int64_t ky = top; ky < bottom; ky++)
                memcpy(rows + c * taps + ky * shape->kw + left, bytes + c * plane + corner + ky * shape->in_w + left,
                       (size_t)(right - left));
    }
}

/* The kind of position `at` in one dimension: positions with the same taps inside have the same kind. */
static int64_t kind_of(int64_t at, int64_t stride, int64_t pad, int64_t kernel, int64_t size)
{
    int64_t kinds = 0, first, last, before_first = -1, before_last = -1;
    for (int64_t i = 0; i <= at; i++) {
        inside(i, stride, pad, kernel, size, &first, &last);
        kinds += first != before_first || last != before_last;
        before_first = first;
        before_last = last;
    }
    return kinds - 1;
}

int64_t pixels_kinds(const product_shape_t *shape, int32_t *kind)
{
    const int64_t columns = kind_of(shape->out_w - 1, shape->stride, shape->pad_left, shape->kw, shape->in_w) + 1;
    int64_t rows = 0;
    for (int64_t y = 0; y < shape->out_h; y++) {
        const int64_t row = kind_of(y, shape->stride, shape->pad_top, shape->kh, shape->in_h);
        rows = row + 1;
        for (int64_t x = 0; x < shape->out_w; x++)
            kind[y * shape->out_w + x] =
                (int32_t)(row * columns + kind_of(x, shape->stride, shape->pad_left, shape->kw, shape->in_w));
    }
    return rows * columns;
}

void pixels_terms(const pixels_t *pixels, const product_shape_t *shape, const int16_t *weights, const int32_t *kind,
                  int64_t kinds, double *terms)
{
    for (int64_t wanted = 0; wanted < kinds; wanted++) {
        int64_t top, bottom, left, right;
        int64_t place = 0;
        while (kind[place] != wanted)
            place++;
        inside(place / shape->out_w, shape->stride, shape->pad_top, shape->kh, shape->in_h, &top, &bottom);
        inside(place % shape->out_w, shape->stride, shape->pad_left, shape->kw, shape->in_w, &left, &right);
        terms[wanted] = 0;
        for (int64_t c = 0; c < shape->c; c++) {
            int64_t sum = 0;
            for (int64_t ky = top; ky < bottom; ky++)
                for (int64_t kx = left; kx < right; kx++)
                    sum += weights[(c * shape->kh + ky) * shape->kw + kx];
            terms[wanted] += (double)sum * ((double)pixels->profile->mean[c] / (double)pixels->profile->std[c]);
        }
    }
}
