/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounding v to a multiple of 2^k, ties toward zero, is (v + 2^(k-1) - 1 + (v < 0)) with the low k bits cleared: for
 * v >= 0 a tie falls down, for v < 0 up. The weights of a group fit in one to four registers, so each of the 64
 * shifts costs a dozen instructions. The AVX2 kernel stays in 8-bit lanes: saturating addition is the clipping of Algorithm
 * 1, and the error, at most 127 in size, survives arithmetic modulo 256. */
#include "compress/zps_search.h"

#include "compress/columns.h"
#include "compress/clones.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

COMPRESS_INLINE int clip(int value)
{
    return value < -128 ? -128 : value > 127 ? 127 : value;
}

COMPRESS_INLINE zps_plan_t plan_of(int low, int high, int shift, int columns)
{
    int limit = columns < COLUMNS_REDUNDANT_MOST ? columns : COLUMNS_REDUNDANT_MOST;
    int least = clip(low + shift), most = clip(high + shift);
    int reach = (least < 0 ? ~least : least) | (most < 0 ? ~most : most); /* the magnitude bits in use */
    int redundant = reach == 0 ? limit : __builtin_clz((unsigned)reach) - 25;
    redundant = redundant > limit ? limit : redundant;
    int pruned = columns - redundant;
    return (zps_plan_t){.redundant = redundant, .pruned = pruned, .most = (128 >> redundant) - (1 << pruned)};
}

zps_plan_t zps_plan(int low, int high, int shift, int columns)
{
    return plan_of(low, high, shift, columns);
}

/* ===  Portable: 16-bit lanes  === */

COMPRESS_INLINE int32_t error_of(const int16_t *weights, int64_t count, int shift, zps_plan_t plan)
{
    int16_t step = (int16_t)(1 << plan.pruned), keep = (int16_t)-step, most = (int16_t)plan.most;
    int16_t half = (int16_t)(step / 2 - (step > 1)), tie = step > 1, offset = (int16_t)shift;
    int32_t error = 0;
    for (int64_t i = 0; i < count; i++) {
        int16_t wanted = (int16_t)(weights[i] + offset);
        int16_t clipped = wanted < -128 ? -128 : wanted;
        clipped = clipped > 127 ? 127 : clipped;
        int16_t rounded = (int16_t)((int16_t)(clipped + half + (clipped < 0 ? tie : 0)) & keep);
        rounded = rounded > most ? most : rounded;
        int16_t difference = (int16_t)(rounded - wanted);
        error += difference * difference;
    }
    return error;
}

COMPRESS_INLINE int search_any(const int8_t *weights, int64_t count, int columns, int first, int last)
{
    int16_t wide[COLUMNS_GROUP_MOST];
    int low = weights[0], high = weights[0];
    for (int64_t i = 0; i < count; i++) {
        wide[i] = weights[i];
        low = weights[i] < low ? weights[i] : low;
        high = weights[i] > high ? weights[i] : high;
    }
    int best = first;
    int32_t least = INT32_MAX;
    for (int shift = first; shift <= last && least > 0; shift++) {
        int32_t error = error_of(wide, count, shift, plan_of(low, high, shift, columns));
        if (error < least) {
            least = error;
            best = shift;
        }
    }
    return best;
}

static int search_portable(const int8_t *weights, int64_t count, int columns, int first, int last)
{
    return count == 32 ? search_any(weights, 32, columns, first, last) : search_any(weights, count, columns, first, last);
}

static bool always(void)
{
    return true;
}

static const zps_search_t portable = {.name = "portable", .supported = always, .search = search_portable};

/* ===  AVX2: 8-bit lanes  === */

#if defined(__x86_64__)
#define ZPS_AVX2 __attribute__((target("avx2")))
#define ZPS_AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))
enum { LANES = 32 };

ZPS_AVX2_INLINE __m256i load(const void *from)
{
    return _mm256_loadu_si256((const __m256i *)from);
}

/* The constants for rounding with a given number of redundant columns, in every lane. */
typedef struct {
    __m256i raise, tie, keep, most;
} rounding_t;

ZPS_AVX2_INLINE rounding_t rounding_of(int redundant, int columns)
{
    int step = 1 << (columns - redundant), halves = step > 1;
    return (rounding_t){.raise = _mm256_set1_epi8((char)(halves ? step / 2 - 1 : 0)),
                        .tie = _mm256_set1_epi8((char)-halves),
                        .keep = _mm256_set1_epi8((char)-step),
                        .most = _mm256_set1_epi8((char)((128 >> redundant) - step))};
}

/* Squared errors of 32 weights for one shift, in eight sums. */
ZPS_AVX2_INLINE __m256i squares(__m256i weights, __m256i live, __m256i shift, const rounding_t *rounding)
{
    __m256i clipped = _mm256_adds_epi8(weights, shift), wanted = _mm256_add_epi8(weights, shift);
    __m256i negative = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_setzero_si256(), clipped), rounding->tie);
    __m256i raised = _mm256_sub_epi8(_mm256_adds_epi8(clipped, rounding->raise), negative);
    __m256i rounded = _mm256_min_epi8(_mm256_and_si256(raised, rounding->keep), rounding->most);
    __m256i size = _mm256_abs_epi8(_mm256_and_si256(_mm256_sub_epi8(rounded, wanted), live));
    return _mm256_madd_epi16(_mm256_maddubs_epi16(size, size), _mm256_set1_epi16(1));
}

ZPS_AVX2_INLINE int32_t sum_of(__m256i lanes)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
    return _mm_cvtsi128_si32(half);
}

ZPS_AVX2_INLINE int least_lane(__m256i lanes)
{
    __m128i half = _mm_min_epi8(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    half = _mm_xor_si128(half, _mm_set1_epi8(-128)); /* unsigned order, for the instruction that finds the least of 8 */
    half = _mm_min_epu8(half, _mm_srli_epi16(half, 8));
    return (_mm_cvtsi128_si32(_mm_minpos_epu16(_mm_and_si128(half, _mm_set1_epi16(255)))) & 255) - 128;
}

/* `weights` has room for `chunks` * 32; the places beyond the group repeat one of its weights and are masked out by `live`
 * in the last chunk. */
ZPS_AVX2_INLINE int search_chunks(const int8_t *weights, int64_t chunks, __m256i live, int columns, int first, int last)
{
    __m256i lows = load(weights), highs = lows, all = _mm256_set1_epi8(-1);
    for (int64_t i = 1; i < chunks; i++) {
        lows = _mm256_min_epi8(lows, load(weights + i * LANES));
        highs = _mm256_max_epi8(highs, load(weights + i * LANES));
    }
    int low = least_lane(lows), high = ~least_lane(_mm256_xor_si256(highs, all)), limit = columns;
    rounding_t roundings[COLUMNS_REDUNDANT_MOST + 1];
    limit = limit < COLUMNS_REDUNDANT_MOST ? limit : COLUMNS_REDUNDANT_MOST;
    for (int redundant = 0; redundant <= limit; redundant++)
        roundings[redundant] = rounding_of(redundant, columns);
    int best = first;
    int32_t least = INT32_MAX;
    __m256i lanes = _mm256_set1_epi8((char)first), one = _mm256_set1_epi8(1);
    for (int shift = first; shift <= last && least > 0; shift++, lanes = _mm256_add_epi8(lanes, one)) {
        const rounding_t *rounding = &roundings[plan_of(low, high, shift, columns).redundant];
        __m256i sums = squares(load(weights + (chunks - 1) * LANES), live, lanes, rounding);
        for (int64_t i = 0; i + 1 < chunks; i++)
            sums = _mm256_add_epi32(sums, squares(load(weights + i * LANES), all, lanes, rounding));
        int32_t error = sum_of(sums);
        if (error < least) {
            least = error;
            best = shift;
        }
    }
    return best;
}

ZPS_AVX2
static int search_avx2(const int8_t *weights, int64_t count, int columns, int first, int last)
{
    if (count == LANES)
        return search_chunks(weights, 1, _mm256_set1_epi8(-1), columns, first, last);
    int8_t padded[COLUMNS_GROUP_MOST + LANES], live[LANES];
    int64_t chunks = (count + LANES - 1) / LANES;
    for (int64_t i = 0; i < chunks * LANES; i++)
        padded[i] = weights[i < count ? i : 0];
    for (int lane = 0; lane < LANES; lane++)
        live[lane] = (chunks - 1) * LANES + lane < count ? -1 : 0;
    return search_chunks(padded, chunks, load(live), columns, first, last);
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

static const zps_search_t avx2 = {.name = "avx2", .supported = has_avx2, .search = search_avx2};
#endif

const zps_search_t *const zps_searches[] = {
#if defined(__x86_64__)
    &avx2,
#endif
    &portable,
    NULL,
};

int zps_search(const int8_t *weights, int64_t count, int columns, int first, int last)
{
    const zps_search_t *const *search = zps_searches;
    while (!(*search)->supported())
        search++;
    return (*search)->search(weights, count, columns, first, last);
}
