/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/density.h"

#include "base/text.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "measure/activity.h"
#include "rows/writer.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t options_table[] = {
    {"net", "NAME", option_required, "the network"},
    {"size", "compact|full", NULL, "width of the network (default compact; full for a network without a compact size)"},
    {"weights", "FILE", NULL, "checkpoint to use in place of the shipped or fetched one"},
    {"data", "PATH", NULL, "data set (default: the one in datasets/, or where Debian installs it)"},
    {"vocabulary", "FILE", NULL, "WordPiece vocabulary of the checkpoint (vocab.txt), for networks that read text"},
    {"ranges", "FILE", NULL,
     "ranges of a CNN's 8-bit activations, from bbsbench calibrate (default: NAME.ranges.csv beside the weights)"},
    {"samples", "N", "0", "at most N samples, from a fixed balanced list; 0: all"},
    {"masks", "FILE.safetensors", NULL, "also keep which inputs were not zero, for `simulate --masks`"},
    {"mask-samples", "N", "8", "of this many samples"},
    JOBS_OPTION,
    OUTPUT_OPTIONS,
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "Runs the network with INT8 weights and 8-bit activations, as `accuracy --activations int8` does, and counts the inputs\n"
    "and outputs of each layer with weights whose level is not zero. A CNN clips activations to the ranges of `calibrate`;\n"
    "a transformer scales each vector by its own largest magnitude. The first layer reads pixels: a black one is zero.\n"
    "`simulate --density FILE.csv` takes the file. It has the same bytes for any number of threads.";

static void take_row(void *context, const density_row_t *row)
{
    rows_write(context, row);
    printf("%-32s  %6.3f  %6.3f\n", row->layer, row->input_density, row->output_density);
    if (text_equal(row->layer, density_total))
        printf("%s, size %s: shares of inputs and outputs that are not zero, %" PRId64 " samples of %s\n", row->net,
               row->size, row->samples, row->data);
}

static outcome_t read_network(const options_t *options, accuracy_config_t *session)
{
    outcome_t result = net_find(options_text(options, "net"), &session->network);
    if (!outcome_is_ok(&result))
        return result;
    session->size = net_default_size(session->network);
    return options_given(options, "size") ? net_find_size(session->network, options_text(options, "size"), &session->size)
                                          : outcome_ok();
}

static outcome_t run(const options_t *options)
{
    activity_config_t config = {.session = {.weights = options_text(options, "weights"),
                                            .data = options_text(options, "data"),
                                            .vocabulary = options_text(options, "vocabulary"),
                                            .kernels = "fast",
                                            .ranges = options_text(options, "ranges")},
                                .masks = options_text(options, "masks")};
    rows_writer_t rows;
    output_t output;
    outcome_t result;
    if (outcome_bad(&result, read_network(options, &config.session)) ||
        outcome_bad(&result, options_integer(options, "samples", 0, INT64_MAX, &config.session.images)) ||
        outcome_bad(&result, options_integer(options, "mask-samples", 1, 1 << 20, &config.mask_samples)) ||
        outcome_bad(&result, method_options_jobs(options, &config.session.threads)) ||
        outcome_bad(&result, output_open(options, &output)))
        return result;
    if (!outcome_bad(&result, rows_create(&rows, &density_schema, output.rows)))
        result = rows_finish(&rows, activity_run(&config, take_row, &rows));
    return output_close(&output, density_schema.name, &density_schema, result);
}

const command_t command_density = {
    .name = "density",
    .summary = "measure which activations of a network are zero",
    .operands = "",
    .options = options_table,
    .details = details,
    .examples = "# shares of inputs and outputs that are not zero, as a table\n"
                "bbsbench density --net resnet34 --samples 16\n"
                "# rows and masks for simulate\n"
                "bbsbench density --net resnet34 --samples 16 --masks masks.safetensors --out density.csv",
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
