/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tile is 6 rows by 4 vectors of 16 sums: 24 of the 32 registers; 4 more hold weights, one an input. For each 4 inputs a
 * tile needs 4 loads of weights, 6 loads of inputs and 24 products, so the products are the limit (Goto and van de Geijn
 * 2008 derive the shape of such tiles). vpdpbusd adds four products of an unsigned and a signed byte to a sum of 32 bits
 * without saturation (Intel, Architecture Instruction Set Extensions, VPDPBUSD). */
#include "engine/tiles.h"

#include "engine/wide.h"

#include <string.h>

enum { WORD = 4 /* bytes that one instruction multiplies for one sum */, WORD_OF_PANEL = WORD * TILES_PANEL };

static int64_t words_of(const tiles_shape_t *shape)
{
    return (shape->c + WORD - 1) / WORD;
}

static int64_t panel_bytes(const tiles_shape_t *shape)
{
    return shape->taps * words_of(shape) * WORD_OF_PANEL;
}

int64_t tiles_bytes(const tiles_shape_t *shape)
{
    return (shape->outputs + TILES_PANEL - 1) / TILES_PANEL * panel_bytes(shape);
}

void tiles_pack(const tiles_shape_t *shape, int64_t output, const int8_t *weights, int64_t tap_step, int64_t input_step,
                int8_t *packed)
{
    int8_t *to = packed + output / TILES_PANEL * panel_bytes(shape) + output % TILES_PANEL * WORD;
    for (int64_t tap = 0; tap < shape->taps; tap++, to += words_of(shape) * WORD_OF_PANEL)
        for (int64_t i = 0; i < shape->c; i++)
            to[i / WORD * WORD_OF_PANEL + i % WORD] = weights[tap * tap_step + i * input_step];
}

/* Four inputs of a panel, [4, outputs] -> [outputs, 4]. */
static void interleave(const int8_t *const *rows, int64_t outputs, int8_t *to)
{
    for (int64_t i = 0; i < outputs; i++) {
        const uint32_t word = (uint32_t)(uint8_t)rows[0][i] | (uint32_t)(uint8_t)rows[1][i] << 8 |
                              (uint32_t)(uint8_t)rows[2][i] << 16 | (uint32_t)(uint8_t)rows[3][i] << 24;
        memcpy(to + i * WORD, &word, sizeof word);
    }
}

static void pack_panel(const tiles_shape_t *shape, const int8_t *matrix, int64_t outputs, int8_t *to)
{
    static const int8_t zeros[TILES_PANEL] = {0};
    for (int64_t i = 0; i < shape->c; i += WORD, to += WORD_OF_PANEL) {
        const int8_t *rows[WORD];
        for (int64_t j = 0; j < WORD; j++)
            rows[j] = i + j < shape->c ? matrix + (i + j) * shape->outputs : zeros;
        interleave(rows, outputs, to);
        memset(to + outputs * WORD, 0, (size_t)(WORD_OF_PANEL - outputs * WORD));
    }
}

static void pack_rows(const tiles_shape_t *shape, const int8_t *matrix, int64_t outputs, int8_t *to)
{
    memset(to, 0, (size_t)panel_bytes(shape));
    for (int64_t output = 0; output < outputs; output++, matrix += shape->c, to += WORD)
        for (int64_t i = 0; i < shape->c; i += WORD)
            memcpy(to + i / WORD * WORD_OF_PANEL, matrix + i, (size_t)(shape->c - i < WORD ? shape->c - i : WORD));
}

void tiles_pack_matrix(const tiles_shape_t *shape, bool transposed, const int8_t *matrix, int8_t *packed)
{
    for (int64_t first = 0; first < shape->outputs; first += TILES_PANEL, packed += panel_bytes(shape)) {
        const int64_t left = shape->outputs - first, outputs = left < TILES_PANEL ? left : TILES_PANEL;
        if (transposed)
            pack_rows(shape, matrix + first * shape->c, outputs, packed);
        else
            pack_panel(shape, matrix + first, outputs, packed);
    }
}

#if defined(__x86_64__)

#define TILES_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define TILES_INLINE static inline __attribute__((always_inline)) TILES_TARGET

enum { ROWS = 6, VECTORS = 4, LANES = 16, LINE = 64 /* bytes of a line of the cache */, AHEAD = 8192 };

bool tiles_available(void)
{
    return wide_available() && __builtin_cpu_supports("avx512vnni");
}

typedef struct {
    int64_t taps, words;
    const int8_t *weights; /* of the panel */
    uintptr_t ahead;       /* where weights are that are wanted soon */
    const uint8_t *const *at;
    bool accumulate;
    int32_t *sums;
    int64_t stride; /* of sums, or of levels and residual */
    __mmask16 last; /* lanes of the last vector that are outputs */
    const float *multiplier, *bias;
    const uint8_t *residual;
    uint8_t *levels;
    float level_step, per_step;
} panel_t;

/* The four inputs at `from`, in every lane. */
TILES_INLINE __m512i word_at(const uint8_t *from)
{
    int32_t word;
    memcpy(&word, from, sizeof word);
    return _mm512_set1_epi32(word);
}

/* GCC 12 copies the sums before and behind each intrinsic of this instruction, which halves the speed. */
TILES_INLINE void multiply_word(__m512i *sum, __m512i x, __m512i w)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

/* What becomes of the sums of a tile. */
typedef enum { STORED, LEVELS, ADDED_LEVELS } after_t;

TILES_INLINE void end_tile(const panel_t *panel, __m512i sum[ROWS][VECTORS], int rows, int vectors, after_t after)
{
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
        const int64_t at = r * panel->stride;
#pragma GCC unroll 4
        for (int v = 0; v < vectors && after == STORED; v++)
            _mm512_mask_storeu_epi32(panel->sums + at + v * LANES, v == vectors - 1 ? panel->last : (__mmask16)0xffff,
                                     sum[r][v]);
        if (after == STORED)
            continue;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sum[r][v] = wide_level(sum[r][v], _mm512_loadu_ps(panel->multiplier + v * LANES),
                                   _mm512_loadu_ps(panel->bias + v * LANES),
                                   after == ADDED_LEVELS ? panel->residual + at + v * LANES : NULL,
                                   _mm512_set1_ps(panel->level_step), _mm512_set1_ps(panel->per_step));
        _mm512_storeu_si512(panel->levels + at, wide_unsigned_bytes(sum[r]));
    }
}

/* The sums of `rows` rows and `vectors` vectors, while `lines` lines of later weights are fetched for each word; all three
 * and `after` are compile-time constants. */
TILES_INLINE void run_tile(const panel_t *panel, int rows, int vectors, int lines, after_t after)
{
    __m512i sum[ROWS][VECTORS];
    const int8_t *weights = panel->weights;
    uintptr_t ahead = panel->ahead;
    const __mmask16 all = (__mmask16)0xffff;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sum[r][v] = panel->accumulate ? _mm512_maskz_loadu_epi32(v == vectors - 1 ? panel->last : all,
                                                                     panel->sums + r * panel->stride + v * LANES)
                                          : _mm512_setzero_si512();
    for (int64_t tap = 0; tap < panel->taps; tap++) {
        const uint8_t *from[ROWS];
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++)
            from[r] = panel->at[r * panel->taps + tap];
        for (int64_t i = 0; i < panel->words; i++, weights += WORD_OF_PANEL) {
            __m512i w[VECTORS];
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                w[v] = _mm512_load_si512(weights + v * WORD * LANES);
#pragma GCC unroll 4
            for (int line = 0; line < lines; line++, ahead += LINE)
                _mm_prefetch((const char *)ahead, _MM_HINT_T1);
#pragma GCC unroll 6
            for (int r = 0; r < rows; r++) {
                const __m512i x = word_at(from[r] + i * WORD);
#pragma GCC unroll 4
                for (int v = 0; v < vectors; v++)
                    multiply_word(&sum[r][v], x, w[v]);
            }
        }
    }
    end_tile(panel, sum, rows, vectors, after);
}

/* Whole tiles, and then the rows that are left. The next panel is fetched by the first tiles, a part each. */
TILES_INLINE void run_rows(panel_t panel, int64_t rows, int vectors, after_t after)
{
    const uintptr_t next = panel.ahead, part = (uintptr_t)(panel.taps * panel.words) * LINE;
    for (int tile = 1; rows >= ROWS; rows -= ROWS, tile++) {
        run_tile(&panel, ROWS, vectors, 1, after);
        panel.at += ROWS * panel.taps;
        if (after == STORED)
            panel.sums += ROWS * panel.stride;
        else
            panel.levels += ROWS * panel.stride;
        if (after == ADDED_LEVELS)
            panel.residual += ROWS * panel.stride;
        panel.ahead = tile < VECTORS ? panel.ahead + part : next;
    }
    switch (rows) {
    case 5:
        run_tile(&panel, 5, vectors, 1, after);
        break;
    case 4:
        run_tile(&panel, 4, vectors, 1, after);
        break;
    case 3:
        run_tile(&panel, 3, vectors, 1, after);
        break;
    case 2:
        run_tile(&panel, 2, vectors, 1, after);
        break;
    case 1:
        run_tile(&panel, 1, vectors, 0, after);
        break;
    default:
        break;
    }
}

/* A single row reads each weight once, from far away: they are fetched AHEAD bytes before they are used. */
TILES_INLINE void run_row(panel_t panel)
{
    panel.ahead = (uintptr_t)panel.weights + AHEAD;
    run_tile(&panel, 1, VECTORS, VECTORS, STORED);
}

bool tiles_finishes(const tiles_shape_t *shape, int64_t panel, const levels_finish_t *finish)
{
    return shape->outputs - panel * TILES_PANEL >= TILES_PANEL && finish->groups == 1 && finish->to_levels != NULL &&
           finish->floats == NULL && finish->bias_row == NULL && !(finish->relu && finish->clip > 0);
}

TILES_TARGET void tiles_multiply_levels(const tiles_shape_t *shape, const int8_t *packed, int64_t panel,
                                        const uint8_t *const *at, int64_t row, int64_t rows, bool ahead,
                                        const levels_finish_t *finish)
{
    const int8_t *weights = packed + panel * panel_bytes(shape);
    const int64_t output = panel * TILES_PANEL, first = row * finish->stride + output;
    const panel_t all = {.taps = shape->taps,
                         .words = words_of(shape),
                         .weights = weights,
                         .ahead = (uintptr_t)weights + (uintptr_t)(ahead ? panel_bytes(shape) : 0),
                         .at = at,
                         .stride = finish->stride,
                         .multiplier = finish->multiplier[0] + output,
                         .bias = finish->bias + output,
                         .residual = finish->levels != NULL ? finish->levels + first : NULL,
                         .levels = finish->to_levels + first,
                         .level_step = finish->level_step,
                         .per_step = finish->per_step};
    if (finish->levels != NULL)
        run_rows(all, rows, VECTORS, ADDED_LEVELS);
    else
        run_rows(all, rows, VECTORS, LEVELS);
}

TILES_TARGET void tiles_multiply(const tiles_shape_t *shape, const int8_t *packed, int64_t panel, const uint8_t *const *at,
                                 int64_t rows, bool accumulate, bool ahead, int32_t *sums, int64_t stride)
{
    const int64_t left = shape->outputs - panel * TILES_PANEL, outputs = left < TILES_PANEL ? left : TILES_PANEL,
                  vectors = (outputs + LANES - 1) / LANES;
    const int8_t *weights = packed + panel * panel_bytes(shape);
    const panel_t all = {.taps = shape->taps,
                         .words = words_of(shape),
                         .weights = weights,
                         .ahead = (uintptr_t)weights + (uintptr_t)(ahead ? panel_bytes(shape) : 0),
                         .at = at,
                         .accumulate = accumulate,
                         .sums = sums,
                         .stride = stride,
                         .last = (__mmask16)(0xffff >> (vectors * LANES - outputs))};
    if (vectors == 4 && rows == 1)
        run_row(all);
    else if (vectors == 4)
        run_rows(all, rows, 4, STORED);
    else if (vectors == 3)
        run_rows(all, rows, 3, STORED);
    else if (vectors == 2)
        run_rows(all, rows, 2, STORED);
    else
        run_rows(all, rows, 1, STORED);
}

#else

bool tiles_available(void)
{
    return false;
}

void tiles_multiply(const tiles_shape_t *shape, const int8_t *packed, int64_t panel, const uint8_t *const *at, int64_t rows,
                    bool accumulate, bool ahead, int32_t *sums, int64_t stride)
{
    (void)shape; /* never called: tiles_available() */
    (void)packed;
    (void)panel;
    (void)at;
    (void)rows;
    (void)accumulate;
    (void)ahead;
    (void)sums;
    (void)stride;
}

bool tiles_finishes(const tiles_shape_t *shape, int64_t panel, const levels_finish_t *finish)
{
    (void)shape;
    (void)panel;
    (void)finish;
    return false;
}

void tiles_multiply_levels(const tiles_shape_t *shape, const int8_t *packed, int64_t panel, const uint8_t *const *at,
                           int64_t row, int64_t rows, bool ahead, const levels_finish_t *finish)
{
    (void)shape; /* never called: tiles_available() */
    (void)packed;
    (void)panel;
    (void)at;
    (void)row;
    (void)rows;
    (void)ahead;
    (void)finish;
}

#endif
