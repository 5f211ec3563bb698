/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_EXPPOW_H
#define BBS_COMPRESS_EXPPOW_H

#include <stddef.h>

/* The generalised Gaussian (GSL's exponential power distribution), p(x) ~ exp(-|x / a|^shape), with the mean magnitude
 * and the root mean square of `values`: (E|x|)^2 / E x^2 = gamma(2 / shape)^2 / (gamma(1 / shape) gamma(3 / shape)),
 * solved for the shape between 0.2 and 20 (the nearer end where there is no solution). `misfit` is the
 * Kolmogorov-Smirnov distance. Sorts the values; all zero gives shape 2 and misfit 0. */
void exppow_fit(double *values, size_t count, double *shape, double *misfit);

#endif
