/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model_rows.h"

#include "base/text.h"
#include "measure/model.h"

#include <math.h>

/* One row, cell by cell. */
typedef struct {
    const char *net, *size, *accelerator, *layer;
    int64_t compute_cycles, dram_cycles, cycles, macs, weights, sensitive_channels, channels;
    const char *selection;
    double weight_bits;
    int64_t dram_weight_bytes, dram_input_bytes, dram_output_bytes, dram_metadata_bytes;
    int64_t sram_weight_read_bytes, sram_input_read_bytes, sram_weight_write_bytes, sram_input_write_bytes;
    double energy_pe_pj, energy_register_pj, energy_sram_pj, energy_on_chip_pj, energy_dram_pj, energy_total_pj;
    const char *setting, *weights_source;
    double activation_density;
    const char *density_source;
    double compute_cycles_error;
    double useful_percent, intra_pe_stall_percent, inter_pe_stall_percent, energy_leakage_pj, energy_idle_pj;
    const char *energy_table, *configuration;
    int64_t batch, tokens, tiles, groups, context, cache_bits;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design, as `--accelerator` calls it"},
    {TEXT(layer), .key = true, .heading = "Layer", .meaning = "the layer's name in its framework; total: of the network"},
    {INTEGER(compute_cycles), .heading = "Compute cycles", .sense = ROWS_LOWER, .meaning = "cycles of the array"},
    {INTEGER(dram_cycles), .heading = "DRAM cycles", .sense = ROWS_LOWER, .meaning = "cycles that the DRAM traffic takes"},
    {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,
     .meaning = "the greater of compute and DRAM cycles, layer by layer"},
    {INTEGER(macs), .heading = "MACs", .meaning = "multiplications of the layer"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of the layer; a product of attention has none"},
    {INTEGER(sensitive_channels), .heading = "Sensitive channels", .meaning = "output channels computed at 8 bits"},
    {INTEGER(channels), .heading = "Channels", .meaning = "output channels"},
    {TEXT(selection), .heading = "Selection",
     .meaning = "how the sensitive channels were chosen; none: the design has none"},
    {REAL(weight_bits), .heading = "Weight", .unit = "bits", .decimals = 2,
     .meaning = "stored bits per weight, without metadata"},
    {INTEGER(dram_weight_bytes), .heading = "DRAM weights", .unit = "bytes",
     .meaning = "weights fetched; in a product of attention its keys or values"},
    {INTEGER(dram_input_bytes), .heading = "DRAM inputs", .unit = "bytes", .meaning = "input activations fetched"},
    {INTEGER(dram_output_bytes), .heading = "DRAM outputs", .unit = "bytes", .meaning = "output activations stored"},
    {INTEGER(dram_metadata_bytes), .heading = "DRAM metadata", .unit = "bytes", .meaning = "metadata fetched"},
    {INTEGER(sram_weight_read_bytes), .heading = "Weight buffer reads", .unit = "bytes",
     .meaning = "read from the weight buffer"},
    {INTEGER(sram_input_read_bytes), .heading = "Input buffer reads", .unit = "bytes",
     .meaning = "read from the input buffer"},
    {INTEGER(sram_weight_write_bytes), .heading = "Weight buffer writes", .unit = "bytes",
     .meaning = "written to the weight buffer"},
    {INTEGER(sram_input_write_bytes), .heading = "Input buffer writes", .unit = "bytes",
     .meaning = "written to the input buffer"},
    {REAL(energy_pe_pj), .heading = "PEs", .unit = "pJ", .decimals = 0, .meaning = "energy of the PEs"},
    {REAL(energy_register_pj), .heading = "Registers", .unit = "pJ", .decimals = 0,
     .meaning = "energy of registers and dispatcher outside the PEs"},
    {REAL(energy_sram_pj), .heading = "SRAM", .unit = "pJ", .decimals = 0, .meaning = "energy of the buffers"},
    {REAL(energy_on_chip_pj), .heading = "On chip", .unit = "pJ", .decimals = 0,
     .meaning = "energy_pe_pj + energy_register_pj + energy_sram_pj"},
    {REAL(energy_dram_pj), .heading = "DRAM", .unit = "pJ", .decimals = 0, .meaning = "energy of the DRAM traffic"},
    {REAL(energy_total_pj), .heading = "Energy", .unit = "pJ", .sense = ROWS_LOWER, .decimals = 0,
     .meaning = "on chip and DRAM, without leakage"},
    {TEXT(setting), .key = true, .heading = "Setting", .meaning = "setting of a sweep, as `bitvert.rows=8`; else empty"},
    {TEXT(weights_source), .heading = "Weights from",
     .meaning = "the checkpoint, or the portraits that synthetic weights are drawn after"},
    {REAL(activation_density), .heading = "Activations not zero", .unit = "share", .decimals = 3,
     .meaning =
         "share of the layer's inputs that are not zero, for designs that skip zeros; total: of the inputs behind the "
         "first layer"},
    {TEXT(density_source), .heading = "Density from",
     .meaning = "assumed by family; given as a number; measured layer by layer; masks: cycles count real activations"},
    {REAL(compute_cycles_error), .heading = "Error of compute cycles", .unit = "cycles", .decimals = 0,
     .meaning = "standard error of compute_cycles where they rest on drawn activations; 0: exact"},
    {REAL(useful_percent), .heading = "Useful", .unit = "%", .decimals = 1,
     .meaning = "share of lanes × cycles spent on a bit that is one"},
    {REAL(intra_pe_stall_percent), .heading = "Intra-PE stall", .unit = "%", .decimals = 1,
     .meaning = "share spent waiting for slower lanes of the same PE"},
    {REAL(inter_pe_stall_percent), .heading = "Inter-PE stall", .unit = "%", .decimals = 1,
     .meaning = "share spent waiting for slower PEs"},
    {REAL(energy_leakage_pj), .heading = "Leakage", .unit = "pJ", .decimals = 0,
     .meaning = "leakage of the buffers over all cycles; not in the total"},
    {REAL(energy_idle_pj), .heading = "Idle", .unit = "pJ", .decimals = 0,
     .meaning = "upper bound of what PEs and weight registers use while they wait for DRAM; not in the total"},
    {TEXT(energy_table), .heading = "Energy table", .meaning = "table that the energy of a PE comes from"},
    {TEXT(configuration), .heading = "Configuration",
     .meaning = "configuration of the design: a profile and the settings that differ from it"},
    {INTEGER(batch), .heading = "Batch", .unit = "samples",
     .meaning = "samples that are run together: all counts and energies of the row are of all of them"},
    {INTEGER(tokens), .heading = "Tokens",
     .meaning = "length of the sequences where it was given; empty: the network's own"},
    {INTEGER(tiles), .heading = "Tiles", .meaning = "passes of the whole array over a slice of the dot products"},
    {INTEGER(groups), .heading = "Groups",
     .meaning = "groups of a convolution that has several; assumed: they run one after the other, and a depthwise layer "
                "keeps 8 bits"},
    {INTEGER(context), .heading = "Context", .unit = "tokens",
     .meaning = "language models: tokens of a sequence whose keys and values lie in memory; empty: without the products of "
                "attention, or no language model"},
    {INTEGER(cache_bits), .heading = "Cache", .unit = "bits",
     .meaning = "language models: bits of a key or value in memory; they are multiplied at 8 bits"},
    {.name = NULL},
};

const rows_schema_t model_schema = {
    .name = "model",
    .about =
        "Cycles, traffic and energy of each network on each accelerator model, layer by layer; one sample, unless `batch` says more.",
    .columns = columns};

void model_total_columns(const char *names[MODEL_TOTAL_COLUMNS])
{
    static const size_t places[MODEL_TOTAL_COLUMNS] = {
        [MODEL_NET] = offsetof(cells_t, net),       [MODEL_DESIGN] = offsetof(cells_t, accelerator),
        [MODEL_LAYER] = offsetof(cells_t, layer),   [MODEL_SETTING] = offsetof(cells_t, setting),
        [MODEL_CYCLES] = offsetof(cells_t, cycles), [MODEL_ENERGY] = offsetof(cells_t, energy_total_pj),
    };
    for (size_t i = 0; i < MODEL_TOTAL_COLUMNS; i++)
        for (const rows_column_t *column = columns; column->name != NULL; column++)
            if (column->offset == places[i])
                names[i] = column->name;
}

/* A share of the lanes' slots in per cent; NaN where the lanes of a design are not counted. */
static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : (double)NAN;
}

model_lanes_t model_lanes(const counts_t *counts)
{
    return (model_lanes_t){.useful = percent(counts->useful_slots, counts->lane_slots),
                           .intra_pe_stall = percent(counts->row_slots - counts->useful_slots, counts->lane_slots),
                           .inter_pe_stall = percent(counts->lane_slots - counts->row_slots, counts->lane_slots)};
}

void model_write(rows_writer_t *writer, const model_names_t *names, const char *layer, const counts_t *counts,
                 const energy_t *energy)
{
    const model_lanes_t lanes = model_lanes(counts);
    const cells_t cells = {
        .net = names->network->name,
        .size = names->size,
        .accelerator = names->accelerator->name,
        .layer = layer,
        .compute_cycles = counts->compute_cycles,
        .dram_cycles = counts->dram_cycles,
        .cycles = counts->cycles,
        .macs = counts->macs,
        .weights = counts->weights,
        .sensitive_channels = counts->sensitive,
        .channels = counts->channels,
        .selection = names->selection,
        .weight_bits = (double)counts->value_bits / (double)counts->weights,
        .dram_weight_bytes = counts->dram_weight,
        .dram_input_bytes = counts->dram_input,
        .dram_output_bytes = counts->dram_output,
        .dram_metadata_bytes = counts->dram_metadata,
        .sram_weight_read_bytes = counts->sram_weight_read,
        .sram_input_read_bytes = counts->sram_input_read,
        .sram_weight_write_bytes = counts->sram_weight_write,
        .sram_input_write_bytes = counts->sram_input_write,
        .energy_pe_pj = energy->pe_pj,
        .energy_register_pj = energy->register_pj,
        .energy_sram_pj = energy->sram_pj,
        .energy_on_chip_pj = energy->on_chip_pj,
        .energy_dram_pj = energy->dram_pj,
        .energy_total_pj = energy->total_pj,
        .setting = names->setting,
        .weights_source = names->weights,
        .activation_density = names->density,
        .density_source = names->density_source,
        .compute_cycles_error = sqrt((double)counts->cycles_variance),
        .useful_percent = lanes.useful,
        .intra_pe_stall_percent = lanes.intra_pe_stall,
        .inter_pe_stall_percent = lanes.inter_pe_stall,
        .energy_leakage_pj = energy->leakage_pj,
        .energy_idle_pj = energy->idle_pj,
        .energy_table = names->energy_table,
        .configuration = names->configuration,
        .batch = names->batch,
        .tokens = names->tokens,
        .tiles = counts->tiles,
        .groups = names->groups,
        .context = names->context,
        .cache_bits = names->cache_bits,
    };
    rows_write(writer, &cells);
}

/* ===  Reading a total  === */

/* The name of the column that a member of the cells is. */
static const char *column_at(size_t offset)
{
    const rows_column_t *column = columns;
    while (column->name != NULL && column->offset != offset)
        column++;
    return column->name;
}

#define COLUMN(member) column_at(offsetof(cells_t, member))

bool model_find_total(const rows_table_t *rows, const model_names_t *names, int64_t *cycles, energy_t *energy)
{
    const struct {
        const char *column, *text;
    } wanted[] = {{COLUMN(net), names->network->name},
                  {COLUMN(size), names->size},
                  {COLUMN(accelerator), names->accelerator->name},
                  {COLUMN(layer), "total"},
                  {COLUMN(setting), names->setting},
                  {COLUMN(energy_table), names->energy_table},
                  {COLUMN(configuration), names->configuration}};
    enum { WANTED = sizeof wanted / sizeof *wanted };
    for (size_t row = 0; row < rows->count; row++) {
        size_t same = 0;
        while (same < WANTED && text_equal(rows_text_at(rows, row, wanted[same].column), wanted[same].text))
            same++;
        if (same < WANTED)
            continue;
        *cycles = rows_integer_at(rows, row, COLUMN(cycles));
        *energy = (energy_t){.on_chip_pj = rows_real_at(rows, row, COLUMN(energy_on_chip_pj)),
                             .dram_pj = rows_real_at(rows, row, COLUMN(energy_dram_pj)),
                             .total_pj = rows_real_at(rows, row, COLUMN(energy_total_pj))};
        return true;
    }
    return false;
}
