/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/losses.h"

#include "base/text.h"
#include "data/dataset.h"
#include "rows/statistics.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>

const char losses_header[] = "net,size,data,method,samples,networks,accuracy_percent,loss_points,loss_low_points,"
                             "loss_high_points,bits_per_weight,bits_per_weight_with_metadata,whole_layers,layers,stand_in,"
                             "f1_percent,f1_batch32_percent";

enum { MOST_NETWORKS = 64, PAPER_NETWORKS = 7 };
static const char bits_column[] = "bits_per_weight";
static const char reference[] = "int8";

/* ===  Writing  === */

/* The row of accuracy.csv that has this network and method, or the number of rows. */
static size_t find(rows_t *rows, const char *net, const char *method)
{
    size_t row = rows_find(rows, 0, "method", method);
    while (row < rows->table->rows && !text_equal(rows_text(rows, row, "net"), net))
        row = rows_find(rows, row + 1, "method", method);
    return row;
}

static double loss_at(rows_t *rows, size_t row)
{
    const size_t base = find(rows, rows_text(rows, row, "net"), reference);
    return base < rows->table->rows ? rows_real(rows, base, "accuracy_percent") - rows_real(rows, row, "accuracy_percent")
                                    : NAN;
}

static void write_row(csv_writer_t *writer, rows_t *rows, size_t row)
{
    static const char *const copied[] = {"bits_per_weight", "bits_per_weight_with_metadata", NULL};
    static const char *const counted[] = {"whole_layers", "layers", "stand_in", NULL};
    csv_text(writer, rows_text(rows, row, "net"));
    csv_text(writer, rows_text(rows, row, "size"));
    csv_text(writer, rows_text(rows, row, "data"));
    csv_text(writer, rows_text(rows, row, "method"));
    csv_integer(writer, rows_integer(rows, row, "samples"));
    csv_integer(writer, 1);
    csv_real(writer, rows_real(rows, row, "accuracy_percent"));
    csv_real(writer, loss_at(rows, row));
    csv_real(writer, NAN);
    csv_real(writer, NAN);
    for (const char *const *name = copied; *name != NULL; name++)
        csv_real(writer, rows_real(rows, row, *name));
    for (const char *const *name = counted; *name != NULL; name++)
        csv_integer(writer, rows_integer(rows, row, *name));
    csv_real(writer, rows_real(rows, row, "f1_percent"));
    csv_real(writer, rows_real(rows, row, "f1_batch32_percent"));
    csv_end_row(writer);
}

/* The mean over the networks that have the method. */
static void write_mean(csv_writer_t *writer, rows_t *rows, const char *method)
{
    double losses[MOST_NETWORKS], low, high, mean = 0, bits = 0, with_metadata = 0;
    int64_t samples = 0, whole = 0, layers = 0, stand_in = 0;
    size_t count = 0;
    for (size_t row = rows_find(rows, 0, "method", method); row < rows->table->rows && count < MOST_NETWORKS;
         row = rows_find(rows, row + 1, "method", method)) {
        losses[count++] = loss_at(rows, row);
        mean += losses[count - 1];
        bits += rows_real(rows, row, "bits_per_weight");
        with_metadata += rows_real(rows, row, "bits_per_weight_with_metadata");
        samples += rows_integer(rows, row, "samples");
        whole += rows_integer(rows, row, "whole_layers");
        layers += rows_integer(rows, row, "layers");
        stand_in |= rows_integer(rows, row, "stand_in");
    }
    if (count == 0)
        return;
    statistics_bootstrap_mean(losses, count, 1, &low, &high);
    csv_text(writer, "mean");
    csv_text(writer, rows_text(rows, 0, "size"));
    csv_text(writer, "");
    csv_text(writer, method);
    csv_integer(writer, samples);
    csv_integer(writer, (int64_t)count);
    csv_real(writer, NAN);
    csv_real(writer, mean / (double)count);
    csv_real(writer, low);
    csv_real(writer, high);
    csv_real(writer, bits / (double)count);
    csv_real(writer, with_metadata / (double)count);
    csv_integer(writer, whole);
    csv_integer(writer, layers);
    csv_integer(writer, stand_in);
    csv_real(writer, NAN);
    csv_real(writer, NAN);
    csv_end_row(writer);
}

static void write_choice(csv_writer_t *writer, rows_t *rows, const losses_choice_t *choice)
{
    for (size_t row = rows_find(rows, 0, "method", choice->method); row < rows->table->rows;
         row = rows_find(rows, row + 1, "method", choice->method))
        if (choice->net == NULL || text_equal(rows_text(rows, row, "net"), choice->net))
            write_row(writer, rows, row);
}

outcome_t losses_write(const experiment_context_t *context, const char *file, const losses_choice_t *choices, size_t count,
                       bool mean)
{
    csv_table_t table;
    csv_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, csv_read(text_of("%s/accuracy.csv", context->folder).chars, &table)))
        return result;
    rows_t rows = rows_of(&table);
    result = csv_create(&writer, text_of("%s/%s", context->folder, file).chars, losses_header);
    if (outcome_is_ok(&result)) {
        for (size_t i = 0; i < count; i++)
            write_choice(&writer, &rows, &choices[i]);
        for (size_t i = 0; i < count && mean; i++)
            write_mean(&writer, &rows, choices[i].method);
        result = rows.outcome;
        if (outcome_is_ok(&result))
            result = csv_commit(&writer);
        else
            csv_abandon(&writer);
    }
    csv_free(&table);
    return result;
}

/* ===  Showing  === */

static const column_t table_columns[] = {{"Network", "", false},
                                         {"Method", "", false},
                                         {"Label", "", false},
                                         {"N", "samples", true},
                                         {"Accuracy", "%", true},
                                         {"F1", "%, MRPC: all / mean of batches of 32", true},
                                         {"Loss against int8", "points", true},
                                         {"95 % interval of the mean", "bootstrap over networks", true},
                                         {"Weights", "bits each", true},
                                         {"with metadata", "bits each", true},
                                         {"Compression", "× of 8 bits", true},
                                         {"Layers left whole", "", true},
                                         {NULL, NULL, false}};

static void present_f1(rows_t *rows, size_t row, document_t *document)
{
    const double f1 = rows_real(rows, row, "f1_percent");
    if (isnan(f1))
        document_cell(document, "–");
    else
        document_cell(document, "%s / %s", number_fixed(f1, 2).chars,
                      number_fixed(rows_real(rows, row, "f1_batch32_percent"), 2).chars);
}

static void present_row(rows_t *rows, size_t row, document_t *document)
{
    const bool stand_in = rows_integer(rows, row, "stand_in") != 0;
    const double low = rows_real(rows, row, "loss_low_points");
    document_cell(document, "%s (%s)", rows_text(rows, row, "net"), rows_text(rows, row, "size"));
    document_cell(document, "%s", rows_text(rows, row, "method"));
    document_mark(document, stand_in ? TONE_CAUTION : TONE_NOTE, stand_in ? "STAND-IN" : "measured");
    document_cell(document, "%s", number_integer(rows_integer(rows, row, "samples")).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "accuracy_percent"), 2).chars);
    present_f1(rows, row, document);
    document_cell(document, "%s", number_signed(rows_real(rows, row, "loss_points"), 2).chars);
    if (isnan(low))
        document_cell(document, "–");
    else
        document_cell(document, "%s to %s", number_signed(low, 2).chars,
                      number_signed(rows_real(rows, row, "loss_high_points"), 2).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "bits_per_weight"), 2).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "bits_per_weight_with_metadata"), 2).chars);
    document_cell(document, "%s", number_fixed(8.0 / rows_real(rows, row, "bits_per_weight_with_metadata"), 2).chars);
    document_cell(document, "%lld of %lld", (long long)rows_integer(rows, row, "whole_layers"),
                  (long long)rows_integer(rows, row, "layers"));
}

outcome_t losses_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    (void)mode;
    (void)inputs;
    return outcome_ok();
}

outcome_t losses_present(const experiment_view_t *view, document_t *document, const char *file, const char *what)
{
    rows_t rows = rows_of(view->rows);
    document_table(
        document, table_columns,
        "%s A loss above zero is worse than int8 on the same samples. Bits without and with metadata, mean over the "
        "weights of the network (of a row mean: over the networks). The interval is of the mean over networks, "
        "drawn again 10,000 times. Source: `%s`.",
        what, file);
    for (size_t row = 0; row < view->rows->rows; row++)
        present_row(&rows, row, document);
    return rows.outcome;
}

/* ===  Claims  === */

double losses_of(rows_t *rows, const char *net, const char *method, const char *column)
{
    const size_t row = find(rows, net, method);
    return row < rows->table->rows ? rows_real(rows, row, column) : NAN;
}

double losses_share(rows_t *rows, const char *first, const char *second, size_t *networks)
{
    size_t fewer = 0;
    *networks = 0;
    for (size_t row = rows_find(rows, 0, "method", first); row < rows->table->rows;
         row = rows_find(rows, row + 1, "method", first)) {
        const double other = losses_of(rows, rows_text(rows, row, "net"), second, "loss_points");
        if (text_equal(rows_text(rows, row, "net"), "mean") || isnan(other))
            continue;
        ++*networks;
        fewer += rows_real(rows, row, "loss_points") <= other;
    }
    return *networks > 0 ? (double)fewer / (double)*networks : NAN;
}

/* Every sample of the published set? Of a mean: in each of the paper's seven networks? */
static bool is_whole(rows_t *rows, size_t row)
{
    const char *data = rows_text(rows, row, "data"), *method = rows_text(rows, row, "method");
    if (data[0] != '\0')
        return rows_integer(rows, row, "samples") == dataset_whole(data);
    size_t networks = 0;
    for (size_t at = rows_find(rows, 0, "method", method); at < row; at = rows_find(rows, at + 1, "method", method))
        networks += is_whole(rows, at);
    return networks == PAPER_NETWORKS;
}

claim_basis_t losses_basis(rows_t *rows, size_t row, claim_basis_t best, const char *column)
{
    if (rows_integer(rows, row, "stand_in") != 0)
        return BASIS_STAND_IN;
    return text_equal(column, bits_column) || is_whole(rows, row) ? best : BASIS_SUBSET;
}

outcome_t losses_measured(claims_t *claims, rows_t *rows, const char *claim, claim_basis_t best, const char *net,
                          const char *method, const char *column, const char *file)
{
    const size_t row = find(rows, net, method);
    if (row >= rows->table->rows || isnan(rows_real(rows, row, column)))
        return outcome_ok();
    text_t note =
        text_of("%s (%s), %s, column %s, N = %s, %s bits a weight, weights only compressed", net,
                rows_text(rows, row, "size"), method, column, number_integer(rows_integer(rows, row, "samples")).chars,
                number_fixed(rows_real(rows, row, "bits_per_weight"), 2).chars);
    return claims_measured(claims, claim, losses_basis(rows, row, best, column), rows_real(rows, row, column), file,
                           note.chars);
}

/* ===  Against a baseline  === */

static const char *const keys[] = {"net", "size", "method", NULL};

/* They follow from the counts of accuracy.csv, which are compared there. */
static const diff_column_t columns[] = {{"accuracy_percent", SENSE_IGNORED, false},
                                        {"loss_points", SENSE_IGNORED, false},
                                        {"loss_low_points", SENSE_IGNORED, false},
                                        {"loss_high_points", SENSE_IGNORED, false},
                                        {"f1_percent", SENSE_IGNORED, false},
                                        {"f1_batch32_percent", SENSE_IGNORED, false},
                                        {"bits_per_weight", SENSE_LOWER_IS_BETTER, false},
                                        {"bits_per_weight_with_metadata", SENSE_LOWER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};

const diff_rule_t losses_rule = {.keys = keys, .columns = columns};
