/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench portrait`: statistical portraits of a checkpoint's layers, and how close weights drawn after them come. */
#include "cli/portrait.h"

#include "base/text.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "measure/likeness.h"
#include "weights/int8_tensors.h"
#include "weights/match.h"
#include "tensor/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double far_off = 0.1; /* layers with a larger error are named */

/* The position of a layer in the order of names, where numbers count by value (block 2 before block 10), from 0 to 1 in
 * three decimals as in the file. */
static double depth_of(const int8_network_t *network, size_t layer)
{
    size_t before = 0;
    for (size_t i = 0; i < network->count; i++)
        before += strverscmp(network->layers[i].name, network->layers[layer].name) < 0;
    return network->count > 1 ? (double)(before * 1000 / (network->count - 1)) / 1000.0 : 0.0;
}

static outcome_t take_portraits(const tensor_set_t *set, const int8_network_t *network, const char *source,
                                portraits_t *portraits)
{
    portraits->items = calloc(network->count + 1, sizeof *portraits->items);
    if (portraits->items == NULL)
        return outcome_out_of_memory("portrait");
    text_t text = text_of("%.*s", (int)sizeof portraits->source - 1, source);
    memcpy(portraits->source, text.chars, strlen(text.chars) + 1);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < network->count && outcome_is_ok(&result); i++) {
        result = portrait_take(&network->layers[i], &portraits->items[i]);
        portraits->items[i].depth = depth_of(network, i);
        portraits->items[i].linear = set->items[network->places[i]].rank == 2;
        portraits->count++;
    }
    return result;
}

/* ===  Comparison  === */

static void print_layer(const likeness_t *row)
{
    printf("%-36s %5" PRId64 " %5" PRId64 " %2" PRId64 "x%-2" PRId64, row->name, row->k, row->c, row->kh, row->kw);
    for (int measure = 0; measure < LIKENESS_MEASURES; measure++)
        printf(" %9.2f", 100.0 * likeness_error(row, measure));
    printf("  %5.2f %5.2f  %5" PRId64 " %5" PRId64 "  %5" PRId64 " %5" PRId64 "\n", row->real.redundant,
           row->synthetic.redundant, row->real.sensitive_cons, row->synthetic.sensitive_cons, row->real.sensitive_mod,
           row->synthetic.sensitive_mod);
}

static void print_quantile(const likeness_t *rows, size_t count, const char *name, double share)
{
    printf("%-55s", name);
    for (int measure = 0; measure < LIKENESS_MEASURES; measure++)
        printf(" %9.2f", 100.0 * likeness_quantile(rows, count, measure, share));
    printf("  %11.3f\n", likeness_quantile(rows, count, LIKENESS_MEASURES, share));
}

static void print_comparison(const likeness_t *rows, size_t count)
{
    printf(
        "Weights drawn after the portrait, compared with the layer itself: errors of zero bits, of bi-directional\n"
        "sparsity (vectors of 8) and of cycles on Pragmatic and Bitlet, in per cent; redundant columns per group of 32;\n"
        "sensitive channels at beta 10 %% and 20 %%.\n\n");
    printf("%-36s %5s %5s %5s", "layer", "k", "c", "kernel");
    for (int measure = 0; measure < LIKENESS_MEASURES; measure++)
        printf(" %9s", likeness_measures[measure]);
    printf("  %11s  %11s  %11s\n", "redundant", "cons", "mod");
    for (size_t i = 0; i < count; i++)
        print_layer(&rows[i]);
    print_quantile(rows, count, "median over the layers", 0.5);
    print_quantile(rows, count, "90th percentile", 0.9);
    print_quantile(rows, count, "largest", 1.0);
    for (size_t i = 0; i < count; i++)
        for (int measure = 0; measure < LIKENESS_MEASURES; measure++)
            if (likeness_error(&rows[i], measure) > far_off)
                printf("beyond %.0f %%: %s, %s\n", 100.0 * far_off, rows[i].name, likeness_measures[measure]);
}

/* The portrait after which each layer is drawn: its own, or the closest one of another network's file. */
static void choose_portraits(const portraits_t *own, const portraits_t *other, const portrait_t **chosen)
{
    for (size_t i = 0; i < own->count; i++) {
        const portrait_t *item = &own->items[i];
        match_t wanted = {item->linear, item->k, item->c, item->kh, item->kw, item->depth};
        chosen[i] = other->count > 0 ? match_portrait(other, 1, &wanted) : item;
    }
}

static outcome_t compare(const int8_network_t *network, const portraits_t *own, const portraits_t *other, int threads)
{
    likeness_t *rows = calloc(network->count + 1, sizeof *rows);
    const portrait_t **chosen = calloc(network->count + 1, sizeof *chosen);
    outcome_t result = rows && chosen ? outcome_ok() : outcome_out_of_memory("portrait");
    if (outcome_is_ok(&result)) {
        choose_portraits(own, other, chosen);
        result = likeness_compare(network, chosen, threads, rows);
    }
    if (outcome_is_ok(&result))
        print_comparison(rows, network->count);
    free(rows);
    free(chosen);
    return result;
}

/* ===  Command  === */

static outcome_t write_portraits(const options_t *options, const portraits_t *portraits)
{
    output_t output;
    outcome_t result = output_open(options, &output);
    if (!outcome_is_ok(&result))
        return result;
    output.own = false;
    return output_close(&output, "portraits", NULL, portraits_write(output.rows, portraits));
}

static outcome_t run(const options_t *options)
{
    const char *path, *source;
    const char *after = options_text(options, "after");
    const bool writes =
        options_given(options, "out") || options_given(options, "format") || !options_flag(options, "compare");
    tensor_set_t set = {0};
    int8_network_t network = {0};
    portraits_t portraits = {0}, other = {0};
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)))
        return result;
    if ((after != NULL && outcome_bad(&result, portraits_read(after, &other))) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &path)) ||
        outcome_bad(&result, safetensors_map(path, "bring a checkpoint", &set)) ||
        outcome_bad(&result, int8_tensors_open(&set, path, true, threads, &network)))
        goto out;
    source = options_text(options, "source");
    if (source == NULL)
        source = tensor_set_get_note(&set, "source");
    if (outcome_bad(&result, take_portraits(&set, &network, source ? source : path, &portraits)))
        goto out;
    if (writes)
        result = write_portraits(options, &portraits);
    if (outcome_is_ok(&result) && options_flag(options, "compare"))
        result = compare(&network, &portraits, &other, threads);

out:
    portraits_free(&portraits);
    portraits_free(&other);
    int8_network_free(&network);
    tensor_set_free(&set);
    return result;
}

static const option_t option_table[] = {
    OUTPUT_OPTIONS,
    {"source", "TEXT", NULL, "source of the weights, noted in the file (default: the note in IN, or the name of IN)"},
    {"compare", NULL, NULL, "draw each layer after its portrait and print how far it is from the real layer"},
    {"after", "FILE.csv", NULL,
     "with --compare: draw after the portraits of another network, as models do for networks without a checkpoint"},
    JOBS_OPTION,
    {0},
};

const command_t command_portrait = {
    .name = "portrait",
    .summary = "write statistical portraits of a checkpoint's layers, for drawing synthetic weights",
    .operands = "IN.safetensors|-",
    .operands_least = 1,
    .operands_most = 1,
    .options = option_table,
    .details =
        "There is a row a layer. With --compare and neither --out nor --format only the comparison is printed.\n"
        "A portrait holds quantiles of the channels' scales and spreads, of the gains of groups of 32 weights and of\n"
        "the weights themselves, and the generalised Gaussian that fits the weights best. Embeddings and biases have\n"
        "no portrait.",
    .examples = "# the portraits of a checkpoint's layers\n"
                "bbsbench portrait models/compact/resnet34.safetensors --out portraits.csv\n"
                "# how close weights drawn after them come\n"
                "bbsbench portrait models/compact/resnet34.safetensors --compare",
    .stopped = "nothing is kept; give the same command again",
    .run = run};
