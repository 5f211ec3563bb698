/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig16`: what a design costs in energy times delay against what it loses in accuracy, on ResNet-50. The first
 * comes from the models of the full-size network, the second from the accuracy rows of this run. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/losses.h"
#include "experiments/model_full.h"
#include "experiments/ratio_section.h"
#include "base/number.h"

#include <math.h>

static const char file[] = "fig16.csv", net[] = "resnet50";
static const char header[] =
    "net,size,accelerator,reference,method,edp_ratio,accuracy_size,samples,loss_points,on_frontier,"
    "stand_in";

/* The design, and the rows whose accuracy it has. Designs that leave the weights as they are lose what INT8 loses: nothing.
 */
static const struct {
    const char *accelerator, *method;
} points[] = {{"stripes", "int8"}, {"pragmatic", "int8"}, {"bitlet", "int8"},           {"bitwave", "bitflip:columns=3"},
              {"sparten", "int8"}, {"ant", "ant"},        {"bitvert-cons", "bbs-cons"}, {"bitvert-mod", "bbs-mod"}};
enum { POINTS = sizeof points / sizeof *points };

typedef struct {
    double edp, loss; /* loss NaN: the run has no such row */
    int64_t samples, stand_in;
    const char *size;
} point_t;

/* ===  Writing  === */

static point_t point_of(rows_t *ratios, rows_t *accuracy, size_t index)
{
    const char *accelerator = points[index].accelerator, *method = points[index].method;
    point_t point = {.edp =
                         ratio_of(ratios, net, accelerator, "energy_ratio") / ratio_of(ratios, net, accelerator, "speedup"),
                     .loss = losses_of(accuracy, net, "int8", "accuracy_percent") -
                             losses_of(accuracy, net, method, "accuracy_percent")};
    if (isnan(point.loss))
        return point;
    point.samples = (int64_t)losses_of(accuracy, net, method, "samples");
    point.stand_in = (int64_t)losses_of(accuracy, net, method, "stand_in");
    point.size = rows_text(accuracy, 0, "size");
    return point;
}

/* No other point has both a smaller product and a smaller loss, or one of them smaller and the other equal. */
static bool on_frontier(const point_t *all, size_t index)
{
    for (size_t i = 0; i < POINTS; i++)
        if (all[i].edp <= all[index].edp && all[i].loss <= all[index].loss &&
            (all[i].edp < all[index].edp || all[i].loss < all[index].loss))
            return false;
    return true;
}

static void write_points(csv_writer_t *writer, rows_t *ratios, rows_t *accuracy)
{
    point_t all[POINTS];
    for (size_t i = 0; i < POINTS; i++)
        all[i] = point_of(ratios, accuracy, i);
    for (size_t i = 0; i < POINTS; i++) {
        if (isnan(all[i].loss) || isnan(all[i].edp))
            continue;
        csv_text(writer, net);
        csv_text(writer, "full");
        csv_text(writer, points[i].accelerator);
        csv_text(writer, "stripes");
        csv_text(writer, points[i].method);
        csv_real(writer, all[i].edp);
        csv_text(writer, all[i].size);
        csv_integer(writer, all[i].samples);
        csv_real(writer, all[i].loss);
        csv_integer(writer, on_frontier(all, i));
        csv_integer(writer, all[i].stand_in);
        csv_end_row(writer);
    }
}

static outcome_t run(const experiment_context_t *context)
{
    csv_table_t ratio_table = {0}, accuracy_table = {0};
    csv_writer_t writer;
    outcome_t result = model_full_ratios(context, "stripes", "speedup.csv");
    if (!outcome_is_ok(&result))
        return result;
    if (outcome_bad(&result, csv_read(text_of("%s/speedup.csv", context->folder).chars, &ratio_table)) ||
        outcome_bad(&result, csv_read(text_of("%s/accuracy.csv", context->folder).chars, &accuracy_table)) ||
        outcome_bad(&result, csv_create(&writer, text_of("%s/%s", context->folder, file).chars, header)))
        goto out;
    rows_t ratios = rows_of(&ratio_table), accuracy = rows_of(&accuracy_table);
    write_points(&writer, &ratios, &accuracy);
    result = outcome_is_ok(&ratios.outcome) ? accuracy.outcome : ratios.outcome;
    if (outcome_is_ok(&result))
        result = csv_commit(&writer);
    else
        csv_abandon(&writer);

out:
    csv_free(&ratio_table);
    csv_free(&accuracy_table);
    return result;
}

/* ===  Showing  === */

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    const size_t row = rows_find(&rows, 0, "accelerator", "bitvert-mod");
    if (row < view->rows->rows)
        document_fact(document, "Energy-delay product of BitVert (mod), ResNet-50",
                      text_of("%s of Stripes'", number_fixed(rows_real(&rows, row, "edp_ratio"), 3).chars).chars,
                      "full size, synthetic weights");
    return rows.outcome;
}

static const column_t table_columns[] = {
    {"Accelerator", "", false}, {"Weights", "", false}, {"Energy × delay", "of Stripes", true},
    {"Loss", "points", true},   {"N", "samples", true}, {"On the frontier", "", false},
    {NULL, NULL, false}};

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    if (view->rows->rows == 0) {
        document_paragraph(document, "This run has no accuracy rows of ResNet-50 under the designs' methods: NOT RUN.");
        return outcome_ok();
    }
    document_table(
        document, table_columns,
        "Energy-delay product of the full-size ResNet-50 (models, synthetic weights) against the loss of accuracy "
        "of this run's ResNet-50. Source: `fig16.csv`.");
    for (size_t row = 0; row < view->rows->rows; row++) {
        document_cell(document, "%s", rows_text(&rows, row, "accelerator"));
        document_cell(document, "%s", rows_text(&rows, row, "method"));
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "edp_ratio"), 3).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "loss_points"), 2).chars);
        document_cell(document, "%lld", (long long)rows_integer(&rows, row, "samples"));
        document_cell(document, "%s", rows_integer(&rows, row, "on_frontier") ? "yes" : "no");
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench run --only accuracy,model,fig16");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    rows_t rows = rows_of(view->rows);
    const size_t row = rows_find(&rows, 0, "accelerator", "bitvert-mod");
    outcome_t result = outcome_ok();
    if (row < view->rows->rows)
        result = claims_measured(claims, "C110", rows_integer(&rows, row, "stand_in") ? BASIS_STAND_IN : BASIS_SUBSET,
                                 rows_real(&rows, row, "edp_ratio"), file,
                                 "BitVert (mod) over Stripes; the paper gives no number");
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {
    "Energy and delay come from models with synthetic weights, the loss from this run's own rows. A loss of some tenths of "
    "a "
    "point is within the noise of single answers.",
    "BitWave's point has the weights that its model runs (three columns flipped, as the authors set it for ResNet-50); PTQ "
    "is "
    "absent, because no accelerator of the set runs it.",
    NULL};

static const char *const stand_in_limits[] = {
    "The two axes are of two networks: energy and delay of the full-size ResNet-50, the loss of a compact stand-in.", NULL};

static const char *const keys[] = {"net", "accelerator", NULL};
static const diff_column_t columns[] = {{"edp_ratio", SENSE_LOWER_IS_BETTER, false},
                                        {"loss_points", SENSE_IGNORED, false},
                                        {"on_frontier", SENSE_IGNORED, false},
                                        {NULL, SENSE_NONE, false}};
static const diff_rule_t rule = {.keys = keys, .columns = columns};

const experiment_t experiment_fig16 = {
    .id = "fig16",
    .title = "Fig. 16: energy-delay product against loss",
    .needs = "the rows of experiments accuracy and model",
    .cost = "below 1 s",
    .settings = "resnet50; cycles and energies as in model, losses as in accuracy",
    .seeds = "those of accuracy and model",
    .rows = "fig16.csv",
    .figure = "fig16",
    .figure_alt = "Points of the designs on ResNet-50: energy-delay product across, loss of accuracy upwards; the numbers "
                  "stand in the table below.",
    .figure_caption =
        "Energy-delay product over Stripes (full size, synthetic weights) against the loss of accuracy "
        "against int8 of this run's ResNet-50. Filled: no other design is better in both. Source: `fig16.csv`.",
    .rule = &rule,
    .limits = limits,
    .stand_in_limits = stand_in_limits,
    .list_inputs = losses_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
