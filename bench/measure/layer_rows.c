/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/layers.h"

typedef struct {
    const char *net, *size, *data, *method, *layer;
    int64_t place, samples, activation_bits, weights;
    double bits_per_weight, kl_int8, kl_int8_error, kl_int8_median, kl_int8_p99, logit_error_int8_median;
    int64_t flips_int8, lost, gained;
    bool stand_in;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member), .key = true
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(data), .heading = "Data", .meaning = "the data set"},
    {TEXT(method), .heading = "Method", .meaning = "the method that one layer is put under; all others are INT8"},
    {TEXT(layer), .heading = "Layer", .meaning = "the layer"},
    {INTEGER(place), .heading = "Place", .meaning = "of the layer in the network, from 1"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "samples that were run"},
    {INTEGER(activation_bits), .heading = "Activations", .unit = "bits", .meaning = "32: float; 8: INT8"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of the layer"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits each", .sense = ROWS_LOWER, .decimals = 2,
     .meaning = "stored bits per weight of the layer, without metadata; 8: the method leaves it whole"},
    {REAL(kl_int8), .heading = "KL, INT8", .unit = "nats", .sense = ROWS_LOWER, .near = true, .decimals = 6,
     .meaning = "mean divergence (KL) of the class distributions from the INT8 network"},
    {REAL(kl_int8_error), .heading = "its standard error", .unit = "nats", .sense = ROWS_FOLLOWS, .decimals = 6,
     .meaning = "standard deviation over the samples / √N"},
    {REAL(kl_int8_median), .heading = "median", .unit = "nats", .sense = ROWS_FOLLOWS, .decimals = 6,
     .meaning = "median of the same divergence"},
    {REAL(kl_int8_p99), .heading = "99th percentile", .unit = "nats", .sense = ROWS_FOLLOWS, .decimals = 5,
     .meaning = "99th percentile of the same divergence"},
    {REAL(logit_error_int8_median), .heading = "Logit error", .unit = "of the norm", .sense = ROWS_LOWER, .near = true,
     .decimals = 5, .meaning = "median of the relative distance from the logits of the INT8 network"},
    {INTEGER(flips_int8), .heading = "Flips", .unit = "answers", .sense = ROWS_FOLLOWS,
     .meaning = "answers that are not those of the INT8 network, whatever the label"},
    {INTEGER(lost), .heading = "Lost", .unit = "answers", .sense = ROWS_FOLLOWS,
     .meaning = "right with INT8 and wrong with this layer compressed"},
    {INTEGER(gained), .heading = "Gained", .unit = "answers", .sense = ROWS_FOLLOWS,
     .meaning = "wrong with INT8 and right with this layer compressed"},
    {.name = "stand_in",
     ROWS_PLACE_FLAG(cells_t, stand_in),
     .heading = "Stand-in",
     .meaning = "1: the network only stands in for the paper's"},
    {.name = NULL},
};

const rows_schema_t layers_schema = {
    .name = "layers",
    .about = "What one compressed layer does to the outputs of a network whose other layers are INT8 (docs/outputs.md).",
    .columns = columns};

void layers_write(rows_writer_t *writer, const layers_row_t *row)
{
    const cells_t cells = {.net = row->net,
                           .size = row->size,
                           .data = row->data,
                           .method = row->method,
                           .layer = row->layer,
                           .place = row->place,
                           .samples = row->samples,
                           .activation_bits = row->activation_bits,
                           .weights = row->bits.weights,
                           .bits_per_weight = compress_bits_per_weight(&row->bits, false),
                           .kl_int8 = row->kl,
                           .kl_int8_error = row->kl_error,
                           .kl_int8_median = row->kl_median,
                           .kl_int8_p99 = row->kl_p99,
                           .logit_error_int8_median = row->logit_error_median,
                           .flips_int8 = row->flips,
                           .lost = row->lost,
                           .gained = row->gained,
                           .stand_in = row->stand_in};
    rows_write(writer, &cells);
}
