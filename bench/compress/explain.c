/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/explain.h"

#include "base/text.h"

#include <stdlib.h>

static int clip(int value)
{
    return value < -128 ? -128 : value > 127 ? 127 : value;
}

static void write_bits(const column_coder_t *coder, int value, uint8_t kept, char *text)
{
    int magnitude = value < 0 ? -value : value;
    unsigned word = (unsigned)value & 255u;
    if (coder->sign_magnitude)
        word = (value < 0 ? 128u : 0u) | (unsigned)(magnitude > 127 ? 127 : magnitude);
    for (int column = 0; column < EXPLAIN_COLUMNS; column++) {
        unsigned bit = 128u >> column;
        text[column] = !(kept & bit) ? '-' : word & bit ? '1' : '0';
    }
    text[EXPLAIN_COLUMNS] = '\0';
}

static void fill_rows(const column_coder_t *coder, const int8_t *weights, const int8_t *stored, explanation_t *explanation)
{
    int64_t squares = 0;
    for (int64_t i = 0; i < explanation->count; i++) {
        explain_row_t *row = &explanation->rows[i];
        row->weight = weights[i];
        row->shifted = clip(weights[i] + explanation->shift);
        row->stored = stored[i];
        row->value = stored[i] + explanation->code.constant;
        write_bits(coder, row->shifted, 255, row->bits);
        write_bits(coder, row->stored, explanation->code.kept, row->stored_bits);
        squares += (int64_t)(row->value - row->weight) * (row->value - row->weight);
    }
    explanation->mse = (double)squares / (double)explanation->count;
}

outcome_t explain_group(const method_t *method, const method_config_t *config, const int8_t *weights, int64_t count,
                        explanation_t *explanation)
{
    *explanation = (explanation_t){.count = count};
    const column_coder_t *coder = method->coder;
    if (coder == NULL)
        return outcome_usage("explain", text_of("method %s", method->name).chars, "no bit columns", "ra, zps or bitflip",
                             NULL);
    if (count < 1 || count > COLUMNS_GROUP_MOST)
        return outcome_usage("explain", "group", text_of("%lld weights", (long long)count).chars, "1 to 4096", NULL);
    outcome_t result = method_check(method, config);
    if (!outcome_is_ok(&result))
        return result;
    int8_t *stored = malloc((size_t)count);
    explanation->rows = calloc((size_t)count, sizeof *explanation->rows);
    if (stored == NULL || explanation->rows == NULL) {
        free(stored);
        explain_free(explanation);
        return outcome_out_of_memory("explain");
    }
    explanation->code = coder->encode(config, weights, count, stored);
    explanation->shift = explanation->code.shifted ? -explanation->code.constant : 0;
    explanation->value_bits = count * (EXPLAIN_COLUMNS - config->columns);
    explanation->meta_bits = coder->meta_bits;
    fill_rows(coder, weights, stored, explanation);
    free(stored);
    return outcome_ok();
}

void explain_free(explanation_t *explanation)
{
    free(explanation->rows);
    *explanation = (explanation_t){0};
}
