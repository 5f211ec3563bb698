/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `integers`: the same networks with activations of 8 bits and integer sums, as the paper's baseline has them.
 * The answers are the same on every machine, so these rows are compared exactly: what regressions are tracked with. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"
#include "experiments/measured.h"
#include "experiments/rows.h"
#include "base/number.h"

#include <math.h>

static const char file[] = "integers.csv";
static const char *const methods[] = {
    "int8", "bbs-cons", "bbs-mod", "zps:columns=4:beta=0", "bitflip:columns=4:beta=0", "ptq:bits=4"};

static outcome_t run(const experiment_context_t *context)
{
    const text_t predictions = text_of("%s/predictions_integers", context->folder);
    accuracy_config_t config = {.methods = methods,
                                .method_count = sizeof methods / sizeof *methods,
                                .kernels = "fast",
                                .integers = true,
                                .predictions = predictions.chars};
    return measured_run(context, &config, file);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    size_t networks = 0;
    for (size_t row = rows_find(&rows, 0, "method", "int8"); row < view->rows->rows;
         row = rows_find(&rows, row + 1, "method", "int8"))
        networks++;
    document_fact(document, "Networks in exact integers (W8A8)", text_of("%zu", networks).chars,
                  "the same answers on every processor, for any number of threads");
    return rows.outcome;
}

static const column_t table_columns[] = {{"Network", "", false},
                                         {"Method", "", false},
                                         {"N", "samples", true},
                                         {"Accuracy", "%, 8-bit activations", true},
                                         {"95 % interval", "%, Wilson", true},
                                         {"float activations", "%", true},
                                         {"Flips", "lost / gained", true},
                                         {"McNemar p", "exact", true},
                                         {NULL, NULL, false}};

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    csv_table_t table;
    const outcome_t read = csv_read(text_of("%s/accuracy.csv", view->folder).chars, &table);
    const bool has_floats = outcome_is_ok(&read);
    rows_t rows = rows_of(view->rows), floats = rows_of(&table);
    if (view->rows->rows == 0) {
        document_paragraph(document, "No network of this run can be run in integers (a CNN needs ranges): NOT RUN.");
        if (has_floats)
            csv_free(&table);
        return rows.outcome;
    }
    document_table(document, table_columns,
                   "Top-1 accuracy with activations of 8 bits; flips against int8 on the same samples. Sources: "
                   "`integers.csv`, `accuracy.csv`.");
    for (size_t row = 0; row < view->rows->rows; row++) {
        const bool paired = rows_text(&rows, row, "reference")[0] != '\0';
        document_cell(document, "%s%s", rows_text(&rows, row, "net"),
                      rows_integer(&rows, row, "stand_in") ? " (stand-in)" : "");
        document_cell(document, "`%s`", rows_text(&rows, row, "method"));
        document_cell(document, "%s", number_integer(rows_integer(&rows, row, "samples")).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "accuracy_percent"), 2).chars);
        document_cell(document, "%s to %s", number_fixed(rows_real(&rows, row, "wilson_low_percent"), 2).chars,
                      number_fixed(rows_real(&rows, row, "wilson_high_percent"), 2).chars);
        document_cell(document, "%s",
                      number_fixed(has_floats ? losses_of(&floats, rows_text(&rows, row, "net"),
                                                          rows_text(&rows, row, "method"), "accuracy_percent")
                                              : NAN,
                                   2)
                          .chars);
        document_cell(
            document, "%s",
            paired ? text_of("−%s / +%s", rows_text(&rows, row, "right_to_wrong"), rows_text(&rows, row, "wrong_to_right"))
                         .chars
                   : "–");
        document_cell(document, "%s", paired ? number_fixed(rows_real(&rows, row, "mcnemar_p"), 3).chars : "–");
    }
    if (has_floats)
        csv_free(&table);
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench accuracy --net all --activations int8 --images 2000 --out rows.csv");
    return outcome_ok();
}

/* The paper's accuracies are claims of experiment accuracy. */
static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    (void)view;
    (void)claims;
    return outcome_ok();
}

static const char *const limits[] = {
    "How the activations are quantised, and that the residual of a CNN is the 8-bit tensor, is stated in ARCHITECTURE.md "
    "and "
    "the headers of bench/engine; the authors' own code differs in details that the paper does not state.",
    "Methods whose weights are no integers (fp32, mx, ant, noisyquant) cannot be run so.", NULL};

static const char *const stand_in_limits[] = {
    "Accuracies are of compact stand-ins: they say nothing about the paper's networks.", NULL};

static const char *const keys[] = {"net", "size", "data", "method", NULL};
static const diff_column_t columns[] = {
    {"correct", SENSE_HIGHER_IS_BETTER, false}, {"accuracy_percent", SENSE_IGNORED, false}, {NULL, SENSE_NONE, false}};
static const diff_rule_t rule = {.keys = keys, .columns = columns};

const experiment_t experiment_integers = {
    .id = "integers",
    .title = "Accuracy with 8-bit activations, in exact integers",
    .needs = "models/compact with their ranges, the data sets of experiment accuracy",
    .cost = "smoke 10 s, default 1 min, 2 MB (2 cores)",
    .settings = "int8, both settings of the paper, and three methods at 4 bits; activations int8, first layer kept",
    .seeds = "1 for the fixed list of samples when fewer than all are taken; nothing else is drawn at random",
    .rows = "integers.csv",
    .rule = &rule,
    .limits = limits,
    .stand_in_limits = stand_in_limits,
    .list_inputs = measured_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
