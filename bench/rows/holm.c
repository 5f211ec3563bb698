/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/holm.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>

outcome_t holm_correct(const double *p, size_t count, double *corrected)
{
    size_t tests = 0;
    size_t *order = calloc(count + 1, sizeof *order);
    double *known = calloc(count + 1, sizeof *known), least = 0;
    if (order == NULL || known == NULL) {
        free(order);
        free(known);
        return outcome_out_of_memory("Holm's correction");
    }
    for (size_t i = 0; i < count; i++) {
        known[i] = isnan(p[i]) ? HUGE_VAL : p[i]; /* sorted last */
        tests += isnan(p[i]) ? 0 : 1;
        corrected[i] = NAN;
    }
    gsl_sort_index(order, known, 1, count);
    for (size_t rank = 0; rank < tests; rank++) {
        least = fmax(least, fmin(1, (double)(tests - rank) * p[order[rank]]));
        corrected[order[rank]] = least;
    }
    free(order);
    free(known);
    return outcome_ok();
}
