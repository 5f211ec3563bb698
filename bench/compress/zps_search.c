/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a group fit in one to four registers, so each of the 64 shifts costs a dozen instructions. The AVX2 kernel
 * stays in 8-bit lanes: saturating addition is the clipping of Algorithm 1, and the error, at most 127 in size, survives
 * arithmetic modulo 256. It rounds as zps_round.h does, and saturates so that a tie at 127 does not wrap.
 *
 * The rule is split into constants before the loops (`kind_t`): the choice by squared error alone needs no sums of
 * errors. */
#include "compress/zps_search.h"

#include "compress/columns.h"
#include "compress/clones.h"
#include "compress/zps_round.h"

#include <stdlib.h>

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

/* ===  Rules  === */

/* Constant in each copy of a search. */
typedef struct {
    bool ties_to_zero, least_mean;
} kind_t;

/* The shifts tried so far. */
typedef struct {
    int best;                         /* the first of least squared error */
    int32_t least;                    /* its squared error */
    int32_t squares[ZPS_SHIFTS_MOST]; /* of all shifts, for the choice by mean */
} tried_t;

COMPRESS_INLINE void take(const zps_rule_t *rule, kind_t kind, int shift, int32_t squares, tried_t *tried)
{
    if (kind.least_mean)
        tried->squares[shift - rule->first] = squares;
    if (squares < tried->least) {
        tried->least = squares;
        tried->best = shift;
    }
}

/* The shift with the least sum so far, among those near the least squared error. */
typedef struct {
    int shift;
    int32_t squares, sum; /* INT32_MAX: none yet */
} leader_t;

/* The largest squared error that is near the least one. */
COMPRESS_INLINE int32_t near_most(const zps_rule_t *rule, const tried_t *tried)
{
    return (int32_t)(tried->least + (int64_t)tried->least * rule->near_percent / 100);
}

COMPRESS_INLINE void compare(int shift, int32_t squares, int32_t sum, leader_t *leader)
{
    sum = abs(sum);
    if (sum < leader->sum || (sum == leader->sum && squares < leader->squares))
        *leader = (leader_t){shift, squares, sum};
}

/* ===  Portable: 16-bit lanes  === */

/* All in 16 bits, so that compilers take 16-bit lanes. */
COMPRESS_INLINE int16_t difference(int16_t weight, int16_t shift, int16_t step, int16_t most, kind_t kind)
{
    int16_t wanted = (int16_t)(weight + shift), clipped = wanted < -128 ? -128 : wanted;
    clipped = clipped > 127 ? 127 : clipped;
    return (int16_t)(zps_rounded(clipped, step, most, kind.ties_to_zero) - wanted);
}

/* The sum of squared errors, or the sum of errors. */
COMPRESS_INLINE int32_t total_of(const int16_t *weights, int64_t count, int shift, zps_plan_t plan, kind_t kind,
                                 bool squared)
{
    int16_t step = (int16_t)(1 << plan.pruned), most = (int16_t)plan.most;
    int32_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        int16_t error = difference(weights[i], (int16_t)shift, step, most, kind);
        total += squared ? error * error : error;
    }
    return total;
}

COMPRESS_INLINE int search_any(const zps_rule_t *rule, const int8_t *weights, int64_t count, kind_t kind)
{
    int16_t wide[COLUMNS_GROUP_MOST];
    int low = weights[0], high = weights[0];
    for (int64_t i = 0; i < count; i++) {
        wide[i] = weights[i];
        low = weights[i] < low ? weights[i] : low;
        high = weights[i] > high ? weights[i] : high;
    }
    tried_t tried;
    tried.best = rule->first;
    tried.least = INT32_MAX;
    for (int shift = rule->first; shift <= rule->last && tried.least > 0; shift++)
        take(rule, kind, shift, total_of(wide, count, shift, plan_of(low, high, shift, rule->columns), kind, true), &tried);
    if (!kind.least_mean || tried.least == 0)
        return tried.best;
    leader_t leader = {.sum = INT32_MAX};
    const int32_t most = near_most(rule, &tried);
    for (int shift = rule->first; shift <= rule->last; shift++)
        if (tried.squares[shift - rule->first] <= most)
            compare(shift, tried.squares[shift - rule->first],
                    total_of(wide, count, shift, plan_of(low, high, shift, rule->columns), kind, false), &leader);
    return leader.shift;
}

COMPRESS_INLINE int search_kind(const zps_rule_t *rule, const int8_t *weights, int64_t count, kind_t kind)
{
    return count == 32 ? search_any(rule, weights, 32, kind) : search_any(rule, weights, count, kind);
}

static int search_portable(const zps_rule_t *rule, const int8_t *weights, int64_t count)
{
    if (rule->least_mean)
        return rule->ties_to_zero ? search_kind(rule, weights, count, (kind_t){true, true})
                                  : search_kind(rule, weights, count, (kind_t){false, true});
    return rule->ties_to_zero ? search_kind(rule, weights, count, (kind_t){true, false})
                              : search_kind(rule, weights, count, (kind_t){false, false});
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
    __m256i raise, tie, odd, keep, most; /* tie: ones where there are ties; odd: the bit that is set in odd multiples */
} rounding_t;

ZPS_AVX2_INLINE rounding_t rounding_of(int redundant, int columns)
{
    int step = 1 << (columns - redundant), halves = step > 1;
    return (rounding_t){.raise = _mm256_set1_epi8((char)(halves ? step / 2 - 1 : 0)),
                        .tie = _mm256_set1_epi8((char)-halves),
                        .odd = _mm256_set1_epi8((char)(halves ? step : 0)),
                        .keep = _mm256_set1_epi8((char)-step),
                        .most = _mm256_set1_epi8((char)((128 >> redundant) - step))};
}

/* The errors of 32 weights for one shift; 0 where not `live`. */
ZPS_AVX2_INLINE __m256i differences(__m256i weights, __m256i live, __m256i shift, const rounding_t *rounding,
                                    bool ties_to_zero)
{
    __m256i zero = _mm256_setzero_si256();
    __m256i clipped = _mm256_adds_epi8(weights, shift), wanted = _mm256_add_epi8(weights, shift);
    __m256i up = ties_to_zero ? _mm256_and_si256(_mm256_cmpgt_epi8(zero, clipped), rounding->tie)
                              : _mm256_cmpgt_epi8(_mm256_and_si256(clipped, rounding->odd), zero);
    __m256i raised = _mm256_subs_epi8(_mm256_adds_epi8(clipped, rounding->raise), up);
    __m256i rounded = _mm256_min_epi8(_mm256_and_si256(raised, rounding->keep), rounding->most);
    return _mm256_and_si256(_mm256_sub_epi8(rounded, wanted), live);
}

/* In eight sums. */
ZPS_AVX2_INLINE __m256i squares_of(__m256i differences)
{
    __m256i size = _mm256_abs_epi8(differences);
    return _mm256_madd_epi16(_mm256_maddubs_epi16(size, size), _mm256_set1_epi16(1));
}

ZPS_AVX2_INLINE __m256i sums_of(__m256i differences)
{
    return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), differences), _mm256_set1_epi16(1));
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

/* A group in registers' width: places beyond it repeat one of its weights and are masked out by `live` in the last chunk.
 */
typedef struct {
    const int8_t *weights; /* chunks * 32 */
    int64_t chunks;
    __m256i live;
} chunks_t;

/* The sum of squared errors, or the sum of errors. */
ZPS_AVX2_INLINE int32_t total_at(const chunks_t *group, __m256i shift, const rounding_t *rounding, kind_t kind,
                                 bool squared)
{
    __m256i total = _mm256_setzero_si256(), all = _mm256_set1_epi8(-1);
    for (int64_t i = 0; i < group->chunks; i++) {
        __m256i live = i + 1 < group->chunks ? all : group->live;
        __m256i errors = differences(load(group->weights + i * LANES), live, shift, rounding, kind.ties_to_zero);
        total = _mm256_add_epi32(total, squared ? squares_of(errors) : sums_of(errors));
    }
    return sum_of(total);
}

ZPS_AVX2_INLINE int search_chunks(const zps_rule_t *rule, chunks_t group, kind_t kind)
{
    __m256i lows = load(group.weights), highs = lows, all = _mm256_set1_epi8(-1);
    for (int64_t i = 1; i < group.chunks; i++) {
        lows = _mm256_min_epi8(lows, load(group.weights + i * LANES));
        highs = _mm256_max_epi8(highs, load(group.weights + i * LANES));
    }
    int low = least_lane(lows), high = ~least_lane(_mm256_xor_si256(highs, all)), limit = rule->columns;
    rounding_t roundings[COLUMNS_REDUNDANT_MOST + 1];
    limit = limit < COLUMNS_REDUNDANT_MOST ? limit : COLUMNS_REDUNDANT_MOST;
    for (int redundant = 0; redundant <= limit; redundant++)
        roundings[redundant] = rounding_of(redundant, rule->columns);
    tried_t tried;
    tried.best = rule->first;
    tried.least = INT32_MAX;
    __m256i lanes = _mm256_set1_epi8((char)rule->first), one = _mm256_set1_epi8(1);
    for (int shift = rule->first; shift <= rule->last && tried.least > 0; shift++, lanes = _mm256_add_epi8(lanes, one)) {
        const rounding_t *rounding = &roundings[plan_of(low, high, shift, rule->columns).redundant];
        take(rule, kind, shift, total_at(&group, lanes, rounding, kind, true), &tried);
    }
    if (!kind.least_mean || tried.least == 0)
        return tried.best;
    leader_t leader = {.sum = INT32_MAX};
    const int32_t most = near_most(rule, &tried);
    for (int shift = rule->first; shift <= rule->last; shift++)
        if (tried.squares[shift - rule->first] <= most) {
            const rounding_t *rounding = &roundings[plan_of(low, high, shift, rule->columns).redundant];
            compare(shift, tried.squares[shift - rule->first],
                    total_at(&group, _mm256_set1_epi8((char)shift), rounding, kind, false), &leader);
        }
    return leader.shift;
}

ZPS_AVX2_INLINE int search_avx2_kind(const zps_rule_t *rule, const int8_t *weights, int64_t count, kind_t kind)
{
    if (count == LANES)
        return search_chunks(rule, (chunks_t){weights, 1, _mm256_set1_epi8(-1)}, kind);
    int8_t padded[COLUMNS_GROUP_MOST + LANES], live[LANES];
    int64_t chunks = (count + LANES - 1) / LANES;
    for (int64_t i = 0; i < chunks * LANES; i++)
        padded[i] = weights[i < count ? i : 0];
    for (int lane = 0; lane < LANES; lane++)
        live[lane] = (chunks - 1) * LANES + lane < count ? -1 : 0;
    return search_chunks(rule, (chunks_t){padded, chunks, load(live)}, kind);
}

ZPS_AVX2
static int search_avx2(const zps_rule_t *rule, const int8_t *weights, int64_t count)
{
    if (rule->least_mean)
        return rule->ties_to_zero ? search_avx2_kind(rule, weights, count, (kind_t){true, true})
                                  : search_avx2_kind(rule, weights, count, (kind_t){false, true});
    return rule->ties_to_zero ? search_avx2_kind(rule, weights, count, (kind_t){true, false})
                              : search_avx2_kind(rule, weights, count, (kind_t){false, false});
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

int zps_search(const zps_rule_t *rule, const int8_t *weights, int64_t count)
{
    const zps_search_t *const *search = zps_searches;
    while (!(*search)->supported())
        search++;
    return (*search)->search(rule, weights, count);
}
