/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `examples`: the groups of four weights in the paper's Figs 1, 4 and 5, compared with the printed results. All
 * are integers, so the tolerance is zero. */
#include "base/text.h"
#include "compress/explain.h"
#include "compress/spec.h"
#include "experiments/measurement.h"
#include "rows/writer.h"

enum { WEIGHTS = 4, NO_SHIFT = 0 };

typedef struct {
    const char *figure;
    const char *spec;
    int shift; /* the shift of the figure; NO_SHIFT: the method's own choice */
    int8_t weights[WEIGHTS];
    int printed[WEIGHTS];
} example_t;

static const example_t examples[] = {
    {"Fig. 1, sign-magnitude", "bitflip:columns=3", NO_SHIFT, {77, -25, 6, -11}, {76, -24, 4, -12}},
    {"Fig. 1, BBS", "ra:columns=3", NO_SHIFT, {77, -25, 6, -11}, {78, -26, 6, -10}},
    {"Fig. 4", "ra:columns=4", NO_SHIFT, {-11, 20, -57, 13}, {-11, 21, -59, 13}},
    {"Fig. 5", "zps:columns=4", -14, {81, -20, 1, -7}, {78, -18, -2, -2}},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

/* One row. */
typedef struct {
    const char *figure, *method, *weights, *values, *printed;
    int64_t shift, redundant, constant, equal;
    double mse;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(figure), .key = true, .heading = "Example", .meaning = "the figure of the paper that prints the group"},
    {TEXT(method), .heading = "Method", .meaning = "the method, as `--method` takes it"},
    {INTEGER(shift), .heading = "Shift", .unit = "steps", .meaning = "shift that zero-point shifting adds first"},
    {TEXT(weights), .heading = "Weights", .unit = "INT8", .meaning = "the four weights of the group"},
    {INTEGER(redundant), .heading = "Redundant columns", .meaning = "columns that only repeat the sign"},
    {INTEGER(constant), .heading = "Constant", .unit = "as stored", .meaning = "the BBS constant of the group"},
    {TEXT(values), .heading = "Result", .unit = "INT8 steps", .meaning = "the four weights after compression"},
    {TEXT(printed), .heading = "Printed in the paper", .unit = "INT8 steps", .meaning = "the result printed in the paper"},
    {INTEGER(equal), .heading = "Equal", .unit = "of 4", .meaning = "weights that equal the printed ones"},
    {REAL(mse), .heading = "MSE", .unit = "steps²", .decimals = 2, .meaning = "mean squared error of the group"},
    {.name = NULL},
};

static const rows_schema_t schema = {
    .name = "examples",
    .about = "The paper's worked examples: groups of four weights, compared with the printed results.",
    .columns = columns};

static text_t join(const int *values)
{
    return text_of("%d %d %d %d", values[0], values[1], values[2], values[3]);
}

static outcome_t write_example(rows_writer_t *writer, const example_t *example)
{
    const method_t *method;
    method_config_t config;
    explanation_t group;
    int values[WEIGHTS], weights[WEIGHTS], equal = 0;
    outcome_t result;
    if (outcome_bad(&result, method_parse(example->spec, &method, &config)))
        return result;
    config.fixed_shift = example->shift != NO_SHIFT;
    config.shift = example->shift;
    if (outcome_bad(&result, explain_group(method, &config, example->weights, WEIGHTS, &group)))
        return result;
    for (int i = 0; i < WEIGHTS; i++) {
        weights[i] = example->weights[i];
        values[i] = group.rows[i].value;
        equal += values[i] == example->printed[i];
    }
    text_t before = join(weights), after = join(values), printed = join(example->printed);
    const cells_t cells = {.figure = example->figure,
                           .method = example->spec,
                           .shift = group.shift,
                           .weights = before.chars,
                           .redundant = group.code.redundant,
                           .constant = group.code.constant,
                           .values = after.chars,
                           .printed = printed.chars,
                           .equal = equal,
                           .mse = group.mse};
    rows_write(writer, &cells);
    explain_free(&group);
    return result;
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    rows_writer_t writer;
    (void)context;
    outcome_t result = rows_create(&writer, &schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (int i = 0; i < EXAMPLES && outcome_is_ok(&result); i++)
        result = write_example(&writer, &examples[i]);
    return rows_finish(&writer, result);
}

extern const measurement_t measurement_examples;
const measurement_t measurement_examples = {.schema = &schema, .run = run};
