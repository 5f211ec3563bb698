/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table1`: accuracy of each network in float32 and with INT8 weights. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"

static const char file[] = "table1.csv";
static const losses_choice_t choices[] = {{NULL, "fp32"}, {NULL, "int8"}};

static outcome_t run(const experiment_context_t *context)
{
    return losses_write(context, file, choices, sizeof choices / sizeof *choices, false);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    (void)view;
    (void)document;
    return outcome_ok();
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    return losses_present(view, document, file, "Accuracy of the networks as they are, and with INT8 weights.");
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench accuracy --net all --method fp32 --method int8 --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    /* The authors' figure of MRPC is the mean F1 of batches of 32 (their nlp/mrpc_t2c.py), not accuracy. */
    static const char accuracy[] = "accuracy_percent", f1[] = "f1_batch32_percent";
    static const struct {
        const char *net, *column, *fp32, *int8;
    } cells[] = {{"vgg16", accuracy, "C30", "C31"},    {"resnet34", accuracy, "C32", "C33"},
                 {"resnet50", accuracy, "C34", "C35"}, {"vit_small", accuracy, "C36", "C37"},
                 {"vit_base", accuracy, "C38", "C39"}, {"bert_mrpc", f1, "C40", "C41"},
                 {"bert_sst2", accuracy, "C42", "C43"}};
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof cells / sizeof *cells && outcome_is_ok(&result); i++)
        if (!outcome_bad(&result, losses_measured(claims, &rows, cells[i].fp32, BASIS_WHOLE, cells[i].net, "fp32",
                                                  cells[i].column, file)))
            result =
                losses_measured(claims, &rows, cells[i].int8, BASIS_SUBSET, cells[i].net, "int8", cells[i].column, file);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const stand_in_limits[] = {
    "Compact stand-ins on other data: their accuracies cannot be set against the paper's, and no verdict does.", NULL};
static const char *const limits[] = {"INT8 is of the weights; activations are computed in float32.", NULL};

const experiment_t experiment_table1 = {
    .id = "table1",
    .title = "Table I: networks, data, accuracy",
    .needs = "the rows of experiment accuracy",
    .cost = "below 1 s",
    .settings = "methods fp32 and int8 of accuracy.csv",
    .seeds = "none",
    .rows = "table1.csv",
    .rule = &losses_rule,
    .limits = limits,
    .stand_in_limits = stand_in_limits,
    .list_inputs = losses_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
