/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/match.h"

#include <math.h>

typedef enum { KIND_LINEAR, KIND_POINTWISE, KIND_KERNEL, KIND_STEM } kind_t;

/* [kind needed][kind of the portrait] */
static const int distances[4][4] = {{0, 1, 2, 3}, {1, 0, 2, 3}, {2, 1, 0, 2}, {3, 3, 1, 0}};

static kind_t kind_of(bool linear, int64_t c, int64_t kh, int64_t kw)
{
    if (linear)
        return KIND_LINEAR;
    if (kh * kw == 1)
        return KIND_POINTWISE;
    return kh * kw > c ? KIND_STEM : KIND_KERNEL;
}

/* Distance of two ratios in doublings; a rest above 1.5 counts as one more. */
static int doublings(double ratio, double other)
{
    double factor = ratio > other ? ratio / other : other / ratio;
    int count = 0;
    for (; factor > 1.5; factor /= 2.0)
        count++;
    return count;
}

/* A weighted sum that orders by kind, then ratio, then depth: ratios differ by less than 50 doublings, depths by at most 1.
 */
static double distance(const portrait_t *portrait, const match_t *layer)
{
    kind_t needed = kind_of(layer->linear, layer->c, layer->kh, layer->kw);
    kind_t there = kind_of(portrait->linear, portrait->c, portrait->kh, portrait->kw);
    int ratio = doublings((double)layer->k / (double)layer->c, (double)portrait->k / (double)portrait->c);
    return 100.0 * distances[needed][there] + 2.0 * ratio + fabs(portrait->depth - layer->depth);
}

const portrait_t *match_portrait(const portraits_t *files, size_t count, const match_t *layer)
{
    const portrait_t *best = NULL;
    for (size_t file = 0; file < count; file++)
        for (size_t i = 0; i < files[file].count; i++)
            if (best == NULL || distance(&files[file].items[i], layer) < distance(best, layer))
                best = &files[file].items[i];
    return best;
}
