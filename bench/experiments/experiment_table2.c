/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table2`: BBS moderate beside 6-bit ANT on the two CNNs, without fine-tuning. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"

static const char file[] = "table2.csv";
static const losses_choice_t choices[] = {
    {"vgg16", "bbs-mod"},    {"vgg16", "zps:columns=4:beta=0"},    {"vgg16", "ant"},
    {"resnet50", "bbs-mod"}, {"resnet50", "zps:columns=4:beta=0"}, {"resnet50", "ant"}};

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
    return losses_present(view, document, file,
                          "BBS moderate (`zps:columns=4:beta=0`: no channel left at 8 bits) beside ANT with 6 bits.");
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench accuracy --net vgg16,resnet50 --method int8 --method bbs-mod --method ant "
                               "--images 2000 --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const struct {
        const char *claim, *net, *method, *column;
        claim_basis_t best;
    } cells[] = {{"C44", "vgg16", "bbs-mod", "loss_points", BASIS_SUBSET},
                 {"C45", "vgg16", "bbs-mod", "bits_per_weight", BASIS_WHOLE},
                 {"C46", "vgg16", "ant", "loss_points", BASIS_SUBSET},
                 {"C47", "resnet50", "bbs-mod", "loss_points", BASIS_SUBSET},
                 {"C48", "resnet50", "bbs-mod", "bits_per_weight", BASIS_WHOLE},
                 {"C49", "resnet50", "ant", "loss_points", BASIS_SUBSET}};
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof cells / sizeof *cells && outcome_is_ok(&result); i++)
        result = losses_measured(claims, &rows, cells[i].claim, cells[i].best, cells[i].net, cells[i].method,
                                 cells[i].column, file);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {NULL};
static const char *const stand_in_limits[] = {
    "Compact stand-ins. On narrow layers Algorithm 2 leaves more channels at 8 bits than "
    "on the paper's: compare methods at "
    "their bits, or with beta=0.",
    NULL};

const experiment_t experiment_table2 = {
    .id = "table2",
    .title = "Table II: BBS moderate and ANT",
    .needs = "the rows of experiment accuracy",
    .cost = "below 1 s",
    .settings = "bbs-mod, zps:columns=4:beta=0 and ant of accuracy.csv, on vgg16 and resnet50",
    .seeds = "none",
    .rows = "table2.csv",
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
