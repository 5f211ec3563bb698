/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/accuracy.h"

#include "base/text.h"
#include "cli/accuracy_options.h"
#include "cli/output.h"
#include "measure/accuracy_rows.h"
#include "measure/layers.h"
#include "measure/steps.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const option_t options_table[] = {
    {"net", "NAME[,NAME]|all|auto", option_required,
     "networks; all: every network that has the size; auto: the network that the tensors of --weights are"},
    {"data", "PATH", NULL, "data set (default: the one in datasets/, or where Debian installs it)"},
    {"calibration", "PATH", NULL,
     "samples for methods with the key activations (default: the training part of the data, or samples that are not evaluated)"},
    ACCURACY_OPTIONS,
    {"predictions", "FOLDER", NULL,
     "store each prediction there, with what the logits say (docs/outputs.md), and reuse stored ones of the same configuration"},
    {"layers", NULL, NULL,
     "put one layer at a time under each method, the others INT8: how far the outputs move (rows as layers.csv)"},
    {"profile-steps", NULL, NULL,
     "time the samples instead: processor time a sample by kind of step (rows as steps.csv, docs/performance.md)"},
    {"skip-bad", NULL, NULL, "leave out images and lines that cannot be read; the row says how many"},
    {"jobs", "N", NULL, "threads, at most one a processor (default: all that this process may use)"},
    OUTPUT_OPTIONS,
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "One row per network and method. Paired columns (flips, McNemar's exact p) compare with int8 on the same samples, when\n"
    "int8 is among the methods. Compact networks are stand-ins trained by this project: their accuracy says nothing about\n"
    "the paper's networks. Activations are float32, or int8 with every method, or quantised by the method: mx, ant and\n"
    "noisyquant with the key activations, as in ant:activations=6 (column activation_bits).\n"
    "The project ships no weights of full size: give your own with --weights.\n"
    "With --layers there is a row a layer and method (default bbs-mod): the divergence of the outputs from those of INT8, the\n"
    "error of the logits and the flips, on the same samples. A layer runs all samples: take few with --samples.\n"
    "With --profile-steps there is a row a kind of step and method (default fp32, or int8 with --activations int8).";

typedef struct {
    rows_writer_t rows;
    const char *net, *method; /* of the last row */
    bool layers;              /* one layer at a time */
    bool steps;               /* times of kinds of steps */
} printer_t;

static void print_notes(const char *notes)
{
    for (size_t length; *notes != '\0'; notes += length + 1) {
        length = strcspn(notes, "\n");
        printf("  note: %.*s\n", (int)length, notes);
    }
}

static void print_row(void *context, const accuracy_row_t *row)
{
    printer_t *printer = context;
    accuracy_write(&printer->rows, row);
    if (printer->net != row->net) {
        printf("%s, size %s%s, %s, profile %s, %s kernels, activations %d bits\n", row->net, row->size,
               row->stand_in ? " (a stand-in)" : "", row->data, row->profile, row->kernels, row->activation_bits);
        printf("  preprocessing (%s): %s\n", row->profile_reason, row->profile_words);
        print_notes(row->notes);
        printf("  %-24s %13s %9s  %-16s %15s %9s %8s %9s\n", "method", "correct", "accuracy", "Wilson 95 %",
               "flips vs int8", "p", "bits", "+metadata");
    }
    if (printer->net != row->net && row->skipped > 0)
        printf("  %" PRId64 " samples could not be read and were left out; the first: %s\n", row->skipped,
               row->first_skipped.chars);
    printer->net = row->net;
    text_t flips = row->paired ? text_of("-%" PRId64 " +%" PRId64, row->right_to_wrong, row->wrong_to_right) : text_of("-");
    text_t p = row->paired ? text_of("%.3g", row->mcnemar_p) : text_of("-");
    text_t f1 = isnan(row->f1)
                    ? text_of("%s", "")
                    : text_of("  F1 %.2f %% (mean of batches of 32: %.2f %%)", 100 * row->f1, 100 * row->f1_batch32);
    printf("  %-24s %6" PRId64 "/%-6" PRId64 " %7.2f %%  %5.2f to %5.2f %% %15s %9s %8.3f %9.3f%s%s\n", row->method,
           row->correct, row->samples, 100.0 * (double)row->correct / (double)row->samples, 100 * row->wilson_low,
           100 * row->wilson_high, flips.chars, p.chars, compress_bits_per_weight(&row->bits, false),
           compress_bits_per_weight(&row->bits, true), f1.chars, row->reused ? "  (kept)" : "");
    fflush(stdout);
}

static void print_layer(void *context, const layers_row_t *row)
{
    printer_t *printer = context;
    layers_write(&printer->rows, row);
    if (printer->net != row->net)
        printf("%s, size %s%s, %s, %" PRId64 " samples, activations %d bits: one layer at a time, the others INT8\n"
               "  %-16s %-32s %8s %12s %12s %12s %7s\n",
               row->net, row->size, row->stand_in ? " (a stand-in)" : "", row->data, row->samples, row->activation_bits,
               "method", "layer", "bits", "KL [nats]", "99th pct", "logit error", "flips");
    printer->net = row->net;
    printf("  %-16s %-32s %8.3f %12.3e %12.3e %12.3e %7" PRId64 "\n", row->method, row->layer,
           compress_bits_per_weight(&row->bits, false), row->kl, row->kl_p99, row->logit_error_median, row->flips);
    fflush(stdout);
}

static void print_step(void *context, const steps_row_t *row)
{
    printer_t *printer = context;
    rows_write(&printer->rows, row);
    if (printer->net != row->net || printer->method != row->method)
        printf("%s, size %s, %s, %s, %s kernels, activations %" PRId64 " bits, %" PRId64 " samples, %" PRId64 " threads\n"
               "  %-14s %12s %8s %10s\n",
               row->net, row->size, row->data, row->method, row->kernels, row->activation_bits, row->samples, row->threads,
               "step", "ms a sample", "share", "pieces");
    printer->net = row->net;
    printer->method = row->method;
    printf("  %-14s %12.3f %6.1f %% %10.1f\n", row->step, row->ms, 100 * row->share, row->pieces);
    fflush(stdout);
}

static const char *const layer_methods[] = {"bbs-mod"}, *const float_methods[] = {"fp32"},
                         *const integer_methods[] = {"int8"};

/* The methods of a command that names none. */
static void choose_methods(const printer_t *printer, accuracy_config_t *config)
{
    if (printer->layers) {
        config->methods = layer_methods;
        config->method_count = 1;
    } else if (printer->steps) {
        config->methods = config->integers ? integer_methods : float_methods;
        config->method_count = 1;
    }
}

static const rows_schema_t *schema_of(const printer_t *printer, const accuracy_config_t *config)
{
    if (printer->layers || printer->steps)
        return printer->layers ? &layers_schema : &steps_schema;
    return config->integers ? &integers_schema : &accuracy_schema;
}

/* Rows of whole networks, of layers, or of steps. */
static outcome_t run_config(void *to, const accuracy_config_t *config)
{
    printer_t *printer = to;
    if (printer->steps)
        return steps_run(config, print_step, printer);
    return printer->layers ? layers_run(config, print_layer, printer) : accuracy_run(config, print_row, printer);
}

static outcome_t run_all(const options_t *options, accuracy_config_t *config, printer_t *printer)
{
    output_t output;
    outcome_t result;
    const rows_schema_t *schema = schema_of(printer, config);
    config->predictions = options_text(options, "predictions");
    if (!options_given(options, "method"))
        choose_methods(printer, config);
    if (outcome_bad(&result, output_open(options, &output)))
        return result;
    if (!outcome_bad(&result, rows_create(&printer->rows, schema, output.rows)))
        result = rows_finish(&printer->rows, accuracy_options_each(options, config, run_config, printer));
    return output_close(&output, schema->name, schema, result);
}

static outcome_t run(const options_t *options)
{
    printer_t printer = {.layers = options_flag(options, "layers"), .steps = options_flag(options, "profile-steps")};
    accuracy_options_t read;
    if (printer.layers && printer.steps)
        return outcome_usage("--profile-steps", NULL, "with --layers", "one of the two", NULL);
    outcome_t result = accuracy_options_read(options, &read);
    if (outcome_is_ok(&result))
        result = run_all(options, &read.config, &printer);
    accuracy_options_free(&read);
    return result;
}

const command_t command_accuracy = {
    .name = "accuracy",
    .summary = "accuracy of networks under compression methods, on Darknet",
    .operands = "",
    .options = options_table,
    .details = details,
    .examples =
        "# a shipped network under the usual methods, as a table\n"
        "bbsbench accuracy --net resnet34 --samples 100\n"
        "# two methods, 8-bit activations, rows in a file\n"
        "bbsbench accuracy --net resnet34 --activations int8 --method int8 --method zps:columns=4:beta=0 --samples 100 --out rows.csv",
    .stopped =
        "finished answers are kept only with --predictions FOLDER; then the same command goes on with the next method",
    .run = run,
};
