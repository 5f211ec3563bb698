/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/widen.h"

bool widen_is(const layer *at)
{
    return at->type == SHORTCUT && at->c != at->out_c;
}

widen_t widen_of(const layer *at, int64_t block)
{
    return (widen_t){.narrow_c = at->c,
                     .narrow_h = at->h,
                     .narrow_w = at->w,
                     .wide_c = at->out_c,
                     .wide_h = at->out_h,
                     .wide_w = at->out_w,
                     .block = block,
                     .relu = at->activation == RELU};
}

/* Offset of the first pixel of channel `c` in a tensor with `pixels` per channel; the next pixel is `block` floats further.
 */
static int64_t channel_at(int64_t c, int64_t pixels, int64_t block)
{
    return c / block * block * pixels + c % block;
}

void widen_add(const widen_t *widen, const float *narrow, const float *main, float *target)
{
    const int64_t block = widen->block, stride = widen->narrow_w / widen->wide_w;
    const int64_t wide = widen->wide_h * widen->wide_w, in_front = (widen->wide_c - widen->narrow_c) / 2;
    for (int64_t c = 0; c < widen->wide_c; c++) {
        const int64_t at = channel_at(c, wide, block), from = c - in_front;
        const float *source = from >= 0 && from < widen->narrow_c
                                  ? narrow + channel_at(from, widen->narrow_h * widen->narrow_w, block)
                                  : NULL;
        for (int64_t y = 0; y < widen->wide_h; y++)
            for (int64_t x = 0; x < widen->wide_w; x++) {
                const int64_t pixel = at + (y * widen->wide_w + x) * block;
                float sum = main[pixel];
                if (source != NULL)
                    sum += source[(y * widen->narrow_w + x) * stride * block];
                target[pixel] = widen->relu && sum < 0 ? 0 : sum;
            }
    }
}
