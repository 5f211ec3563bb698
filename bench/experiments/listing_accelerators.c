/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The accelerators in their default configuration, the profile `paper`. */
#include "accel/accel.h"
#include "accel/configuration.h"
#include "base/text.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

typedef struct {
    const char *accelerator, *title, *summary, *skips, *stores, *needs, *accuracy_method, *source;
    int64_t rows, columns, lanes, lane_bits, group, multipliers, weight_sram_bytes, input_sram_bytes;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)
#define INTEGER(member) LISTING_INTEGER(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "name, as for `--accelerator`"},
    {TEXT(title), .heading = "Title", .meaning = "title in tables and figures"},
    {TEXT(summary), .heading = "Computes", .meaning = "how it computes, in one line"},
    {INTEGER(rows), .heading = "PE rows", .meaning = "rows of PEs: output channels at a time"},
    {INTEGER(columns), .heading = "PE columns", .meaning = "columns of PEs: output pixels or tokens at a time"},
    {INTEGER(lanes), .heading = "Lanes", .meaning = "multipliers of a PE"},
    {INTEGER(lane_bits), .heading = "Lane", .unit = "bits", .meaning = "weight bits that a lane takes in a cycle"},
    {INTEGER(group), .heading = "Group", .unit = "weights", .meaning = "weights that a PE takes at a time"},
    {INTEGER(multipliers), .heading = "Multipliers",
     .meaning = "of the array, as 8-bit ones: PE rows x PE columns x lanes x bits of a lane / 8"},
    {INTEGER(weight_sram_bytes), .heading = "Weight buffer", .unit = "bytes", .meaning = "size of the weight buffer"},
    {INTEGER(input_sram_bytes), .heading = "Activation buffer", .unit = "bytes",
     .meaning = "size of the activation buffer"},
    {TEXT(skips), .heading = "Skips", .meaning = "the sparsity that it uses"},
    {TEXT(stores), .heading = "Stores", .meaning = "how weights and activations lie in memory"},
    {TEXT(needs), .heading = "Needs", .meaning = "what its cycles depend on beside the shapes of the layers"},
    {TEXT(accuracy_method), .heading = "Weights", .meaning = "the method whose measured accuracy stands for the design"},
    {TEXT(source), .heading = "Source", .meaning = "source of the rule by which cycles are counted"},
    {.name = NULL},
};
static const rows_schema_t schema = {.name = "accelerators", .about = "The accelerators.", .columns = columns};

static text_t needs_of(const accelerator_t *accelerator)
{
    text_t needs = text_of("%s", accelerator->needs_weights ? "the bits of the weights" : "");
    if (accelerator->needs_density)
        needs = text_of("%s%sthe share of activations that are not zero", needs.chars, needs.chars[0] ? ", " : "");
    if (accelerator->selects)
        needs = text_of("%s%sthe number of sensitive channels", needs.chars, needs.chars[0] ? ", " : "");
    return needs.chars[0] != '\0' ? needs : text_of("%s", "nothing");
}

static outcome_t add(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        accel_config_t config;
        if (outcome_bad(&result, configuration_default(*at, &config)))
            break;
        const text_t needs = needs_of(*at);
        const cells_t cells = {.accelerator = (*at)->name,
                               .title = (*at)->title,
                               .summary = (*at)->summary,
                               .skips = (*at)->skips,
                               .stores = (*at)->stores,
                               .needs = needs.chars,
                               .accuracy_method = (*at)->accuracy,
                               .source = (*at)->source,
                               .rows = config.rows,
                               .columns = config.columns,
                               .lanes = config.lanes,
                               .lane_bits = config.lane_bits,
                               .group = config.group,
                               .multipliers = accel_multipliers(&config),
                               .weight_sram_bytes = config.weight_sram_bytes,
                               .input_sram_bytes = config.input_sram_bytes};
        result = rows_database_insert(database, &schema, &cells);
    }
    return result;
}

const listing_t listing_accelerators = {.name = "accelerators",
                                        .summary = "accelerators: array, buffers, sparsity, storage, needs",
                                        .brief = "accelerator,rows,columns,lanes,multipliers,summary",
                                        .schema = &schema,
                                        .add = add};
