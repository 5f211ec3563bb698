/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/exppow.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>

enum { MOST_PLACES = 1 << 16 }; /* the distribution functions are compared at so many points */

static const double least_shape = 0.2, most_shape = 20.0;

static double ratio_of(double shape)
{
    return exp(2.0 * gsl_sf_lngamma(2.0 / shape) - gsl_sf_lngamma(1.0 / shape) - gsl_sf_lngamma(3.0 / shape));
}

static double beyond_target(double shape, void *target)
{
    return ratio_of(shape) - *(const double *)target;
}

/* Bisection: the ratio rises with the shape. */
static double solve(double target)
{
    if (target <= ratio_of(least_shape))
        return least_shape;
    if (target >= ratio_of(most_shape))
        return most_shape;
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    gsl_function function;
    double shape = 2.0;
    if (solver == NULL)
        return shape;
    function.function = beyond_target;
    function.params = &target;
    gsl_root_fsolver_set(solver, &function, least_shape, most_shape);
    for (int i = 0; i < 100; i++) {
        gsl_root_fsolver_iterate(solver);
        shape = gsl_root_fsolver_root(solver);
        if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver), 0, 1e-9) ==
            GSL_SUCCESS)
            break;
    }
    gsl_root_fsolver_free(solver);
    return shape;
}

void exppow_fit(double *values, size_t count, double *shape, double *misfit)
{
    double magnitudes = 0.0, squares = 0.0;
    gsl_sort(values, 1, count);
    for (size_t i = 0; i < count; i++) {
        magnitudes += fabs(values[i]);
        squares += values[i] * values[i];
    }
    *shape = 2.0;
    *misfit = 0.0;
    if (squares <= 0.0)
        return;
    double number = (double)count;
    *shape = solve(magnitudes * magnitudes / number / squares);
    double width = sqrt(squares / number) * exp(0.5 * (gsl_sf_lngamma(1.0 / *shape) - gsl_sf_lngamma(3.0 / *shape)));
    size_t step = 1 + count / MOST_PLACES;
    for (size_t i = 0; i < count; i += step) {
        double model = gsl_cdf_exppow_P(values[i], width, *shape);
        double above = fabs((double)(i + 1) / number - model), below = fabs((double)i / number - model);
        *misfit = fmax(*misfit, fmax(above, below));
    }
}
