/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pack.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "compress/pack.h"
#include "tensor/safetensors.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t pack_options[] = {
    JOBS_OPTION,
    {0},
};

static const char pack_details[] =
    "IN is a file that bbsbench compress wrote, by a method that stores bit columns and a metadata byte per group (int8,\n"
    "ra, zps, best, budget, bitflip, bbs-cons, bbs-mod, bitwave-cons, bitwave-mod). OUT holds only the columns that are left, the\n"
    "metadata, channel indices and scales, and every other tensor unchanged; docs/format.md describes it byte by byte.\n"
    "unpack restores IN, tensor for tensor.";

static void print_report(const pack_report_t *report)
{
    const struct {
        const char *what;
        int64_t bytes;
    } rows[] = {
        {"bit columns", report->columns},   {"short groups", report->padding}, {"metadata", report->meta},
        {"channel indices", report->index}, {"scales", report->scales},        {"other tensors", report->plain},
        {"alignment", report->alignment},   {"header", report->head},          {"file", report->file},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        printf("%-16s %12" PRId64 " bytes\n", rows[i].what, rows[i].bytes);
    double weights = report->weights > 0 ? (double)report->weights : 1;
    printf("%" PRId64 " weights: %.4f bits each in columns, %.4f with metadata and channel indices\n", report->weights,
           8 * (double)report->columns / weights, 8 * (double)(report->columns + report->meta + report->index) / weights);
}

static outcome_t run(const options_t *options)
{
    const char *input, *output = options_operand(options, 1);
    tensor_set_t set = {0};
    bytes_t bytes = {0};
    outfile_t file = {0};
    pack_report_t report;
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, safetensors_map(input, NULL, &set)) ||
        outcome_bad(&result, pack_encode(input, &set, threads, &bytes, &report)) ||
        outcome_bad(&result, outfile_open(&file, output)))
        goto out;
    fwrite(bytes.data, 1, bytes.size, file.stream);
    if (outcome_bad(&result, outfile_commit(&file)))
        goto out;
    print_report(&report);

out:
    file_free_bytes(&bytes);
    tensor_set_free(&set);
    return result;
}

const command_t command_pack = {
    .name = "pack",
    .summary = "pack a compressed checkpoint into the bit columns that are left (.bbs)",
    .operands = "IN.safetensors|- OUT.bbs|-",
    .operands_least = 2,
    .operands_most = 2,
    .options = pack_options,
    .details = pack_details,
    .examples = "# compress first, then keep only the columns that are left\n"
                "bbsbench compress --method bbs-mod models/compact/resnet34.safetensors out.safetensors\n"
                "bbsbench pack out.safetensors out.bbs\n"
                "# the packed bytes to another program\n"
                "bbsbench pack out.safetensors - | sha256sum",
    .run = run,
};
