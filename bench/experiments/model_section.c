/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two views of the accelerator models: totals against Stripes from speedup.csv, and the layers from model.csv, folded. */
#include "experiments/model_section.h"

#include "base/text.h"
#include "experiments/model_full.h"
#include "experiments/rows.h"
#include "nets/net.h"
#include "base/number.h"

#include <inttypes.h>
#include <math.h>

/* ===  Against a baseline  === */

static const char *const keys[] = {"net", "size", "accelerator", "layer", NULL};

/* Every number of a model is exact; some have a better direction. */
static const diff_column_t columns[] = {{"compute_cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"dram_cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"energy_total_pj", SENSE_LOWER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};

const diff_rule_t model_rule = {.keys = keys, .columns = columns};

/* ===  Totals  === */

static const column_t total_columns[] = {{"Network", "", false},
                                         {"Accelerator", "", false},
                                         {"Cycles", "millions", true},
                                         {"Speedup", "× Stripes", true},
                                         {"Energy", "per sample", true},
                                         {"Energy", "÷ Stripes", true},
                                         {"of it on chip", "÷ Stripes", true},
                                         {"of it DRAM", "÷ Stripes", true},
                                         {"Weight", "bits, without metadata", true},
                                         {"Sensitive channels", "", true},
                                         {"Selection", "", false},
                                         {NULL, NULL, false}};

/* The total row of a network on an accelerator in model.csv; rows->table->rows when there is none. */
static size_t find_total(rows_t *model, const char *net, const char *size, const char *accelerator)
{
    size_t row = rows_find(model, 0, "layer", "total");
    while (row < model->table->rows &&
           (!text_equal(rows_text(model, row, "net"), net) || !text_equal(rows_text(model, row, "size"), size) ||
            !text_equal(rows_text(model, row, "accelerator"), accelerator)))
        row = rows_find(model, row + 1, "layer", "total");
    return row;
}

static void present_total(rows_t *speedups, size_t row, rows_t *model, document_t *document)
{
    const char *net = rows_text(speedups, row, "net"), *size = rows_text(speedups, row, "size");
    const char *accelerator = rows_text(speedups, row, "accelerator");
    size_t total = find_total(model, net, size, accelerator);
    bool mean = total == model->table->rows;
    document_cell(document, "%s (%s)", net, size);
    document_cell(document, "%s", accelerator);
    document_cell(document, "%s", number_fixed(rows_real(speedups, row, "cycles") / 1e6, 2).chars);
    document_cell(document, "%s", number_fixed(rows_real(speedups, row, "speedup"), 3).chars);
    document_cell(document, "%s", mean ? "–" : number_energy(rows_real(speedups, row, "energy_total_pj")).chars);
    document_cell(document, "%s", number_fixed(rows_real(speedups, row, "energy_ratio"), 3).chars);
    document_cell(document, "%s", number_fixed(rows_real(speedups, row, "energy_on_chip_ratio"), 3).chars);
    document_cell(document, "%s", number_fixed(rows_real(speedups, row, "energy_dram_ratio"), 3).chars);
    document_cell(document, "%s", mean ? "–" : number_fixed(rows_real(model, total, "weight_bits"), 2).chars);
    if (mean)
        document_cell(document, "–");
    else
        document_cell(document, "%s of %s", number_integer(rows_integer(model, total, "sensitive_channels")).chars,
                      number_integer(rows_integer(model, total, "channels")).chars);
    document_cell(document, "%s", mean ? "geometric mean" : rows_text(model, total, "selection"));
}

/* ===  Layers  === */

static const column_t layer_columns[] = {{"Layer", "", false},
                                         {"Accelerator", "", false},
                                         {"Cycles", "", true},
                                         {"Bound by", "", false},
                                         {"MACs", "", true},
                                         {"Weight", "bits", true},
                                         {"Sensitive channels", "", true},
                                         {"DRAM", "bytes", true},
                                         {"Energy on chip", "", true},
                                         {"Energy DRAM", "", true},
                                         {NULL, NULL, false}};

static void present_layer(rows_t *rows, size_t row, document_t *document)
{
    int64_t compute = rows_integer(rows, row, "compute_cycles"), dram = rows_integer(rows, row, "dram_cycles");
    int64_t bytes = rows_integer(rows, row, "dram_weight_bytes") + rows_integer(rows, row, "dram_input_bytes") +
                    rows_integer(rows, row, "dram_output_bytes") + rows_integer(rows, row, "dram_metadata_bytes");
    document_cell(document, "%s", rows_text(rows, row, "layer"));
    document_cell(document, "%s", rows_text(rows, row, "accelerator"));
    document_cell(document, "%s", number_integer(rows_integer(rows, row, "cycles")).chars);
    document_cell(document, "%s", compute >= dram ? "compute" : "DRAM");
    document_cell(document, "%s", number_integer(rows_integer(rows, row, "macs")).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "weight_bits"), 2).chars);
    document_cell(document, "%" PRId64 " of %" PRId64, rows_integer(rows, row, "sensitive_channels"),
                  rows_integer(rows, row, "channels"));
    document_cell(document, "%s", number_integer(bytes).chars);
    document_cell(document, "%s", number_energy(rows_real(rows, row, "energy_on_chip_pj")).chars);
    document_cell(document, "%s", number_energy(rows_real(rows, row, "energy_dram_pj")).chars);
}

/* The layers of each network in a fold of its own: rows of one network stand together in model.csv. */
static void present_layers(rows_t *rows, document_t *document)
{
    const char *net = "";
    for (size_t row = 0; row < rows->table->rows; row++) {
        if (!text_equal(net, rows_text(rows, row, "net"))) {
            if (net[0] != '\0')
                document_fold_end(document);
            net = rows_text(rows, row, "net");
            document_fold(document, "Layer by layer: %s (%s)", net, rows_text(rows, row, "size"));
            document_table(document, layer_columns, "%s (%s), one sample. Source: `model.csv`.", net,
                           rows_text(rows, row, "size"));
        }
        present_layer(rows, row, document);
    }
    if (net[0] != '\0')
        document_fold_end(document);
}

/* ===  The section  === */

static outcome_t read_speedups(const experiment_view_t *view, csv_table_t *table)
{
    return csv_read(text_of("%s/speedup.csv", view->folder).chars, table);
}

outcome_t model_present(const experiment_view_t *view, document_t *document)
{
    csv_table_t table;
    outcome_t result = read_speedups(view, &table);
    if (!outcome_is_ok(&result))
        return result;
    rows_t speedups = rows_of(&table), model = rows_of(view->rows);
    document_table(
        document, total_columns,
        "One sample through the full-size network. Speedup above 1 is faster than Stripes, an energy ratio below 1 is "
        "less. "
        "`synthetic`: sensitive channels by Algorithm 2 from synthetic scales. Means are geometric. "
        "Sources: `speedup.csv`, `model.csv`.");
    for (size_t row = 0; row < table.rows; row++)
        present_total(&speedups, row, &model, document);
    present_layers(&model, document);
    csv_free(&table);
    return outcome_is_ok(&speedups.outcome) ? model.outcome : speedups.outcome;
}

/* ===  Headline and claims  === */

/* Designs, and the claims that the means over the networks speak to. */
static const struct {
    const char *accelerator;
    const char *label;                                     /* of its headline number; NULL: none */
    const char *speedup_claim, *energy_claim, *size_claim; /* NULL: the paper gives no such number */
} settings[] = {
    {"ant", NULL, "C10", NULL, NULL},
    {"bitvert-cons", "BitVert, conservative", "C05", "C07", "C01"},
    {"bitvert-mod", "BitVert, moderate", "C06", "C08", "C02"},
};

typedef struct {
    size_t networks;
    double speedup, energy_ratio;
    double compression; /* mean over the networks of 8 / bits per weight */
    const char *selection;
    const char *net; /* the last one */
} mean_t;

/* Means over the networks of one accelerator: geometric for ratios, arithmetic for compression, as the paper has them. */
static mean_t mean_of(rows_t *speedups, rows_t *model, const char *accelerator)
{
    mean_t mean = {.speedup = 0, .selection = "", .net = ""};
    double compression = 0;
    for (size_t row = rows_find(speedups, 0, "accelerator", accelerator); row < speedups->table->rows;
         row = rows_find(speedups, row + 1, "accelerator", accelerator)) {
        const char *net = rows_text(speedups, row, "net");
        size_t total = find_total(model, net, rows_text(speedups, row, "size"), accelerator);
        if (total == model->table->rows)
            continue; /* the mean row */
        mean.speedup += log(rows_real(speedups, row, "speedup"));
        mean.energy_ratio += log(rows_real(speedups, row, "energy_ratio"));
        compression += 8 / rows_real(model, total, "weight_bits");
        mean.selection = rows_text(model, total, "selection");
        mean.net = net;
        mean.networks++;
    }
    mean.speedup = exp(mean.speedup / (double)mean.networks);
    mean.energy_ratio = exp(mean.energy_ratio / (double)mean.networks);
    mean.compression = compression / (double)mean.networks;
    return mean;
}

static text_t networks_text(const mean_t *mean)
{
    if (mean->networks == 1)
        return text_of("%s alone", mean->net);
    return text_of("geometric mean of %zu networks", mean->networks);
}

outcome_t model_headline(const experiment_view_t *view, document_t *document)
{
    csv_table_t table;
    outcome_t result = read_speedups(view, &table);
    if (!outcome_is_ok(&result))
        return result;
    rows_t speedups = rows_of(&table), model = rows_of(view->rows);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        mean_t mean = mean_of(&speedups, &model, settings[i].accelerator);
        if (mean.networks == 0 || settings[i].label == NULL)
            continue;
        text_t speed = number_fixed(mean.speedup, 2), energy = number_fixed(mean.energy_ratio, 2);
        text_t note = text_of("against Stripes, %s, full size, %s", networks_text(&mean).chars, mean.selection);
        document_fact(document, settings[i].label, text_of("%s× speed, %s× energy", speed.chars, energy.chars).chars,
                      note.chars);
    }
    csv_free(&table);
    return outcome_is_ok(&speedups.outcome) ? model.outcome : speedups.outcome;
}

static outcome_t measure_one(claims_t *claims, const char *id, claim_basis_t basis, double value, const char *rows,
                             const char *note)
{
    return id != NULL ? claims_measured(claims, id, basis, value, rows, note) : outcome_ok();
}

/* Ratios of cycles and energy follow mostly from shapes and settings; sizes of compressed weights follow from which
 * channels are sensitive, of which synthetic scales say too little for a verdict. */
static outcome_t measure_setting(const mean_t *mean, size_t setting, claims_t *claims)
{
    size_t all = 0;
    while (net_registry[all] != NULL)
        all++;
    claim_basis_t basis = mean->networks == all ? model_full_basis : BASIS_SUBSET;
    text_t note =
        text_of("%s, full size, synthetic weights%s", networks_text(mean).chars,
                text_equal(mean->selection, "none") ? "" : "; sensitive channels by Algorithm 2 from their scales");
    text_t size_note =
        text_of("8 / weight_bits without metadata, as the paper counts, averaged over the networks; %s", note.chars);
    outcome_t result =
        measure_one(claims, settings[setting].speedup_claim, basis, mean->speedup, "speedup.csv", note.chars);
    if (outcome_is_ok(&result))
        result = measure_one(claims, settings[setting].energy_claim, basis, mean->energy_ratio, "speedup.csv", note.chars);
    if (outcome_is_ok(&result))
        result = measure_one(claims, settings[setting].size_claim, BASIS_SUBSET, mean->compression, "model.csv",
                             size_note.chars);
    return result;
}

outcome_t model_measure(const experiment_view_t *view, claims_t *claims)
{
    csv_table_t table;
    outcome_t result = read_speedups(view, &table);
    if (!outcome_is_ok(&result))
        return result;
    rows_t speedups = rows_of(&table), model = rows_of(view->rows);
    for (size_t i = 0; i < sizeof settings / sizeof *settings && outcome_is_ok(&result); i++) {
        mean_t mean = mean_of(&speedups, &model, settings[i].accelerator);
        if (mean.networks > 0)
            result = measure_setting(&mean, i, claims);
    }
    csv_free(&table);
    if (!outcome_is_ok(&result))
        return result;
    return outcome_is_ok(&speedups.outcome) ? model.outcome : speedups.outcome;
}

outcome_t model_rerun(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    if (view->rows->rows == 0)
        return rows.outcome;
    size_t row = view->rows->rows - 1;
    document_command(document, "build/bbsbench simulate --net %s --size %s --accelerator %s --out rows.csv",
                     rows_text(&rows, row, "net"), rows_text(&rows, row, "size"), rows_text(&rows, row, "accelerator"));
    return rows.outcome;
}
