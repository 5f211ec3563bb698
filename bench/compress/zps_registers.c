/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The idea is that of the search by residues (zps_search.c): the squared errors of shifts that cut no sum off repeat after
 * a step, those of the other shifts have them as a bound. What differs is the form.
 *
 * A set of shifts is a 64-bit word, and sums of squares are 64 lanes of 16 bits. Errors of one shift are bytes: adding with
 * saturation cuts the sums off that leave 8 bits, and an error lies in [-95, 64].
 *
 * Groups go through each step in batches. What a group's branches depend on is then in memory before they are reached: a
 * branch that the processor guesses wrong, as it must where groups differ, costs little when it is noticed early. */
#include "compress/zps_registers.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define ZPS_TARGET __attribute__((target("avx2,bmi")))
#define ZPS_INLINE static inline __attribute__((always_inline)) ZPS_TARGET

enum { LANES = 16, SHIFTS = ZPS_SHIFTS_MOST, GROUP = ZPS_REGISTERS_MOST, BATCH = 64, SHORT_PERIOD = 4 };

bool zps_registers_available(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

/* ===  A group  === */

typedef struct {
    int low, high;
} range_t;

typedef struct {
    __m256i weights; /* a group of fewer than 32 is filled up with its first weight */
    int64_t count;
    range_t range;
} group_t;

ZPS_INLINE __m256i read_weights(const int8_t *weights, int64_t count)
{
    int8_t filled[GROUP];
    if (count == GROUP)
        return _mm256_loadu_si256((const void *)weights);
    memset(filled, weights[0], GROUP);
    memcpy(filled, weights, (size_t)count);
    return _mm256_loadu_si256((const void *)filled);
}

/* The least of 16 unsigned bytes. */
ZPS_INLINE int least_byte(__m128i bytes)
{
    return _mm_extract_epi16(_mm_minpos_epu16(_mm_min_epu8(bytes, _mm_srli_epi16(bytes, 8))), 0);
}

ZPS_INLINE range_t range_of(__m256i weights)
{
    const __m128i first = _mm256_castsi256_si128(weights), second = _mm256_extracti128_si256(weights, 1);
    return (range_t){least_byte(_mm_xor_si128(_mm_min_epi8(first, second), _mm_set1_epi8(-128))) - 128,
                     127 - least_byte(_mm_xor_si128(_mm_max_epi8(first, second), _mm_set1_epi8(127)))};
}

/* ===  One shift  === */

/* The group with a shift, rounded: zps_round.h in bytes. A sum that saturates at 127 becomes the largest multiple. */
ZPS_INLINE __m256i rounded_at(__m256i weights, zps_plan_t plan, int shift, bool ties_to_zero)
{
    const int step = 1 << plan.pruned, tie = step > 1;
    const __m256i multiple = _mm256_set1_epi8((char)step);
    const __m256i clipped = _mm256_adds_epi8(weights, _mm256_set1_epi8((char)shift));
    const __m256i up = ties_to_zero ? _mm256_cmpgt_epi8(_mm256_setzero_si256(), clipped)
                                    : _mm256_cmpeq_epi8(_mm256_and_si256(clipped, multiple), multiple);
    const __m256i raised = _mm256_adds_epi8(clipped, _mm256_set1_epi8((char)(step / 2 - tie)));
    const __m256i more = _mm256_subs_epi8(raised, _mm256_and_si256(up, _mm256_set1_epi8((char)-tie)));
    return _mm256_min_epi8(_mm256_and_si256(more, _mm256_set1_epi8((char)-step)), _mm256_set1_epi8((char)plan.most));
}

ZPS_INLINE __m256i errors_at(const zps_rule_t *rule, const group_t *group, int shift)
{
    const zps_plan_t plan = zps_plan(group->range.low, group->range.high, shift, rule->columns);
    const __m256i wanted = _mm256_add_epi8(group->weights, _mm256_set1_epi8((char)shift));
    const __m256i errors = _mm256_sub_epi8(rounded_at(group->weights, plan, shift, rule->ties_to_zero), wanted);
    if (group->count == GROUP)
        return errors;
    const __m256i places = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                            22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    return _mm256_and_si256(errors, _mm256_cmpgt_epi8(_mm256_set1_epi8((char)group->count), places));
}

ZPS_INLINE int32_t sum_of_squares(__m256i errors)
{
    const __m256i sizes = _mm256_abs_epi8(errors);
    const __m256i fours = _mm256_madd_epi16(_mm256_maddubs_epi16(sizes, sizes), _mm256_set1_epi16(1));
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1))));
}

/* The instruction that sums bytes takes them as unsigned. */
ZPS_INLINE int32_t sum_of(__m256i errors)
{
    const __m256i eights = _mm256_sad_epu8(_mm256_xor_si256(errors, _mm256_set1_epi8(-128)), _mm256_setzero_si256());
    const __m128i sum = _mm_add_epi64(_mm256_castsi256_si128(eights), _mm256_extracti128_si256(eights, 1));
    return _mm_cvtsi128_si32(sum) + _mm_extract_epi32(sum, 2) - 128 * GROUP;
}

/* ===  Sums of squares  === */

/* A place is a shift, counted from the first one. */
typedef struct {
    __m256i a, b, c, d; /* places 0 to 15, 16 to 31, 32 to 47, 48 to 63 */
} lanes_t;

/* The residues of the weights with the first shift; a row of the table is longer than a vector by the largest of them. */
typedef struct {
    uint8_t of[GROUP];
} residues_t;

ZPS_INLINE residues_t residues_of(const zps_rule_t *rule, __m256i weights)
{
    residues_t residues;
    const __m256i shifted = _mm256_add_epi8(weights, _mm256_set1_epi8((char)rule->first));
    const int mask = ((1 << rule->columns) - 1) | (LANES - 1);
    _mm256_storeu_si256((void *)residues.of, _mm256_and_si256(shifted, _mm256_set1_epi8((char)mask)));
    return residues;
}

ZPS_INLINE __m256i row_at(const uint16_t *table, uint8_t residue)
{
    return _mm256_loadu_si256((const void *)(table + residue));
}

/* 16 places. Two sums, which do not wait for each other. */
ZPS_INLINE __m256i sum_rows(const uint16_t *table, const residues_t *residues, int64_t count)
{
    __m256i even = _mm256_setzero_si256(), odd = even;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const uint8_t *of = residues->of + i;
        even = _mm256_add_epi16(even, row_at(table, of[0]));
        odd = _mm256_add_epi16(odd, row_at(table, of[1]));
        even = _mm256_add_epi16(even, row_at(table, of[2]));
        odd = _mm256_add_epi16(odd, row_at(table, of[3]));
        even = _mm256_add_epi16(even, row_at(table, of[4]));
        odd = _mm256_add_epi16(odd, row_at(table, of[5]));
        even = _mm256_add_epi16(even, row_at(table, of[6]));
        odd = _mm256_add_epi16(odd, row_at(table, of[7]));
    }
    for (; i < count; i++)
        even = _mm256_add_epi16(even, row_at(table, residues->of[i]));
    return _mm256_add_epi16(even, odd);
}

/* All places as if nothing were cut off, of shifts that leave this step: sums repeat after it. */
ZPS_INLINE lanes_t sum_places(int pruned, const residues_t *residues, int64_t count)
{
    const uint16_t *table = zps_squares[pruned];
    lanes_t sums;
    sums.a = sums.b = sums.c = sums.d = sum_rows(table, residues, count);
    if (pruned > SHORT_PERIOD)
        sums.b = sums.d = sum_rows(table + LANES, residues, count);
    if (pruned > SHORT_PERIOD + 1) {
        sums.c = sum_rows(table + 2 * LANES, residues, count);
        sums.d = sum_rows(table + 3 * LANES, residues, count);
    }
    return sums;
}

/* ===  Sets of places  === */

ZPS_INLINE uint64_t places_from_to(int from, int to)
{
    from = from < 0 ? 0 : from;
    to = to > SHIFTS - 1 ? SHIFTS - 1 : to;
    return from > to ? 0 : ~UINT64_C(0) >> (SHIFTS - 1 - (to - from)) << from;
}

/* -1 in the lanes of a vector whose bits are set. */
ZPS_INLINE __m256i lanes_of(uint64_t places)
{
    const __m256i bits = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, INT16_MIN);
    return _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16((short)places), bits), bits);
}

/* A bit for each lane of two vectors that is at most the bound. */
ZPS_INLINE uint32_t up_to(__m256i first, __m256i second, __m256i bound)
{
    const __m256i is_first = _mm256_cmpeq_epi16(_mm256_min_epu16(first, bound), first),
                  is_second = _mm256_cmpeq_epi16(_mm256_min_epu16(second, bound), second);
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(is_first, is_second), _MM_SHUFFLE(3, 1, 2, 0));
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

ZPS_INLINE uint64_t places_up_to(const lanes_t *squares, int32_t most)
{
    const __m256i bound = _mm256_set1_epi16((short)(most > UINT16_MAX ? UINT16_MAX : most));
    return up_to(squares->a, squares->b, bound) | (uint64_t)up_to(squares->c, squares->d, bound) << 2 * LANES;
}

ZPS_INLINE int32_t least_lane(__m256i lanes)
{
    const __m128i half = _mm_min_epu16(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    return _mm_extract_epi16(_mm_minpos_epu16(half), 0);
}

/* Places behind each of the set, `period` apart. */
ZPS_INLINE uint64_t repeats_of(uint64_t places, int period)
{
    uint64_t later = period < SHIFTS ? places << period : 0;
    for (int apart = period; apart < SHIFTS; apart *= 2)
        later |= later << apart;
    return later;
}

/* ===  All shifts  === */

typedef struct {
    const zps_rule_t *rule;
    group_t group;
    const residues_t *residues;
    uint64_t valid;   /* the places of the rule */
    lanes_t squares;  /* of a place that is cut off, a bound; of others than the valid ones, UINT16_MAX */
    uint64_t cut;     /* a sum is cut off */
    uint64_t repeats; /* an earlier place has the same squares and the same sum of errors */
} search_t;

/* Shifts that leave a number of redundant columns, or more. */
typedef struct {
    uint64_t places;
    uint64_t cut, alike; /* of them; alike: not even a tie is cut off, so that sums of errors repeat after two steps */
} level_t;

ZPS_INLINE level_t level_of(const zps_rule_t *rule, range_t range, uint64_t valid, int redundant)
{
    const int reach = 128 >> redundant, step = 1 << (rule->columns - redundant);
    const int lowest = -reach - range.low - rule->first,              /* below it the least weight is cut off */
        highest = reach - step + step / 2 - range.high - rule->first; /* beyond it the largest one */
    const int last = reach - 1 - range.high - rule->first;
    const uint64_t places = redundant == 0 ? valid : valid & places_from_to(lowest, last);
    return (level_t){.places = places,
                     .cut = places & ~places_from_to(lowest, highest),
                     .alike = rule->ties_to_zero ? 0 : places & places_from_to(lowest, highest - 1)};
}

/* A better bound for 16 places, the first of which cuts the least and the largest weight off by so much: a distance that is
 * longer than half a step was counted as half a step at most. */
ZPS_INLINE __m256i raised(__m256i squares, int low_by, int high_by, int step)
{
    const __m256i place = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                  zero = _mm256_setzero_si256();
    const __m256i low = _mm256_max_epi16(_mm256_sub_epi16(_mm256_set1_epi16((short)low_by), place), zero),
                  high = _mm256_max_epi16(_mm256_add_epi16(_mm256_set1_epi16((short)high_by), place), zero);
    const __m256i counted = _mm256_set1_epi16((short)(step / 2 * (step / 2)));
    squares = _mm256_adds_epu16(squares, _mm256_subs_epu16(_mm256_mullo_epi16(low, low), counted));
    return _mm256_adds_epu16(squares, _mm256_subs_epu16(_mm256_mullo_epi16(high, high), counted));
}

ZPS_INLINE void raise_bounds(const zps_rule_t *rule, range_t range, lanes_t *squares)
{
    const int step = 1 << rule->columns;
    const int low = -128 - range.low - rule->first, high = range.high + rule->first - (128 - step);
    squares->a = raised(squares->a, low, high, step);
    squares->b = raised(squares->b, low - LANES, high + LANES, step);
    squares->c = raised(squares->c, low - 2 * LANES, high + 2 * LANES, step);
    squares->d = raised(squares->d, low - 3 * LANES, high + 3 * LANES, step);
}

/* The sums of some places of a level. */
ZPS_INLINE void take_level(search_t *search, const level_t *level, int redundant, uint64_t own)
{
    const zps_rule_t *rule = search->rule;
    lanes_t sums = sum_places(rule->columns - redundant, search->residues, search->group.count);
    if (redundant == 0 && level->cut != 0)
        raise_bounds(rule, search->group.range, &sums);
    search->squares.a = _mm256_blendv_epi8(search->squares.a, sums.a, lanes_of(own));
    search->squares.b = _mm256_blendv_epi8(search->squares.b, sums.b, lanes_of(own >> LANES));
    search->squares.c = _mm256_blendv_epi8(search->squares.c, sums.c, lanes_of(own >> 2 * LANES));
    search->squares.d = _mm256_blendv_epi8(search->squares.d, sums.d, lanes_of(own >> 3 * LANES));
    search->cut |= level->cut & own;
}

/* A shift has as many redundant columns as it can. */
ZPS_INLINE void take_levels(search_t *search, level_t level)
{
    const zps_rule_t *rule = search->rule;
    for (int redundant = 0; level.places != 0; redundant++) {
        level_t next = {.places = 0};
        if (redundant < zps_redundant_most(rule->columns))
            next = level_of(rule, search->group.range, search->valid, redundant + 1);
        const uint64_t own = level.places & ~next.places, alike = level.alike & own;
        search->repeats |= alike & repeats_of(alike, 2 << (rule->columns - redundant));
        if (own != 0)
            take_level(search, &level, redundant, own);
        level = next;
    }
}

/* The least sum of squares. A place that is cut off is tried if its bound is better than what is known. */
ZPS_INLINE int32_t least_of(const search_t *search)
{
    const lanes_t *squares = &search->squares;
    const __m256i a = _mm256_or_si256(squares->a, lanes_of(search->cut)),
                  b = _mm256_or_si256(squares->b, lanes_of(search->cut >> LANES)),
                  c = _mm256_or_si256(squares->c, lanes_of(search->cut >> 2 * LANES)),
                  d = _mm256_or_si256(squares->d, lanes_of(search->cut >> 3 * LANES));
    int32_t least = least_lane(_mm256_min_epu16(_mm256_min_epu16(a, b), _mm256_min_epu16(c, d)));
    least = least == UINT16_MAX ? INT32_MAX : least; /* all are cut off: a sum without a cut is at most 2^15 */
    uint64_t left = least > 0 ? search->cut & places_up_to(squares, least - 1) : 0;
    while (left != 0) {
        const int shift = search->rule->first + __builtin_ctzll(left);
        const int32_t at = sum_of_squares(errors_at(search->rule, &search->group, shift));
        left &= left - 1;
        if (at < least) {
            least = at;
            left &= least > 0 ? places_up_to(squares, least - 1) : 0;
        }
    }
    return least;
}

/* What is left of a group's shifts: places with at most `most`, or with a bound that is at most this. */
typedef struct {
    range_t range;
    uint64_t places;
    int32_t most;
} found_t;

ZPS_INLINE int32_t most_of(const zps_rule_t *rule, int32_t least)
{
    return rule->least_mean ? zps_near_most(rule, least) : least;
}

/* A group all of whose places are alike: the usual one. */
ZPS_INLINE void find_alike(const zps_rule_t *rule, const residues_t *residues, int64_t count, found_t *found)
{
    const __m256i sums = sum_rows(zps_squares[rule->columns], residues, count);
    found->most = most_of(rule, least_lane(sums));
    const uint32_t is = up_to(sums, sums, _mm256_set1_epi16((short)(found->most < UINT16_MAX ? found->most : UINT16_MAX)));
    found->places = is & (uint32_t)((UINT64_C(1) << (2 << rule->columns)) - 1);
}

ZPS_INLINE void find_places(const zps_rule_t *rule, const int8_t *weights, int64_t count, found_t *found)
{
    const uint64_t valid = places_from_to(0, rule->last - rule->first);
    const level_t level = level_of(rule, found->range, valid, 0);
    const bool none_redundant = level_of(rule, found->range, valid, 1).places == 0;
    const __m256i all = read_weights(weights, count), none = _mm256_set1_epi16(-1);
    const residues_t residues = residues_of(rule, all);
    if (none_redundant && rule->columns <= SHORT_PERIOD && level.alike == UINT64_MAX) {
        find_alike(rule, &residues, count, found);
        return;
    }
    search_t search = {.rule = rule,
                       .group = {.weights = all, .count = count, .range = found->range},
                       .residues = &residues,
                       .valid = valid,
                       .squares = {none, none, none, none}};
    take_levels(&search, level);
    found->most = most_of(rule, least_of(&search));
    found->places = valid & ~search.repeats & places_up_to(&search.squares, found->most);
}

/* ===  The choice  === */

/* The first place that is good enough; one of them is. */
ZPS_INLINE int first_shift(const zps_rule_t *rule, const group_t *group, const found_t *found)
{
    uint64_t left = found->places;
    int place = __builtin_ctzll(left);
    while ((left &= left - 1) != 0 && sum_of_squares(errors_at(rule, group, rule->first + place)) > found->most)
        place = __builtin_ctzll(left);
    return rule->first + place;
}

/* The least sum of errors, then the least squares, then the lowest shift: one number of 12, 20 and 6 bits. */
ZPS_INLINE uint64_t rank_of(const zps_rule_t *rule, const group_t *group, const found_t *found, int place)
{
    const __m256i errors = errors_at(rule, group, rule->first + place);
    const int32_t squares = sum_of_squares(errors);
    const uint64_t rank = (uint64_t)abs(sum_of(errors)) << 26 | (uint64_t)squares << 6 | (uint64_t)place;
    return squares <= found->most ? rank : UINT64_MAX;
}

ZPS_INLINE int choose_shift(const zps_rule_t *rule, const int8_t *weights, int64_t count, const found_t *found)
{
    const group_t group = {.weights = read_weights(weights, count), .count = count, .range = found->range};
    uint64_t best = UINT64_MAX;
    if (!rule->least_mean || found->most == 0)
        return first_shift(rule, &group, found);
    for (uint64_t left = found->places; left != 0; left &= left - 1) {
        const uint64_t rank = rank_of(rule, &group, found, __builtin_ctzll(left));
        best = rank < best ? rank : best;
    }
    return rule->first + (int)(best % SHIFTS);
}

ZPS_INLINE void search_batch(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    found_t found[BATCH];
    for (int64_t i = 0; i < groups; i++)
        found[i].range = range_of(read_weights(weights + i * count, count));
    for (int64_t i = 0; i < groups; i++)
        find_places(rule, weights + i * count, count, &found[i]);
    for (int64_t i = 0; i < groups; i++)
        shifts[i] = choose_shift(rule, weights + i * count, count, &found[i]);
}

ZPS_TARGET void zps_registers_search(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups,
                                     int *shifts)
{
    for (int64_t i = 0; i < groups; i += BATCH) {
        const int64_t some = groups - i < BATCH ? groups - i : BATCH;
        if (count == GROUP)
            search_batch(rule, weights + i * count, GROUP, some, shifts + i);
        else
            search_batch(rule, weights + i * count, count, some, shifts + i);
    }
}

ZPS_TARGET zps_plan_t zps_registers_encode(const int8_t *weights, int64_t count, int columns, int shift, bool ties_to_zero,
                                           int8_t *stored)
{
    const __m256i group = read_weights(weights, count);
    const range_t range = range_of(group);
    const zps_plan_t plan = zps_plan(range.low, range.high, shift, columns);
    int8_t rounded[GROUP];
    if (count == GROUP) {
        _mm256_storeu_si256((void *)stored, rounded_at(group, plan, shift, ties_to_zero));
    } else {
        _mm256_storeu_si256((void *)rounded, rounded_at(group, plan, shift, ties_to_zero));
        memcpy(stored, rounded, (size_t)count);
    }
    return plan;
}

#else

bool zps_registers_available(void)
{
    return false;
}

void zps_registers_search(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    (void)rule, (void)weights, (void)count, (void)groups, (void)shifts;
}

zps_plan_t zps_registers_encode(const int8_t *weights, int64_t count, int columns, int shift, bool ties_to_zero,
                                int8_t *stored)
{
    (void)weights, (void)count, (void)columns, (void)shift, (void)ties_to_zero, (void)stored;
    return (zps_plan_t){.redundant = 0};
}

#endif
