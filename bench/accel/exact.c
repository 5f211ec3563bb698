/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/exact.h"

#include <math.h>

int64_t exact_plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? EXACT_OVERFLOW : sum;
}

int64_t exact_times(int64_t a, int64_t b)
{
    int64_t product;
    if (a == EXACT_OVERFLOW || b == EXACT_OVERFLOW || __builtin_mul_overflow(a, b, &product))
        return EXACT_OVERFLOW;
    return product;
}

int64_t exact_ceil(int64_t a, int64_t divisor)
{
    return a == EXACT_OVERFLOW ? EXACT_OVERFLOW : a / divisor + (a % divisor != 0);
}

int64_t exact_floor(int64_t a, int64_t divisor)
{
    return a == EXACT_OVERFLOW ? EXACT_OVERFLOW : a / divisor;
}

int64_t exact_share(int64_t a, double share)
{
    if (a == EXACT_OVERFLOW || share >= 1.0)
        return a;
    double part = ceil((double)a * share);
    return part < (double)a ? (int64_t)part : a;
}
