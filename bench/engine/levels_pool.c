/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools of levels. */
#include "engine/levels.h"

#include "base/clones.h"
#include "engine/levels_wide.h"
#include "engine/wide.h"

#include <string.h>

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define LEVELS_CLONES CLONES("avx512f", "avx2", "default")
#define LEVELS_INLINE static inline __attribute__((always_inline))

enum { BLOCK = WIDE_BLOCK /* channels at a time */ };

/* The largest level of each of BLOCK channels over one window; a loop of fixed length becomes a few instructions. */
LEVELS_INLINE void portable_block(const uint8_t *source, int64_t pixel, int64_t line, int64_t height, int64_t breadth,
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

#if defined(__x86_64__)
/* The same in one instruction a pixel. */
WIDE_TARGET static void wide_block(const uint8_t *source, int64_t pixel, int64_t line, int64_t height, int64_t breadth,
                                   uint8_t *target)
{
    __m512i most = _mm512_setzero_si512();
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < breadth; x++)
            most = _mm512_max_epu8(most, _mm512_loadu_si512(source + y * line + x * pixel));
    _mm512_storeu_si512(target, most);
}
#endif

LEVELS_INLINE void pool_block(const uint8_t *source, int64_t pixel, int64_t line, int64_t height, int64_t breadth,
                              bool wide, uint8_t *target)
{
#if defined(__x86_64__)
    if (wide) {
        wide_block(source, pixel, line, height, breadth, target);
        return;
    }
#else
    (void)wide;
#endif
    portable_block(source, pixel, line, height, breadth, target);
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
                                                 bool wide, uint8_t *target)
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
                pool_block(from + i, width, line, end_y - first_y, end_x - first_x, wide, target + i);
            for (; i < width; i++)
                target[i] = pool_one(from + i, width, line, end_y - first_y, end_x - first_x);
        }
}

void levels_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target)
{
    engine_levels_max_pool(source, window, width, wide_available(), target);
}

void levels_portable_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target)
{
    engine_levels_max_pool(source, window, width, false, target);
}

/* The mean of up to BLOCK channels; rows are added one after the other. */
LEVELS_INLINE void average_block(const uint8_t *levels, float step, const float *floats, int64_t rows, int64_t width,
                                 int count, float *means)
{
    int32_t whole[BLOCK] = {0}; /* of up to 8 million rows */
    float sum[BLOCK] = {0};
    for (int64_t row = 0; row < rows; row++)
        for (int i = 0; i < count; i++)
            if (levels != NULL)
                whole[i] += levels[row * width + i];
            else
                sum[i] += floats[row * width + i];
    for (int i = 0; i < count; i++)
        means[i] = (levels != NULL ? (float)whole[i] * step : sum[i]) / (float)rows;
}

LEVELS_CLONES static void engine_levels_average(const uint8_t *levels, float step, const float *floats, int64_t rows,
                                                int64_t width, float *means)
{
    int64_t i = 0;
    for (; i + BLOCK <= width; i += BLOCK)
        if (levels != NULL)
            average_block(levels + i, step, NULL, rows, width, BLOCK, means + i);
        else
            average_block(NULL, 0, floats + i, rows, width, BLOCK, means + i);
    if (i < width)
        average_block(levels != NULL ? levels + i : NULL, step, levels != NULL ? NULL : floats + i, rows, width,
                      (int)(width - i), means + i);
}

void levels_average(const uint8_t *levels, float step, const float *floats, int64_t rows, int64_t width, float *means)
{
    engine_levels_average(levels, step, floats, rows, width, means);
}
