/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shape of the tiles is that of tiles.c: 6 rows by 4 vectors of 16 sums stay in registers. 64 outputs are computed at a
 * time, for 204 rows, which are the 197 tokens of a picture; their weights for 512 inputs (128 KB) are in the second cache
 * from the second tile on. So weights are read once for each sample, which is what limits a transformer whose weights are
 * larger than the caches (docs/performance.md). */
#include "engine/float_tiles.h"

#include "base/large.h"
#include "engine/onednn.h"

#include <stdlib.h>
#include <string.h>

enum { PANEL = 64, ROWS_AT_ONCE = 204, INPUTS_AT_ONCE = 512, ALIGNMENT = 64 };

struct float_matrix {
    int64_t k, c;
    float *packed; /* [panel][c][64], zeros behind the last output */
    float *biases; /* [panels * 64] */
};

static int64_t panels_of(const float_matrix_t *matrix)
{
    return (matrix->k + PANEL - 1) / PANEL;
}

static float *aligned_zeros(int64_t count)
{
    const size_t bytes = ((size_t)count * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *memory = large_alloc(bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

outcome_t float_matrix_create(int64_t k, int64_t c, float_matrix_t **created)
{
    float_matrix_t *matrix = calloc(1, sizeof *matrix);
    *created = matrix;
    if (matrix == NULL)
        return outcome_out_of_memory("matrix");
    *matrix = (float_matrix_t){.k = k, .c = c};
    matrix->packed = aligned_zeros(panels_of(matrix) * PANEL * c);
    matrix->biases = aligned_zeros(panels_of(matrix) * PANEL);
    if (matrix->packed != NULL && matrix->biases != NULL)
        return outcome_ok();
    float_matrix_free(matrix);
    *created = NULL;
    return outcome_out_of_memory("matrix");
}

void float_matrix_free(float_matrix_t *matrix)
{
    if (matrix == NULL)
        return;
    free(matrix->packed);
    free(matrix->biases);
    free(matrix);
}

/* Sixteen outputs at a time, so that each line of the packed memory is written at once. */
void float_matrix_set(float_matrix_t *matrix, int64_t first, int64_t rows, const float *weights, const float *biases)
{
    enum { SOME = 16 };
    const int64_t c = matrix->c;
    memcpy(matrix->biases + first, biases, (size_t)rows * sizeof *biases);
    for (int64_t row = 0; row < rows; row += SOME) {
        const int64_t some = rows - row < SOME ? rows - row : SOME;
        for (int64_t i = 0; i < c; i++)
            for (int64_t j = 0; j < some; j++) {
                const int64_t k = first + row + j;
                matrix->packed[(k / PANEL * c + i) * PANEL + k % PANEL] = weights[(row + j) * c + i];
            }
    }
}

int64_t float_tiles_work(int64_t n, int64_t k)
{
    return (n + PANEL - 1) / PANEL * PANEL * k;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TILES_TARGET __attribute__((target("avx512f")))
#define TILES_INLINE static inline __attribute__((always_inline)) TILES_TARGET

enum { ROWS = 6, VECTORS = 4, LANES = 16 };

bool float_tiles_available(void)
{
    return __builtin_cpu_supports("avx512f") && onednn_block() == LANES;
}

/* sum += x w. GCC 12 copies the sums around the intrinsic. */
TILES_INLINE void multiply_lanes(__m512 *sum, __m512 x, __m512 w)
{
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

/* Lanes behind the last output are never stored, so they need no zeros. */
static void pack_plain(int64_t n, int64_t k, const float *b, int64_t row_of_b, float *packed)
{
    for (int64_t first = 0; first < n; first += PANEL, packed += PANEL * k)
        for (int64_t i = 0; i < k; i++)
            memcpy(packed + i * PANEL, b + i * row_of_b + first,
                   (size_t)(n - first < PANEL ? n - first : PANEL) * sizeof *packed);
}

/* Sixteen rows of b at a time, so that a line of the packed memory is written at once. */
static void pack_transposed(int64_t n, int64_t k, const float *b, int64_t row_of_b, float *packed)
{
    for (int64_t first = 0; first < n; first += LANES) {
        const int64_t some = n - first < LANES ? n - first : LANES;
        float *to = packed + first / PANEL * PANEL * k + first % PANEL;
        for (int64_t i = 0; i < k; i++, to += PANEL)
            for (int64_t j = 0; j < some; j++)
                to[j] = b[(first + j) * row_of_b + i];
    }
}

/* Some inputs of some rows by one panel. Sums that are not complete wait in `sums`, which is [rows][64]. */
typedef struct {
    const float *weights; /* [count][64] */
    int64_t count;
    const float *source;
    int64_t source_stride;
    bool goes_on, ends; /* inputs were multiplied before; none are left */
    float *sums;
    const float *bias; /* of the panel; from here on when it ends */
    bool accumulate;
    float *target;
    int64_t target_stride, outputs;
} piece_t;

/* Lanes of vector `v` that are outputs. */
TILES_INLINE __mmask16 lanes_of(const piece_t *piece, int v)
{
    const int64_t left = piece->outputs - v * LANES;
    return left >= LANES ? (__mmask16)0xffff : left > 0 ? (__mmask16)(0xffff >> (LANES - left)) : 0;
}

/* `rows` and `vectors` are compile-time constants. */
TILES_INLINE void run_tile(const piece_t *piece, int rows, int vectors)
{
    __m512 sum[ROWS][VECTORS];
    const float *weights = piece->weights, *source = piece->source;
    const int64_t stride = piece->source_stride;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sum[r][v] = piece->goes_on ? _mm512_load_ps(piece->sums + r * PANEL + v * LANES) : _mm512_setzero_ps();
    for (int64_t i = 0; i < piece->count; i++, weights += PANEL) {
        __m512 w[VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            w[v] = _mm512_load_ps(weights + v * LANES);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++) {
            const __m512 x = _mm512_set1_ps(source[r * stride + i]);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                multiply_lanes(&sum[r][v], x, w[v]);
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            float *target = piece->target + r * piece->target_stride + v * LANES;
            if (!piece->ends) {
                _mm512_store_ps(piece->sums + r * PANEL + v * LANES, sum[r][v]);
                continue;
            }
            const __mmask16 lanes = lanes_of(piece, v);
            __m512 result = _mm512_add_ps(sum[r][v], _mm512_load_ps(piece->bias + v * LANES));
            if (piece->accumulate)
                result = _mm512_add_ps(result, _mm512_maskz_loadu_ps(lanes, target));
            _mm512_mask_storeu_ps(target, lanes, result);
        }
}

/* Whole tiles, and then the rows that are left. */
TILES_INLINE void run_rows(piece_t piece, int64_t rows, int vectors)
{
    for (; rows >= ROWS; rows -= ROWS) {
        run_tile(&piece, ROWS, vectors);
        piece.source += ROWS * piece.source_stride;
        piece.sums += ROWS * PANEL;
        piece.target += ROWS * piece.target_stride;
    }
    switch (rows) {
    case 5:
        run_tile(&piece, 5, vectors);
        break;
    case 4:
        run_tile(&piece, 4, vectors);
        break;
    case 3:
        run_tile(&piece, 3, vectors);
        break;
    case 2:
        run_tile(&piece, 2, vectors);
        break;
    case 1:
        run_tile(&piece, 1, vectors);
        break;
    default:
        break;
    }
}

TILES_TARGET static void run_piece(const piece_t *piece, int64_t rows)
{
    if (piece->outputs > 3 * LANES)
        run_rows(*piece, rows, 4);
    else if (piece->outputs > 2 * LANES)
        run_rows(*piece, rows, 3);
    else if (piece->outputs > LANES)
        run_rows(*piece, rows, 2);
    else
        run_rows(*piece, rows, 1);
}

/* target[rows, k] (+)= source W + bias, for packed W; rows of source and target begin `stride` and `target_stride` floats
 * apart. `bias` is [panels * 64], or NULL: zeros. */
static void multiply(const float *packed, int64_t k, int64_t c, int64_t rows, const float *source, int64_t stride,
                     const float *bias, bool accumulate, float *target, int64_t target_stride)
{
    static const _Alignas(ALIGNMENT) float zeros[PANEL] = {0};
    _Alignas(ALIGNMENT) float sums[ROWS_AT_ONCE * PANEL];
    for (int64_t row = 0; row < rows; row += ROWS_AT_ONCE)
        for (int64_t output = 0; output < k; output += PANEL)
            for (int64_t i = 0; i < c; i += INPUTS_AT_ONCE)
                run_piece(&(piece_t){.weights = packed + output * c + i * PANEL,
                                     .count = c - i < INPUTS_AT_ONCE ? c - i : INPUTS_AT_ONCE,
                                     .source = source + row * stride + i,
                                     .source_stride = stride,
                                     .goes_on = i > 0,
                                     .ends = i + INPUTS_AT_ONCE >= c,
                                     .sums = sums,
                                     .bias = bias != NULL ? bias + output : zeros,
                                     .accumulate = accumulate,
                                     .target = target + row * target_stride + output,
                                     .target_stride = target_stride,
                                     .outputs = k - output < PANEL ? k - output : PANEL},
                          rows - row < ROWS_AT_ONCE ? rows - row : ROWS_AT_ONCE);
}

void float_matrix_multiply(const float_matrix_t *matrix, int64_t rows, const float *source, bool accumulate, float *target)
{
    multiply(matrix->packed, matrix->k, matrix->c, rows, source, matrix->c, matrix->biases, accumulate, target, matrix->k);
}

void float_tiles_gemm(bool transposed, int64_t m, int64_t n, int64_t k, const float *a, int64_t row_of_a, const float *b,
                      int64_t row_of_b, float *c, int64_t row_of_c, float *work)
{
    if (transposed)
        pack_transposed(n, k, b, row_of_b, work);
    else
        pack_plain(n, k, b, row_of_b, work);
    multiply(work, n, k, m, a, row_of_a, NULL, false, c, row_of_c);
}

#else

bool float_tiles_available(void)
{
    return false;
}

void float_matrix_multiply(const float_matrix_t *matrix, int64_t rows, const float *source, bool accumulate, float *target)
{
    (void)matrix; /* never called: float_tiles_available() */
    (void)rows;
    (void)source;
    (void)accumulate;
    (void)target;
}

void float_tiles_gemm(bool transposed, int64_t m, int64_t n, int64_t k, const float *a, int64_t row_of_a, const float *b,
                      int64_t row_of_b, float *c, int64_t row_of_c, float *work)
{
    (void)transposed;
    (void)m;
    (void)n;
    (void)k;
    (void)a;
    (void)row_of_a;
    (void)b;
    (void)row_of_b;
    (void)c;
    (void)row_of_c;
    (void)work;
}

#endif
