/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table3`: BBS beside Microscaling and NoisyQuant on the vision transformers. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"

static const char file[] = "table3.csv";
static const losses_choice_t choices[] = {{"vit_small", "mx"},      {"vit_small", "noisyquant"}, {"vit_small", "bbs-cons"},
                                          {"vit_small", "bbs-mod"}, {"vit_base", "mx"},          {"vit_base", "noisyquant"},
                                          {"vit_base", "bbs-cons"}, {"vit_base", "bbs-mod"}};

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
    return losses_present(view, document, file, "Methods of about 6 bits a weight on the vision transformers.");
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document,
                     "build/bbsbench accuracy --net vit_small,vit_base --method int8 --method mx --method noisyquant "
                     "--method bbs-cons --method bbs-mod --images 2000 --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const struct {
        const char *loss, *bits, *net, *method;
    } cells[] = {{"C50", "C51", "vit_small", "mx"},       {"C52", "C53", "vit_small", "noisyquant"},
                 {"C54", "C55", "vit_small", "bbs-cons"}, {"C56", "C57", "vit_small", "bbs-mod"},
                 {"C58", "C59", "vit_base", "mx"},        {"C60", "C61", "vit_base", "noisyquant"},
                 {"C62", "C63", "vit_base", "bbs-cons"},  {"C64", "C65", "vit_base", "bbs-mod"}};
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof cells / sizeof *cells && outcome_is_ok(&result); i++)
        if (!outcome_bad(&result, losses_measured(claims, &rows, cells[i].loss, BASIS_SUBSET, cells[i].net, cells[i].method,
                                                  "loss_points", file)))
            result = losses_measured(claims, &rows, cells[i].bits, BASIS_WHOLE, cells[i].net, cells[i].method,
                                     "bits_per_weight", file);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const stand_in_limits[] = {"Compact stand-ins.", NULL};
static const char *const limits[] = {"Microscaling and NoisyQuant also quantise activations; here "
                                     "weights alone are compressed with every "
                                     "method.",
                                     NULL};

const experiment_t experiment_table3 = {
    .id = "table3",
    .title = "Table III: BBS, Microscaling and NoisyQuant",
    .needs = "the rows of experiment accuracy",
    .cost = "below 1 s",
    .settings = "mx, noisyquant, bbs-cons and bbs-mod of accuracy.csv, on vit_small and vit_base",
    .seeds = "none",
    .rows = "table3.csv",
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
