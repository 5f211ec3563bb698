/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/paired.h"

#include <math.h>

#include <gsl/gsl_cdf.h> /* gsl_cdf_ugaussian_Pinv */

paired_effect_t paired_effect(flips_t flips, int64_t samples)
{
    const double n = (double)samples, z = gsl_cdf_ugaussian_Pinv(0.975);
    const double lost = ((double)flips.right_to_wrong + 1) / (n + 2), gained = ((double)flips.wrong_to_right + 1) / (n + 2);
    const double centre = gained - lost, spread = z * sqrt((lost + gained - centre * centre) / (n + 2));
    return (paired_effect_t){.effect = (double)(flips.wrong_to_right - flips.right_to_wrong) / n,
                             .low = fmax(-1, centre - spread),
                             .high = fmin(1, centre + spread)};
}

/* Samples that a loss `d` needs. */
static double needed(double d, double moving, double alpha, double power)
{
    const double m = fmax(moving, d);
    const double root = gsl_cdf_ugaussian_Pinv(1 - alpha / 2) * sqrt(m) + gsl_cdf_ugaussian_Pinv(power) * sqrt(m - d * d);
    return root * root / (d * d);
}

double paired_detectable(int64_t samples, double moving, double alpha, double power)
{
    double small = 0, large = 1; /* fewer samples are needed for a larger loss */
    if (!(needed(large, moving, alpha, power) <= (double)samples))
        return NAN;
    for (int i = 0; i < 60; i++) {
        double middle = (small + large) / 2;
        *(needed(middle, moving, alpha, power) <= (double)samples ? &large : &small) = middle;
    }
    return large;
}
