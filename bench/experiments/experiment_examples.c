/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `examples`: the groups of four weights that the paper works through in Figs 1, 4 and 5, against the weights
 * that it prints. Integers, so the tolerance is zero. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "compress/explain.h"
#include "compress/spec.h"
#include "experiments/rows.h"

#include <inttypes.h>
#include <math.h>

enum { WEIGHTS = 4, NO_SHIFT = 0 };

typedef struct {
    const char *figure;
    const char *spec;
    int shift; /* the step that the figure shows; NO_SHIFT: what the method finds */
    int8_t weights[WEIGHTS];
    int printed[WEIGHTS];
    const char *claim;
    const char *measure; /* the column that the claim is about */
} example_t;

static const example_t examples[] = {
    {"Fig. 1, sign-magnitude", "bitflip:columns=3", NO_SHIFT, {77, -25, 6, -11}, {76, -24, 4, -12}, "C71", "mse"},
    {"Fig. 1, BBS", "ra:columns=3", NO_SHIFT, {77, -25, 6, -11}, {78, -26, 6, -10}, "C72", "mse"},
    {"Fig. 4", "ra:columns=4", NO_SHIFT, {-11, 20, -57, 13}, {-11, 21, -59, 13}, "C115", "equal"},
    {"Fig. 5", "zps:columns=4", -14, {81, -20, 1, -7}, {78, -18, -2, -2}, "C116", "equal"},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

/* ===  Rows  === */

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    (void)mode;
    (void)inputs;
    return outcome_ok();
}

static text_t join(const int *values)
{
    return text_of("%d %d %d %d", values[0], values[1], values[2], values[3]);
}

static outcome_t write_example(csv_writer_t *writer, const example_t *example)
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
    csv_text(writer, example->figure);
    csv_text(writer, example->spec);
    csv_integer(writer, group.shift);
    csv_text(writer, join(weights).chars);
    csv_integer(writer, group.code.redundant);
    csv_integer(writer, group.code.constant);
    csv_text(writer, join(values).chars);
    csv_text(writer, join(example->printed).chars);
    csv_integer(writer, equal);
    csv_real(writer, group.mse);
    csv_end_row(writer);
    explain_free(&group);
    return result;
}

static outcome_t run(const experiment_context_t *context)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, text_of("%s/examples.csv", context->folder).chars,
                                  "figure,method,shift,weights,redundant,constant,values,printed,equal,mse");
    if (!outcome_is_ok(&result))
        return result;
    for (int i = 0; i < EXAMPLES && outcome_is_ok(&result); i++)
        result = write_example(&writer, &examples[i]);
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
}

/* ===  Report  === */

static const char *const keys[] = {"figure", NULL};
static const diff_column_t columns[] = {{NULL, SENSE_NONE, false}};
static const diff_rule_t rule = {.keys = keys, .columns = columns};

static const column_t table_columns[] = {{"Example", "", false},
                                         {"Method", "", false},
                                         {"Weights", "INT8", false},
                                         {"Redundant columns", "", true},
                                         {"Constant", "as stored", true},
                                         {"Result", "INT8 steps", false},
                                         {"Printed in the paper", "INT8 steps", false},
                                         {"Equal", "of 4", true},
                                         {"MSE", "steps²", true},
                                         {NULL, NULL, false}};

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    int64_t equal = 0;
    for (size_t row = 0; row < view->rows->rows; row++)
        equal += rows_integer(&rows, row, "equal");
    document_fact(document, "The paper's worked examples",
                  text_of("%" PRId64 " of %zu equal", equal, WEIGHTS * view->rows->rows).chars,
                  "weights of Figs 1, 4 and 5, against those that the paper prints");
    return rows.outcome;
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_table(document, table_columns, "Groups of four weights, as the paper prints them. Source: `examples.csv`.");
    for (size_t row = 0; row < view->rows->rows; row++) {
        document_cell(document, "%s", rows_text(&rows, row, "figure"));
        document_cell(document, "`%s`", rows_text(&rows, row, "method"));
        document_cell(document, "%s", rows_text(&rows, row, "weights"));
        document_cell(document, "%s", rows_text(&rows, row, "redundant"));
        document_cell(document, "%s", rows_text(&rows, row, "constant"));
        document_cell(document, "%s", rows_text(&rows, row, "values"));
        document_cell(document, "%s", rows_text(&rows, row, "printed"));
        document_cell(document, "%s", rows_text(&rows, row, "equal"));
        document_cell(document, "%s", rows_text(&rows, row, "mse"));
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench explain --method ra --columns 4 -- -11 20 -57 13");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (int i = 0; i < EXAMPLES && outcome_is_ok(&result); i++) {
        size_t row = rows_find(&rows, 0, "figure", examples[i].figure);
        if (row == view->rows->rows)
            continue;
        text_t note = text_of("%s becomes %s", rows_text(&rows, row, "weights"), rows_text(&rows, row, "values"));
        result = claims_measured(claims, examples[i].claim, BASIS_WHOLE, rows_real(&rows, row, examples[i].measure),
                                 "examples.csv", note.chars);
    }
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {NULL};

const experiment_t experiment_examples = {
    .id = "examples",
    .title = "The paper's worked examples",
    .needs = "nothing beyond the program",
    .cost = "under 1 s",
    .settings = "the groups of Figs 1, 4 and 5",
    .seeds = "none: nothing is drawn at random",
    .rows = "examples.csv",
    .rule = &rule,
    .limits = limits,
    .list_inputs = list_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
