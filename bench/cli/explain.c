/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "cli/explain.h"
#include "cli/method_options.h"
#include "compress/explain.h"
#include "compress/spec.h"

#include <inttypes.h>
#include <stdio.h>

/* clang-format off */
static const option_t explain_options[] = {
    {"method", "M", option_required, "ra, zps, bitflip, or any method or preset that prunes bit columns, also as NAME:key=value..."},
    METHOD_COLUMN_OPTIONS
    {"csv", NULL, NULL, "one line: method,columns,redundant,constant,mse,values"},
    {0},
};
/* clang-format on */

static const char explain_details[] =
    "Weights are integers from -128 to 127, written after --. The constant is shown as it is stored: the negated shift\n"
    "for zps, the mean of the low columns for ra, one of both for best, 0 for bitflip; value = stored + constant. For\n"
    "bitflip, redundant columns are the columns that were zero already.";

static void print_csv(const char *spec, const method_config_t *config, const explanation_t *group)
{
    printf("%s,%d,%d,%d,%.9g,", spec, config->columns, group->code.redundant, group->code.constant, group->mse);
    for (int64_t i = 0; i < group->count; i++)
        printf("%s%d", i ? " " : "", group->rows[i].value);
    printf("\n");
}

static void print_steps(const char *spec, const method_config_t *config, const explanation_t *group)
{
    printf("%s, %d columns: %s\n\n", spec, config->columns, method_summary(spec));
    if (group->code.shifted)
        printf("shift %+d, clipped to [-128, 127]\n\n", group->shift);
    printf("  weight  %s  bits      stored  columns    value  error\n", group->code.shifted ? "shifted" : "       ");
    for (int64_t i = 0; i < group->count; i++) {
        const explain_row_t *row = &group->rows[i];
        text_t shifted = group->code.shifted ? text_of("%d", row->shifted) : text_of("%s", "");
        printf("  %6d  %7s  %s  %6d  %s  %6d  %5d\n", row->weight, shifted.chars, row->bits, row->stored, row->stored_bits,
               row->value, row->value - row->weight);
    }
    printf("\nredundant columns  %d\n", group->code.redundant);
    printf("constant           %d (stored; value = stored + constant)\n", group->code.constant);
    printf("metadata           0x%02x\n", group->code.meta);
    printf("MSE                %.9g (int8 steps squared)\n", group->mse);
    printf("size               %" PRId64 " bits: %d columns of %" PRId64 " weights, plus %" PRId64 " bits of metadata\n",
           group->value_bits + group->meta_bits, 8 - config->columns, group->count, group->meta_bits);
}

static outcome_t read_weights(const options_t *options, int8_t *weights, int64_t *count)
{
    *count = (int64_t)options_operand_count(options);
    for (int64_t i = 0; i < *count; i++) {
        int64_t weight;
        const char *text = options_operand(options, (size_t)i);
        if (!text_to_integer(text, -128, 127, &weight))
            return outcome_usage("explain", text_of("weight %" PRId64, i).chars, text, "an integer from -128 to 127", NULL);
        weights[i] = (int8_t)weight;
    }
    return outcome_ok();
}

static outcome_t run(const options_t *options)
{
    const method_t *method;
    method_config_t config;
    int8_t weights[COLUMNS_GROUP_MOST];
    int64_t count;
    explanation_t explanation;
    const char *spec = options_text(options, "method");
    outcome_t result = method_options_read(options, NULL, &method, &config);
    if (!outcome_is_ok(&result) || outcome_bad(&result, read_weights(options, weights, &count)) ||
        outcome_bad(&result, explain_group(method, &config, weights, count, &explanation)))
        return result;
    if (options_flag(options, "csv"))
        print_csv(spec, &config, &explanation);
    else
        print_steps(spec, &config, &explanation);
    explain_free(&explanation);
    return result;
}

const command_t command_explain = {
    .name = "explain",
    .summary = "show how one group of weights is compressed, step by step",
    .operands = "W0 W1 ...",
    .operands_least = 1,
    .operands_most = COLUMNS_GROUP_MOST,
    .options = explain_options,
    .details = explain_details,
    .examples = "# the group of the paper's Fig. 4\n"
                "bbsbench explain --method ra:columns=4 -- -11 20 -57 13\n"
                "# that of Fig. 5, with a shift of one's own\n"
                "bbsbench explain --method zps:columns=4:shift=-14 -- 81 -20 1 -7",
    .run = run,
};
