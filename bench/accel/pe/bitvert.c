/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BitVert's PE (paper Fig. 7b) with its scheduler (Fig. 8), one column a cycle.
 *
 * A sub-group has 8 weights and 4 lanes. When more than 4 of a column's bits are ones the column is inverted and the sum
 * of the lanes is subtracted from the sum of all 8 activations. Lane i selects from the activations i to i + 4 by a 5:1
 * multiplexer; its priority encoder takes the first bit there that no lane before took. The sum is negated for the sign
 * column, shifted by the column's significance and accumulated. In the first two cycles the constant is also multiplied by
 * the sum of all activations, first the low 3 bits, then the high 3. */
#include "accel/pe/pe.h"

#include <stdbool.h>

enum { SUBGROUPS = 2, WEIGHTS = 8, LANES = 4, WINDOW = 5, CONSTANT_STEP = 3, CONSTANT_STEPS = 2 };

typedef struct {
    bool invert; /* the lanes carry the zeros: subtract from the sum of activations */
    bool valid[LANES];
    int select[LANES]; /* 0 to 4, relative to the lane's number */
} schedule_t;

/* Assign the bits of a column to lanes. Returns the number of bits that no lane took. */
static int schedule(unsigned column, schedule_t *out)
{
    int ones = 0;
    for (int i = 0; i < WEIGHTS; i++)
        ones += (int)(column >> i & 1);
    out->invert = ones > LANES;
    unsigned left = out->invert ? ~column & 0xffu : column;
    for (int lane = 0; lane < LANES; lane++) {
        out->valid[lane] = false;
        out->select[lane] = 0;
        for (int i = 0; i < WINDOW && !out->valid[lane]; i++)
            if (left >> (lane + i) & 1) {
                out->valid[lane] = true;
                out->select[lane] = i;
                left &= ~(1u << (lane + i));
            }
    }
    int unserved = 0;
    for (int i = 0; i < WEIGHTS; i++)
        unserved += (int)(left >> i & 1);
    return unserved;
}

/* The sum of one sub-group in one cycle. */
static int64_t subgroup_sum(const schedule_t *plan, const int16_t *activations)
{
    int64_t sum = 0, all = 0;
    for (int lane = 0; lane < LANES; lane++)
        if (plan->valid[lane])
            sum += activations[lane + plan->select[lane]];
    for (int i = 0; i < WEIGHTS; i++)
        all += activations[i];
    return plan->invert ? all - sum : sum;
}

/* The part of the constant that is multiplied in this cycle; the high part has the sign. */
static int64_t constant_part(const pe_bitvert_slice_t *slice, int cycle)
{
    unsigned field = (unsigned)slice->constant & 0x3fu;
    int64_t part = field >> (cycle * CONSTANT_STEP) & 7u;
    if (cycle == CONSTANT_STEPS - 1 && slice->constant_is_signed && part >= 4)
        part -= 8;
    return part * ((int64_t)1 << (cycle * CONSTANT_STEP));
}

pe_result_t pe_bitvert(const pe_bitvert_slice_t *slice, const int16_t *activations, int *unserved)
{
    pe_result_t result = {0};
    int64_t all = 0;
    int redundant = 8 - slice->columns - slice->sparse;
    *unserved = 0;
    for (int i = 0; i < PE_BITVERT_WEIGHTS; i++)
        all += activations[i];
    for (int cycle = 0; cycle < slice->columns; cycle++, result.cycles++) {
        int bit = slice->columns - 1 - cycle, place = 7 - redundant - cycle;
        int64_t sum = 0;
        for (int group = 0; group < SUBGROUPS; group++) {
            schedule_t plan;
            unsigned column = 0;
            for (int i = 0; i < WEIGHTS; i++)
                column |= ((unsigned)slice->stored[group * WEIGHTS + i] >> bit & 1u) << i;
            *unserved += schedule(column, &plan);
            sum += subgroup_sum(&plan, activations + group * WEIGHTS);
        }
        result.product += (cycle == 0 ? -sum : sum) * ((int64_t)1 << place);
        if (cycle < CONSTANT_STEPS)
            result.product += constant_part(slice, cycle) * all;
    }
    return result;
}
