/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig11`: what PTQ, BitWave and BBS lose at the paper's two settings on each network, and on average; and the
 * same methods at equal bits, with every channel compressed. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"
#include "base/number.h"

#include <math.h>

static const char file[] = "fig11.csv";
static const losses_choice_t choices[] = {{NULL, "ptq-cons"},
                                          {NULL, "bitwave-cons"},
                                          {NULL, "bbs-cons"},
                                          {NULL, "ptq-mod"},
                                          {NULL, "bitwave-mod"},
                                          {NULL, "bbs-mod"},
                                          {NULL, "ptq:bits=6"},
                                          {NULL, "bitflip:columns=2:beta=0"},
                                          {NULL, "ra:columns=2:beta=0"},
                                          {NULL, "zps:columns=2:beta=0"},
                                          {NULL, "ptq:bits=4"},
                                          {NULL, "bitflip:columns=4:beta=0"},
                                          {NULL, "ra:columns=4:beta=0"},
                                          {NULL, "zps:columns=4:beta=0"}};

/* Does the paper's ordering hold: the first loses no more than the second? */
static const struct {
    const char *first, *second, *says;
} orders[] = {
    {"bbs-cons", "bitwave-cons", "BBS loses no more than BitWave, conservative"},
    {"bbs-mod", "bitwave-mod", "BBS loses no more than BitWave, moderate"},
    {"bitwave-cons", "ptq-cons", "BitWave loses no more than PTQ, conservative"},
    {"bitwave-mod", "ptq-mod", "BitWave loses no more than PTQ, moderate"},
    {"ra:columns=2:beta=0", "bitflip:columns=2:beta=0", "BBS loses no more than BitWave, 2 columns, all channels"},
    {"zps:columns=4:beta=0", "bitflip:columns=4:beta=0", "BBS loses no more than BitWave, 4 columns, all channels"},
    {"ra:columns=2:beta=0", "zps:columns=2:beta=0", "rounded averaging is the better one at 2 columns"},
    {"zps:columns=4:beta=0", "ra:columns=4:beta=0", "zero-point shifting is the better one at 4 columns"}};

static outcome_t run(const experiment_context_t *context)
{
    return losses_write(context, file, choices, sizeof choices / sizeof *choices, true);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    const double bbs = losses_of(&rows, "mean", "bbs-mod", "loss_points");
    const double bitwave = losses_of(&rows, "mean", "bitwave-mod", "loss_points");
    if (!isnan(bbs) && !isnan(bitwave))
        document_fact(
            document, "Mean loss, moderate",
            text_of("%s points BBS, %s BitWave", number_fixed(bbs, 2).chars, number_fixed(bitwave, 2).chars).chars,
            rows_integer(&rows, 0, "stand_in") != 0 ? "against int8, mean over the networks of this run; STAND-IN"
                                                    : "against int8, mean over the networks of this run");
    return rows.outcome;
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_paragraph(document, "Does the paper's ordering hold on these networks?");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        size_t networks;
        const double share = losses_share(&rows, orders[i].first, orders[i].second, &networks);
        if (networks > 0)
            document_item(document, "%s: on %.0f of %zu networks; mean loss %s against %s points.", orders[i].says,
                          share * (double)networks, networks,
                          number_fixed(losses_of(&rows, "mean", orders[i].first, "loss_points"), 2).chars,
                          number_fixed(losses_of(&rows, "mean", orders[i].second, "loss_points"), 2).chars);
    }
    outcome_t result =
        losses_present(view, document, file,
                       "Loss of PTQ, BitWave and BBS: at the paper's settings, with the channels that Algorithm "
                       "2 leaves at 8 bits, and with every channel compressed.");
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench accuracy --net all --method int8 --method bitwave-mod --method bbs-mod "
                               "--images 2000 --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    rows_t rows = rows_of(view->rows);
    size_t conservative, moderate;
    const double cons = losses_share(&rows, "bbs-cons", "bitwave-cons", &conservative);
    const double mod = losses_share(&rows, "bbs-mod", "bitwave-mod", &moderate);
    outcome_t result = losses_measured(claims, &rows, "C66", BASIS_SUBSET, "mean", "bbs-mod", "loss_points", file);
    if (outcome_is_ok(&result) && conservative + moderate > 0)
        result = claims_measured(
            claims, "C67", losses_basis(&rows, 0, BASIS_SUBSET, "loss_points"),
            100.0 * (cons * (double)conservative + mod * (double)moderate) / (double)(conservative + moderate), file,
            text_of("%zu comparisons, cons and mod; as much counts as less", conservative + moderate).chars);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {
    "Losses of some tenths of a point on 1,000 to 2,000 samples are within the noise of single answers: see the paired "
    "test "
    "of each row of accuracy, and the interval of the mean.",
    "The width of PTQ at the two settings (6 and 4 bits) is inferred from the paper's text.", NULL};

const experiment_t experiment_fig11 = {
    .id = "fig11",
    .title = "Fig. 11: losses of PTQ, BitWave and BBS",
    .needs = "the rows of experiment accuracy",
    .cost = "below 1 s",
    .settings = "ptq, bitwave, bitflip, ra, zps and bbs rows of accuracy.csv",
    .seeds = "1 for the bootstrap",
    .rows = "fig11.csv",
    .figure = "fig11",
    .figure_alt =
        "Bars of the loss of PTQ, BitWave and BBS at the two settings on each network and on average; the numbers "
        "stand in the table below.",
    .figure_caption =
        "Loss of accuracy against int8 at the paper's two settings; mean: over the networks, with the bootstrap's "
        "95 % interval. Source: `fig11.csv`.",
    .rule = &losses_rule,
    .limits = limits,
    .list_inputs = losses_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
