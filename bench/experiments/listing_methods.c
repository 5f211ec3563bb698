/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods, then presets. The bits are counted: the method compresses a made layer, of whole groups and without sensitive
 * channels. */
#include "base/text.h"
#include "compress/settings.h"
#include "compress/spec.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

#include <stdlib.h>

typedef struct {
    const char *method, *summary, *means, *does, *parameters, *stores, *source;
    double bits;
    bool packs, sensitive, activations;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)
#define FLAG(member) LISTING_FLAG(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(method), .key = true, .heading = "Method", .meaning = "name, as for `--method`"},
    {TEXT(summary), .heading = "Summary", .meaning = "in one line, with the source"},
    {TEXT(means), .heading = "Means", .meaning = "a preset: the method and parameters that it stands for; else empty"},
    {LISTING_REAL(cells_t, bits), .heading = "A weight", .unit = "bits", .decimals = 2,
     .meaning = "of a channel that is not sensitive, with metadata: counted on a made layer of 64 x 512 weights, scales of "
                "channels left out; budget: the mean that it aims at"},
    {FLAG(packs), .heading = "Packs", .meaning = "1: `pack` can store it as .bbs"},
    {FLAG(sensitive), .heading = "Keeps channels", .meaning = "1: sensitive channels stay at 8 bits (Algorithm 2)"},
    {FLAG(activations), .heading = "Activations", .meaning = "1: it can quantise activations too (`activations=B`)"},
    {TEXT(parameters), .heading = "Parameters", .meaning = "each key with its values and, in brackets, its default"},
    {TEXT(does), .heading = "What it does", .meaning = "the steps"},
    {TEXT(stores), .heading = "What it stores", .meaning = "what a compressed layer keeps"},
    {TEXT(source), .heading = "Source", .meaning = "publication, with section, figure or table"},
    {.name = NULL},
};
static const rows_schema_t schema = {
    .name = "methods", .about = "The compression methods and presets.", .columns = columns};

enum { CHANNELS = 64, INPUTS = 512, MULTIPLIER = 37, STEP = 11, RANGE = 101 };

/* Bits of a weight, metadata included; of a method that plans its layers the mean that it aims at. */
static outcome_t count_bits(const method_t *method, const method_config_t *config, double *bits)
{
    int8_t *q = malloc((size_t)CHANNELS * INPUTS);
    float *floats = malloc(sizeof(float) * CHANNELS * INPUTS), scales[CHANNELS];
    compressed_t compressed = {0};
    outcome_t result = outcome_out_of_memory("list");
    if (q == NULL || floats == NULL)
        goto out;
    if (method->takes & METHOD_TAKES_MEAN_BITS) {
        *bits = config->mean_bits;
        result = outcome_ok();
        goto out;
    }
    for (int i = 0; i < CHANNELS * INPUTS; i++) {
        q[i] = (int8_t)((i * MULTIPLIER + i / INPUTS * STEP) % RANGE - RANGE / 2);
        floats[i] = q[i];
    }
    for (int k = 0; k < CHANNELS; k++)
        scales[k] = 1;
    const compress_layer_t layer = {
        .name = "made", .k = CHANNELS, .c = INPUTS, .kh = 1, .kw = 1, .weights = floats, .q = q, .scale = scales};
    if (outcome_bad(&result, method->compress(config, &layer, NULL, 1, &compressed)))
        goto out;
    *bits = (double)(compressed.value_bits + compressed.meta_bits) / (CHANNELS * INPUTS);

out:
    compressed_free(&compressed);
    free(floats);
    free(q);
    return result;
}

static void describe_parameters(const method_t *method, const method_config_t *config, text_builder_t *text)
{
    text_append(text, "%s", "");
    for (const setting_t *at = method_settings; at->key != NULL; at++) {
        if (!setting_is_taken(at, method))
            continue;
        const text_t value = setting_value(at, method, config);
        text_append(text, "%s%s %s [%s]", text->length > 0 ? "; " : "", at->key, setting_values(at, method).chars,
                    value.chars[0] != '\0' ? value.chars : "none");
    }
}

static outcome_t add_spec(const char *spec, const char *means, const char *summary, rows_database_t *database)
{
    const method_t *method;
    method_config_t config;
    text_builder_t parameters = {0};
    cells_t cells = {.method = spec, .summary = summary, .means = means};
    outcome_t result = method_parse(spec, &method, &config);
    if (!outcome_is_ok(&result) || outcome_bad(&result, count_bits(method, &config, &cells.bits)))
        return result;
    describe_parameters(method, &config, &parameters);
    if (parameters.failed)
        return outcome_out_of_memory("list");
    const text_t as = text_of("As %s, with other parameters.", method->name);
    cells.does = means[0] != '\0' ? as.chars : method->does;
    cells.stores = means[0] != '\0' ? as.chars : method->stores;
    cells.source = method->source;
    cells.parameters = parameters.chars;
    cells.packs = method->packs;
    cells.sensitive = method->selects;
    cells.activations = method->activations != NULL;
    result = rows_database_insert(database, &schema, &cells);
    free(parameters.chars);
    return result;
}

static outcome_t add(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const method_t *const *at = method_registry; *at != NULL && outcome_is_ok(&result); at++)
        result = add_spec((*at)->name, "", (*at)->summary, database);
    for (const preset_t *const *at = preset_registry; *at != NULL && outcome_is_ok(&result); at++)
        result = add_spec((*at)->name, (*at)->spec, (*at)->summary, database);
    return result;
}

const listing_t listing_methods = {.name = "methods",
                                   .summary = "compression methods and presets: bits, parameters, what they store",
                                   .brief = "method,bits,packs,summary",
                                   .schema = &schema,
                                   .add = add};
