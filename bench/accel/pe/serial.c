/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stripes, Pragmatic, Bitlet and BitWave. Shifts of negative sums are written as products, which C defines. */
#include "accel/pe/pe.h"

enum { SIGN = 7 };

static int64_t shifted(int64_t value, int places)
{
    return value * ((int64_t)1 << places);
}

pe_result_t pe_stripes(const int8_t *weights, const int16_t *activations, int count)
{
    pe_result_t result = {0};
    for (int column = SIGN; column >= 0; column--, result.cycles++) {
        int64_t sum = 0;
        for (int lane = 0; lane < count; lane++)
            if ((uint8_t)weights[lane] >> column & 1)
                sum += activations[lane];
        result.product += shifted(column == SIGN ? -sum : sum, column);
    }
    return result;
}

pe_result_t pe_pragmatic(const int8_t *weights, const int16_t *activations, int count)
{
    unsigned left[PE_MOST];
    unsigned any = 0;
    for (int lane = 0; lane < count; lane++)
        any |= left[lane] = (unsigned)(weights[lane] < 0 ? -weights[lane] : weights[lane]);
    pe_result_t result = {0};
    do {
        any = 0;
        for (int lane = 0; lane < count; lane++) {
            if (left[lane] == 0)
                continue;
            int place = SIGN;
            while ((left[lane] >> place & 1) == 0)
                place--;
            result.product += shifted(weights[lane] < 0 ? -activations[lane] : activations[lane], place);
            left[lane] &= ~(1u << place);
            any |= left[lane];
        }
        result.cycles++;
    } while (any != 0);
    return result;
}

pe_result_t pe_bitlet(const int8_t *weights, const int16_t *activations, int count)
{
    int next[SIGN + 1] = {0}; /* per lane: the first weight that it has not examined */
    int left = 0;
    pe_result_t result = {0};
    for (int i = 0; i < count; i++)
        for (unsigned bits = (uint8_t)weights[i]; bits != 0; bits &= bits - 1)
            left++;
    do {
        for (int lane = 0; lane <= SIGN; lane++) {
            while (next[lane] < count && ((uint8_t)weights[next[lane]] >> lane & 1) == 0)
                next[lane]++;
            if (next[lane] == count)
                continue;
            int64_t activation = activations[next[lane]++];
            result.product += shifted(lane == SIGN ? -activation : activation, lane);
            left--;
        }
        result.cycles++;
    } while (left > 0);
    return result;
}

pe_result_t pe_bitwave(const int8_t *weights, const int16_t *activations, int count)
{
    unsigned magnitude[PE_MOST], left = 0;
    for (int lane = 0; lane < count; lane++) {
        int value = weights[lane] == INT8_MIN ? -INT8_MAX : weights[lane];
        left |= magnitude[lane] = (unsigned)(value < 0 ? -value : value);
    }
    pe_result_t result = {0};
    do {
        int column = 0; /* the priority encoder over the mask of columns */
        while (column < SIGN && (left >> column & 1) == 0)
            column++;
        int64_t sum = 0;
        for (int lane = 0; lane < count; lane++)
            if (magnitude[lane] >> column & 1)
                sum += weights[lane] < 0 ? -activations[lane] : activations[lane];
        result.product += shifted(sum, column);
        left &= ~(1u << column);
        result.cycles++;
    } while (left != 0);
    return result;
}
