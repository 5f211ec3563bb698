/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/source.h"

static outcome_t read_rows(const compress_source_t *source, size_t index, int64_t first, int64_t rows,
                           compress_layer_t *part)
{
    if (source->read != NULL)
        return source->read(source->context, index, first, rows, part);
    *part = compress_layer_rows(&source->layers[index], first, rows);
    return outcome_ok();
}

int64_t compress_source_step(const compress_source_t *source, size_t index, int64_t times)
{
    const int64_t part = source->part > 0 ? source->part : COMPRESS_SOURCE_WEIGHTS;
    return compress_layer_step(&source->layers[index], times * part);
}

outcome_t compress_source_each(const compress_source_t *source, size_t index, int64_t step, compress_visit_t visit,
                               void *context)
{
    const int64_t k = source->layers[index].k;
    compress_layer_t part;
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < k && outcome_is_ok(&result); first += step) {
        result = read_rows(source, index, first, k - first < step ? k - first : step, &part);
        if (outcome_is_ok(&result))
            result = visit(context, first, &part);
    }
    return result;
}
