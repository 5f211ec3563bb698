/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools of levels. */
#include "engine/levels.h"

#include "base/clones.h"

#include <string.h>

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define LEVELS_CLONES CLONES("avx512f", "avx2", "default")
#define LEVELS_INLINE static inline __attribute__((always_inline))

enum { BLOCK = 64 /* channels at a time */ };

/* The largest level of each of BLOCK channels over one window; a loop of fixed length becomes a few instructions. */
LEVELS_INLINE void pool_block(const uint8_t *source, int64_t pixel, int64_t line, int64_t height, int64_t breadth,
                              uint8_t *target)
{
    uint8_t most[BLOCK] = {0};
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < breadth; x++) {
            const uint8_t *from = source + y * line + x * pixel;
            for (int i = 0; i < BLOCK; i++)
                most[i] = from[i] > most[i] ? from[i] : most[i];
        }
    memcpy(target, most, BLOCK);
}

/* The same for one channel. */
LEVELS_INLINE uint8_t pool_one(const uint8_t *source, int64_t pixel, int64_t line, int64_t height, int64_t breadth)
{
    uint8_t most = 0;
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < breadth; x++)
            most = source[y * line + x * pixel] > most ? source[y * line + x * pixel] : most;
    return most;
}

LEVELS_CLONES static void engine_levels_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width,
                                                 uint8_t *target)
{
    const int64_t line = window->in_w * width;
    for (int64_t y = 0; y < window->out_h; y++)
        for (int64_t x = 0; x < window->out_w; x++, target += width) {
            /* the part of the window that is inside the plane */
            const int64_t top = y * window->stride - window->pad_top, left = x * window->stride - window->pad_left,
                          first_y = top > 0 ? top : 0, first_x = left > 0 ? left : 0,
                          end_y = top + window->kernel < window->in_h ? top + window->kernel : window->in_h,
                          end_x = left + window->kernel < window->in_w ? left + window->kernel : window->in_w;
            const uint8_t *from = source + first_y * line + first_x * width;
            int64_t i = 0;
            for (; i + BLOCK <= width; i += BLOCK)
                pool_block(from + i, width, line, end_y - first_y, end_x - first_x, target + i);
            for (; i < width; i++)
                target[i] = pool_one(from + i, width, line, end_y - first_y, end_x - first_x);
        }
}

void levels_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target)
{
    engine_levels_max_pool(source, window, width, target);
}

void levels_average(const uint8_t *levels, float step, const float *floats, int64_t rows, int64_t width, float *means)
{
    for (int64_t i = 0; i < width; i++) {
        int64_t whole = 0;
        float sum = 0;
        for (int64_t row = 0; row < rows; row++)
            if (levels != NULL)
                whole += levels[row * width + i];
            else
                sum += floats[row * width + i];
        means[i] = (levels != NULL ? (float)whole * step : sum) / (float)rows;
    }
}
