/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig13`: energy of all designs against SparTen on the seven networks, on chip and DRAM. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/model_full.h"
#include "experiments/ratio_section.h"
#include "base/number.h"

#include <math.h>

static outcome_t run(const experiment_context_t *context)
{
    return model_full_ratios(context, "sparten", "fig13.csv");
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    double cons = ratio_of(&rows, "geomean", "bitvert-cons", "energy_ratio");
    double mod = ratio_of(&rows, "geomean", "bitvert-mod", "energy_ratio");
    document_fact(document, "SparTen's energy over BitVert's",
                  text_of("%s× cons, %s× mod", number_fixed(1.0 / cons, 2).chars, number_fixed(1.0 / mod, 2).chars).chars,
                  ratio_note);
    return rows.outcome;
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    outcome_t result = ratio_present(view, document, "energy_ratio",
                                     "Energy against SparTen, on chip and DRAM, without leakage: one sample through the "
                                     "full-size network, synthetic weights; geomean: the geometric mean of the seven. "
                                     "Source: `fig13.csv`.");
    if (outcome_is_ok(&result))
        result =
            ratio_present(view, document, "energy_dram_ratio",
                          "Of it DRAM, against SparTen's total. The row geomean has the share that DRAM has on average. "
                          "Source: `fig13.csv`.");
    return result;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench simulate --net vgg16 --accelerator sparten,bitvert-mod --out rows.csv");
    return outcome_ok();
}

/* ===  Claims  === */

static double largest(rows_t *rows)
{
    double most = 0.0;
    for (size_t row = 0; row < rows->table->rows; row++)
        if (!text_equal(rows_text(rows, row, "net"), "geomean"))
            most = fmax(most, rows_real(rows, row, "energy_ratio"));
    return most;
}

/* One bit beside a weight of 8: from the layers of which nothing is fetched twice. */
static outcome_t measure_mask(const experiment_view_t *view, claims_t *claims)
{
    csv_table_t table;
    double least = INFINITY;
    outcome_t result = csv_read(text_of("%s/model.csv", view->folder).chars, &table);
    if (!outcome_is_ok(&result))
        return result;
    rows_t model = rows_of(&table);
    for (size_t row = rows_find(&model, 0, "accelerator", "sparten"); row < table.rows;
         row = rows_find(&model, row + 1, "accelerator", "sparten"))
        least = fmin(least, 100.0 * rows_real(&model, row, "dram_metadata_bytes") / rows_real(&model, row, "weights"));
    result = model.outcome;
    csv_free(&table);
    if (outcome_is_ok(&result) && isfinite(least))
        result =
            claims_measured(claims, "C114", BASIS_WHOLE, least, "model.csv", "bytes of the mask over weights of a byte");
    return result;
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const ratio_claim_t means[] = {
        {"C20", "ant", false},         {"C21", "stripes", false},    {"C22", "pragmatic", false},
        {"C23", "bitlet", false},      {"C24", "bitwave", false},    {"C25", "bitvert-cons", false},
        {"C26", "bitvert-mod", false}, {"C27", "bitvert-mod", true}, {"C28", "bitvert-cons", true},
    };
    rows_t rows = rows_of(view->rows);
    outcome_t result = ratio_measure(view, claims, "fig13.csv", "energy_ratio", means, sizeof means / sizeof *means);
    if (outcome_is_ok(&result))
        result = claims_measured(claims, "C29", model_full_basis, largest(&rows), "fig13.csv",
                                 "the largest of 56 bars; all of them in the rows; full size, synthetic weights");
    if (outcome_is_ok(&result))
        result = measure_mask(view, claims);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {
    "The reference is SparTen, whose energy depends on an assumed share of activations that are not zero more than that of "
    "any other design: every ratio of this figure moves with it.",
    "Why all ratios are below the paper's: SparTen's own energy is higher here, on the transformers above all, whose dense "
    "activations it stores and fetches with their masks, and works on one by one. Set against Stripes instead (section on "
    "the "
    "models) BitVert's energies are those of the paper.",
    "PE, register and DRAM energies are the constants of the authors' simulator; leakage is left out, as there.", NULL};

const experiment_t experiment_fig13 = {
    .id = "fig13",
    .title = "Fig. 13: energy against SparTen",
    .needs = "nothing beyond the program",
    .cost = "10 s alone, 2 MB",
    .settings =
        "networks of the registry, size full, all accelerators, synthetic weights, energy table bitsim, first layer kept",
    .seeds = "weights: of each network by its name",
    .rows = "fig13.csv",
    .figure = "fig13",
    .figure_alt =
        "Bars of the energy against SparTen of each design on each network and their geometric means, split into on "
        "chip and DRAM; the numbers stand in the tables below.",
    .figure_caption =
        "Energy against SparTen (lower is better; dark on chip, light DRAM), one sample through the full-size "
        "networks, synthetic weights. Source: `fig13.csv`.",
    .rule = &ratio_rule,
    .limits = limits,
    .list_inputs = model_full_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
