/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy_rows.h"

/* One row, cell by cell. */
typedef struct {
    const char *net, *size, *data, *method;
    int64_t samples, correct;
    double accuracy_percent, wilson_low_percent, wilson_high_percent;
    const char *reference;
    int64_t right_to_wrong, wrong_to_right;
    double mcnemar_p, bits_per_weight, bits_per_weight_with_metadata;
    int64_t whole_layers, layers, sensitive_channels, channels, activation_bits;
    const char *kernels, *profile;
    bool stand_in;
    double f1_percent, f1_batch32_percent;
    int64_t skipped;
    const char *first_skipped;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)
#define FLAG(member) .name = #member, ROWS_PLACE_FLAG(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(data), .key = true, .heading = "Data", .meaning = "the data set"},
    {TEXT(method), .key = true, .heading = "Method", .meaning = "the compression method, as `--method` takes it"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "samples that were run"},
    {INTEGER(correct), .heading = "Right", .unit = "answers", .sense = ROWS_HIGHER, .counts_samples = true,
     .meaning = "samples with a right answer (top-1)"},
    {REAL(accuracy_percent), .heading = "Accuracy", .unit = "%", .sense = ROWS_FOLLOWS, .decimals = 2,
     .meaning = "100 × correct / samples"},
    {REAL(wilson_low_percent), .heading = "Low", .unit = "%", .sense = ROWS_FOLLOWS, .decimals = 2,
     .meaning = "lower end of the accuracy's 95 % interval (Wilson 1927)"},
    {REAL(wilson_high_percent), .heading = "High", .unit = "%", .sense = ROWS_FOLLOWS, .decimals = 2,
     .meaning = "upper end of the same interval"},
    {TEXT(reference), .heading = "Reference",
     .meaning = "method that the next three columns compare with, on the same samples; empty in the row of that method"},
    {INTEGER(right_to_wrong), .heading = "Lost", .unit = "answers", .sense = ROWS_LOWER, .counts_samples = true,
     .meaning = "answers that are right with the reference and wrong with this method"},
    {INTEGER(wrong_to_right), .heading = "Gained", .unit = "answers", .sense = ROWS_HIGHER, .counts_samples = true,
     .meaning = "answers that are wrong with the reference and right with this method"},
    {REAL(mcnemar_p), .heading = "McNemar p", .unit = "exact", .sense = ROWS_FOLLOWS, .decimals = 3,
     .meaning = "McNemar's exact p, two-sided: chance of flips at least as one-sided if the method made no difference"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits each", .sense = ROWS_LOWER, .decimals = 2,
     .meaning = "stored bits per weight without metadata, mean over the weights of the network"},
    {REAL(bits_per_weight_with_metadata), .heading = "with metadata", .unit = "bits each", .sense = ROWS_LOWER,
     .decimals = 2, .meaning = "the same with metadata and channel indices"},
    {INTEGER(whole_layers), .heading = "Whole layers", .meaning = "layers with every channel at 8 bits"},
    {INTEGER(layers), .heading = "Layers", .meaning = "layers with weights"},
    {INTEGER(sensitive_channels), .heading = "Sensitive channels", .meaning = "output channels left at 8 bits"},
    {INTEGER(channels), .heading = "Channels", .meaning = "output channels of all layers"},
    {INTEGER(activation_bits), .heading = "Activations", .unit = "bits",
     .meaning = "32: float; fewer: quantised by the method (its key `activations`), or all to INT8"},
    {TEXT(kernels), .heading = "Kernels", .meaning = "the kernel set that computed the answers"},
    {TEXT(profile), .heading = "Profile", .meaning = "the preprocessing of the samples"},
    {FLAG(stand_in), .heading = "Stand-in", .meaning = "1: the network only stands in for the paper's"},
    {REAL(f1_percent), .heading = "F1", .unit = "%", .sense = ROWS_FOLLOWS, .decimals = 2,
     .meaning = "F1 of class 1 over all answers, for data scored by F1 (MRPC)"},
    {REAL(f1_batch32_percent), .heading = "F1 of batches", .unit = "%", .sense = ROWS_FOLLOWS, .decimals = 2,
     .meaning = "mean F1 of batches of 32, as the paper's authors report MRPC"},
    {INTEGER(skipped), .heading = "Skipped", .unit = "samples",
     .meaning = "samples left out because they could not be read"},
    {TEXT(first_skipped), .heading = "First skipped", .meaning = "file or line of the first sample left out"},
    {.name = NULL},
};

const rows_schema_t accuracy_schema = {.name = "accuracy",
                                       .about = "Accuracy of each network under each compression method.",
                                       .columns = columns,
                                       .samples = "samples",
                                       .flips_per_thousand = 1,
                                       .answers = "predictions"};

const rows_schema_t integers_schema = {
    .name = "integers",
    .about = "Accuracy with 8-bit activations and exact integer sums: equal on every machine, compared exactly.",
    .columns = columns,
    .samples = "samples",
    .answers = "predictions_integers"};

void accuracy_write(rows_writer_t *writer, const accuracy_row_t *row)
{
    const cells_t cells = {.net = row->net,
                           .size = row->size,
                           .data = row->data,
                           .method = row->method,
                           .samples = row->samples,
                           .correct = row->correct,
                           .accuracy_percent = 100.0 * (double)row->correct / (double)row->samples,
                           .wilson_low_percent = 100.0 * row->wilson_low,
                           .wilson_high_percent = 100.0 * row->wilson_high,
                           .reference = row->paired ? row->reference : "",
                           .right_to_wrong = row->paired ? row->right_to_wrong : ROWS_UNKNOWN,
                           .wrong_to_right = row->paired ? row->wrong_to_right : ROWS_UNKNOWN,
                           .mcnemar_p = row->mcnemar_p,
                           .bits_per_weight = compress_bits_per_weight(&row->bits, false),
                           .bits_per_weight_with_metadata = compress_bits_per_weight(&row->bits, true),
                           .whole_layers = row->bits.whole_layers,
                           .layers = row->bits.layers,
                           .sensitive_channels = row->bits.sensitive,
                           .channels = row->bits.channels,
                           .activation_bits = row->activation_bits,
                           .kernels = row->kernels,
                           .profile = row->profile,
                           .stand_in = row->stand_in,
                           .f1_percent = 100.0 * row->f1,
                           .f1_batch32_percent = 100.0 * row->f1_batch32,
                           .skipped = row->skipped,
                           .first_skipped = row->first_skipped.chars};
    rows_write(writer, &cells);
}
