/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression spends most of its time here.
 *
 * The squared errors of a group repeat. Let the step be 2^p. As long as no sum w + s is cut off at the end of the range,
 * its distance to the nearest multiple of the step depends only on (w + s) mod 2^p. So of the shifts that leave the same
 * number of redundant columns, two that differ by a multiple of 2^p have the same squared error, and 2^p sums are enough:
 * 16 for the 64 shifts of N = 4 without redundant columns. All of them are made at once, a shift in each lane: a weight
 * adds a row of a table, which begins at its own residue.
 *
 * A shift that cuts a sum off still takes a multiple of the step, so its error is at least the one without the cut. The
 * sum is then a bound, and the shift is tried exactly only if the bound is as good as the best shift so far. Nothing is
 * estimated: the shift is that of the search which tries all of them (`exhaustive`). */
#include "compress/zps_search.h"

#include "compress/clones.h"
#include "compress/zps_registers.h"
#include "compress/zps_round.h"

#include <stdlib.h>
#include <string.h>

/* ===  One shift  === */

/* In 16 bits, so that compilers take 16-bit lanes. */
typedef struct {
    int16_t weights[COLUMNS_GROUP_MOST];
    int low, high;
} group_t;

COMPRESS_INLINE void read_group(const int8_t *weights, int64_t count, group_t *group)
{
    int8_t low = weights[0], high = weights[0];
    for (int64_t i = 0; i < count; i++)
        low = weights[i] < low ? weights[i] : low;
    for (int64_t i = 0; i < count; i++)
        high = weights[i] > high ? weights[i] : high;
    for (int64_t i = 0; i < count; i++)
        group->weights[i] = weights[i];
    group->low = low;
    group->high = high;
}

COMPRESS_INLINE int16_t difference(int16_t weight, int16_t shift, int16_t step, int16_t most, bool ties_to_zero)
{
    int16_t wanted = (int16_t)(weight + shift), clipped = wanted < -128 ? -128 : wanted;
    clipped = clipped > 127 ? 127 : clipped;
    return (int16_t)(zps_rounded(clipped, step, most, ties_to_zero) - wanted);
}

/* The sum of squared errors, or the sum of errors. */
COMPRESS_INLINE int32_t total_of(const group_t *group, int64_t count, int shift, zps_plan_t plan, bool ties_to_zero,
                                 bool squared)
{
    int16_t step = (int16_t)(1 << plan.pruned), most = (int16_t)plan.most;
    int32_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        int16_t error = difference(group->weights[i], (int16_t)shift, step, most, ties_to_zero);
        total += squared ? error * error : error;
    }
    return total;
}

/* Both ways to break a tie are equally far away. */
COMPRESS_INLINE int32_t squares_at(const zps_rule_t *rule, const group_t *group, int64_t count, int shift)
{
    return total_of(group, count, shift, zps_plan(group->low, group->high, shift, rule->columns), false, true);
}

COMPRESS_INLINE int32_t sum_at(const zps_rule_t *rule, const group_t *group, int64_t count, int shift)
{
    const zps_plan_t plan = zps_plan(group->low, group->high, shift, rule->columns);
    return rule->ties_to_zero ? total_of(group, count, shift, plan, true, false)
                              : total_of(group, count, shift, plan, false, false);
}

/* ===  Rules  === */

/* The shift with the least sum so far, among those near the least squared error. */
typedef struct {
    int shift;
    int32_t squares, sum; /* INT32_MAX: none yet */
} leader_t;

COMPRESS_INLINE void compare(int shift, int32_t squares, int32_t sum, leader_t *leader)
{
    sum = abs(sum);
    if (sum < leader->sum || (sum == leader->sum && squares < leader->squares))
        *leader = (leader_t){shift, squares, sum};
}

/* ===  Every shift  === */

COMPRESS_INLINE int search_exhaustive(const zps_rule_t *rule, const int8_t *weights, int64_t count)
{
    group_t group;
    int32_t squares[ZPS_SHIFTS_MOST], least = INT32_MAX;
    int best = rule->first;
    read_group(weights, count, &group);
    for (int shift = rule->first; shift <= rule->last; shift++) {
        const int32_t at = squares[shift - rule->first] = squares_at(rule, &group, count, shift);
        best = at < least ? shift : best;
        least = at < least ? at : least;
    }
    if (!rule->least_mean || least == 0)
        return best;
    leader_t leader = {.sum = INT32_MAX};
    for (int shift = rule->first; shift <= rule->last; shift++)
        if (squares[shift - rule->first] <= zps_near_most(rule, least))
            compare(shift, squares[shift - rule->first], sum_at(rule, &group, count, shift), &leader);
    return leader.shift;
}

/* The default group has loops of known length. */
COMPRESS_CLONES
static void zps_search_exhaustive(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    for (int64_t i = 0; i < groups; i++, weights += count)
        shifts[i] = count == 32 ? search_exhaustive(rule, weights, 32) : search_exhaustive(rule, weights, count);
}

static const zps_search_t exhaustive = {.name = "every shift", .most = COLUMNS_GROUP_MOST, .search = zps_search_exhaustive};

/* ===  By residues  === */

/* A sum fits in 16 bits: a chunk of 32 weights with errors of at most 32. */
enum { LANES = 16, CHUNK = 32 };
typedef uint16_t lanes_t __attribute__((vector_size(LANES * sizeof(uint16_t))));

/* The squared distance of i to the nearest multiple of 2^p, for p from 0 to 6. */
#define NEAR(i, p) ((i) % (1 << (p)) < (1 << (p)) - (i) % (1 << (p)) ? (i) % (1 << (p)) : (1 << (p)) - (i) % (1 << (p)))
#define SQUARE(i, p) (NEAR(i, p) * NEAR(i, p))
#define SQUARES_4(i, p) SQUARE(i, p), SQUARE(i + 1, p), SQUARE(i + 2, p), SQUARE(i + 3, p)
#define SQUARES_16(i, p) SQUARES_4(i, p), SQUARES_4(i + 4, p), SQUARES_4(i + 8, p), SQUARES_4(i + 12, p)
#define SQUARES_64(i, p) SQUARES_16(i, p), SQUARES_16(i + 16, p), SQUARES_16(i + 32, p), SQUARES_16(i + 48, p)
#define SQUARES_128(p)                      \
    {                                       \
        SQUARES_64(0, p), SQUARES_64(64, p) \
    }
const uint16_t zps_squares[COLUMNS_MOST + 1][2 * ZPS_PERIOD_MOST] __attribute__((aligned(64))) = {
    SQUARES_128(0), SQUARES_128(1), SQUARES_128(2), SQUARES_128(3), SQUARES_128(4), SQUARES_128(5), SQUARES_128(6)};

/* A place is a shift, counted from the first one. Squared errors by place; UNKNOWN is added to a bound (see above). */
enum { UNKNOWN = 1 << 30, PLACES = ZPS_SHIFTS_MOST };
typedef struct {
    const zps_rule_t *rule;
    const group_t *group;
    int places;
    int32_t squares[PLACES];         /* INT32_MAX beyond the places */
    int first_unknown, last_unknown; /* all unknown places are from the first to the last one */
} search_t;

COMPRESS_INLINE void add_row(const uint16_t *row, lanes_t *sum)
{
    lanes_t lanes;
    memcpy(&lanes, row, sizeof lanes);
    *sum += lanes;
}

/* The sums of the first 16 `vectors` places, as if nothing were cut off, of shifts with this step. */
COMPRESS_INLINE void sum_vectors(const search_t *search, int64_t count, int pruned, int vectors, int32_t *sums)
{
    const uint16_t *table = zps_squares[pruned];
    const int first = search->rule->first, mask = (1 << pruned) - 1;
    for (int64_t at = 0; at < count; at += CHUNK) {
        const int64_t end = count - at < CHUNK ? count : at + CHUNK;
        lanes_t a = {0}, b = {0}, c = {0}, d = {0};
        for (int64_t i = at; i < end; i++) {
            const uint16_t *row = table + ((search->group->weights[i] + first) & mask);
            add_row(row, &a);
            if (vectors > 1)
                add_row(row + LANES, &b);
            if (vectors > 2) {
                add_row(row + 2 * LANES, &c);
                add_row(row + 3 * LANES, &d);
            }
        }
        const lanes_t parts[] = {a, b, c, d};
        for (int vector = 0; vector < vectors; vector++)
            for (int lane = 0; lane < LANES; lane++)
                sums[vector * LANES + lane] = (at > 0 ? sums[vector * LANES + lane] : 0) + parts[vector][lane];
    }
}

/* The same of all places: sums repeat after the step, which is at least a vector here. */
COMPRESS_INLINE void sum_residues(const search_t *search, int64_t count, int pruned, int32_t *sums)
{
    int period = LANES;
    if (pruned <= 4) {
        sum_vectors(search, count, pruned, 1, sums);
    } else if (pruned == 5) {
        sum_vectors(search, count, pruned, 2, sums);
        period = 2 * LANES;
    } else {
        sum_vectors(search, count, pruned, 4, sums);
        period = 4 * LANES;
    }
    for (int place = period; place < PLACES; place += LANES)
        memcpy(sums + place, sums + place - period, LANES * sizeof *sums);
}

COMPRESS_INLINE void note_unknown(search_t *search, int from, int to)
{
    search->first_unknown = from <= to && from < search->first_unknown ? from : search->first_unknown;
    search->last_unknown = from <= to && to > search->last_unknown ? to : search->last_unknown;
}

/* Fill the places that have at least this many redundant columns; those that have more are filled again. False: none. */
COMPRESS_INLINE bool fill_places(search_t *search, int64_t count, int redundant)
{
    const int reach = 128 >> redundant, step = 1 << (search->rule->columns - redundant);
    const int lowest = -reach - search->group->low - search->rule->first, /* below it the least weight is cut off */
        highest = reach - step + step / 2 - search->group->high - search->rule->first; /* beyond it the largest one */
    const int end = redundant == 0 ? search->places : reach - search->group->high - search->rule->first;
    const int from = redundant == 0 || lowest < 0 ? 0 : lowest, to = (end < search->places ? end : search->places) - 1;
    int32_t sums[PLACES];
    if (from > to)
        return false;
    sum_residues(search, count, search->rule->columns - redundant, sums);
    for (int place = 0; place < PLACES; place++) {
        const int32_t bound = sums[place] | (place < lowest || place > highest ? UNKNOWN : 0);
        const int32_t before = redundant == 0 ? INT32_MAX : search->squares[place];
        search->squares[place] = place >= from && place <= to ? bound : before;
    }
    note_unknown(search, from, lowest - 1 < to ? lowest - 1 : to);
    note_unknown(search, highest + 1 > from ? highest + 1 : from, to);
    return true;
}

/* Try the unknown places whose bound is at most `most`, which follows the least squared error if `to_least`; returns it. */
COMPRESS_INLINE int32_t settle(search_t *search, int64_t count, int32_t most, bool to_least)
{
    for (int place = search->first_unknown; place <= search->last_unknown; place++) {
        int32_t *squares = &search->squares[place];
        if (*squares < UNKNOWN || *squares - UNKNOWN > most)
            continue;
        *squares = squares_at(search->rule, search->group, count, search->rule->first + place);
        most = to_least && *squares < most ? *squares : most;
    }
    return most;
}

/* Has an equal sum of errors been seen? Without a cut and with ties to even, sums repeat after two steps. */
COMPRESS_INLINE bool is_repeated(const search_t *search, int shift, uint64_t (*seen)[2])
{
    const zps_plan_t plan = zps_plan(search->group->low, search->group->high, shift, search->rule->columns);
    const int step = 1 << plan.pruned, residue = shift & (2 * step - 1);
    if (search->rule->ties_to_zero || search->group->low + shift < -128 ||
        search->group->high + shift >= plan.most + step / 2)
        return false;
    uint64_t *word = &seen[plan.redundant][residue / 64], bit = UINT64_C(1) << residue % 64;
    const bool repeated = *word & bit;
    *word |= bit;
    return repeated;
}

COMPRESS_INLINE int lead(const search_t *search, int64_t count, int32_t most)
{
    enum { AT_A_TIME = 8 };
    uint8_t is_near[PLACES];
    uint64_t seen[COLUMNS_REDUNDANT_MOST + 1][2] = {{0}}, any;
    leader_t leader = {.sum = INT32_MAX};
    for (int place = 0; place < PLACES; place++)
        is_near[place] = search->squares[place] <= most;
    for (int first = 0; first < search->places; first += AT_A_TIME) {
        memcpy(&any, is_near + first, sizeof any);
        for (int place = first; any != 0 && place < first + AT_A_TIME; place++) {
            const int shift = search->rule->first + place;
            if (is_near[place] && !is_repeated(search, shift, seen))
                compare(shift, search->squares[place], sum_at(search->rule, search->group, count, shift), &leader);
        }
    }
    return leader.shift;
}

COMPRESS_INLINE int search_residues(const zps_rule_t *rule, const int8_t *weights, int64_t count)
{
    group_t group; /* neither is cleared: that would take longer than the search */
    search_t search;
    read_group(weights, count, &group);
    search.rule = rule;
    search.group = &group;
    search.places = rule->last - rule->first + 1;
    search.first_unknown = search.places;
    search.last_unknown = -1;
    for (int redundant = 0; redundant <= zps_redundant_most(rule->columns) && fill_places(&search, count, redundant);)
        redundant++;
    int32_t least = INT32_MAX;
    for (int place = 0; place < PLACES; place++)
        least = search.squares[place] < least ? search.squares[place] : least;
    least = settle(&search, count, least < UNKNOWN ? least : UNKNOWN - 1, true);
    if (rule->least_mean && least > 0) {
        const int32_t most = zps_near_most(rule, least);
        settle(&search, count, most, false);
        return lead(&search, count, most);
    }
    int place = 0;
    while (search.squares[place] != least)
        place++;
    return rule->first + place;
}

COMPRESS_CLONES
static void zps_search_residues(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    for (int64_t i = 0; i < groups; i++, weights += count)
        shifts[i] = count == 32 ? search_residues(rule, weights, 32) : search_residues(rule, weights, count);
}

static const zps_search_t residues = {.name = "residues", .most = COLUMNS_GROUP_MOST, .search = zps_search_residues};

/* ===  Which one  === */

static const zps_search_t registers = {
    .name = "registers", .most = ZPS_REGISTERS_MOST, .available = zps_registers_available, .search = zps_registers_search};

const zps_search_t *const zps_searches[] = {&registers, &residues, &exhaustive, NULL};

void zps_search(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    const zps_search_t *const *search = zps_searches;
    while (count > (*search)->most || ((*search)->available != NULL && !(*search)->available()))
        search++;
    (*search)->search(rule, weights, count, groups, shifts);
}
