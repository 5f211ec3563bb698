/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/simulate_explain.h"

#include "accel/sram.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* ===  Shape and array  === */

static void print_shape(const model_seen_t *seen)
{
    const net_layer_t *shape = seen->layer->shape;
    const accel_config_t *config = seen->config;
    printf("%s of %s (%s) on %s; configuration: %s; weights: %s\n\n", shape->name, seen->names->network->name,
           seen->names->size, seen->names->accelerator->title, seen->names->configuration, seen->names->weights);
    if (shape->kind == NET_LINEAR)
        printf("shape     %" PRId64 " outputs x %" PRId64 " inputs, %" PRId64 " tokens", shape->k, shape->c, shape->tokens);
    else
        printf("shape     %" PRId64 " x %" PRId64 " convolution, %" PRId64 " -> %" PRId64 " channels, output %" PRId64
               " x %" PRId64 ", samples %" PRId64,
               shape->kh, shape->kw, net_layer_inputs(shape), shape->k, shape->out_h, shape->out_w, shape->tokens);
    printf("; %" PRId64 " MACs, %" PRId64 " weights\n", seen->counts->macs, seen->counts->weights);
    printf("array     %" PRId64 " rows (output channels) x %" PRId64
           " columns (output pixels of a line, or tokens); a tile is "
           "%" PRId64 " weights of each row; %" PRId64 " multipliers of 8 bits\n",
           config->rows, config->columns, config->group, accel_multipliers(config));
}

/* ===  Cycles  === */

static void print_part(const accel_part_t *part)
{
    printf("          %s, %" PRId64 " channels: %" PRId64 " row tiles x %" PRId64 " slices x %" PRId64
           " pixel steps = %" PRId64 " tiles",
           part->what, part->channels, part->row_tiles, part->slices, part->steps,
           part->row_tiles * part->slices * part->steps);
    if (part->bits > 0)
        printf(" x %" PRId64 " cycles = %" PRId64 " cycles", part->bits,
               part->row_tiles * part->slices * part->steps * part->bits);
    printf("\n");
}

static void print_work(const model_seen_t *seen)
{
    const accel_work_t *work = seen->work;
    printf("\ntiles     by the rule of %s\n", seen->names->accelerator->source);
    for (size_t i = 0; i < ACCEL_PARTS && work->parts[i].what != NULL; i++)
        print_part(&work->parts[i]);
    printf("          %" PRId64 " tiles\n", work->tiles);
    printf("compute   %" PRId64 " cycles", work->cycles);
    if (work->parts[0].bits == 0 && work->tiles > 0)
        printf(", counted from the operands: %.4f a tile", (double)work->cycles / (double)work->tiles);
    if (work->cycles_variance > 0)
        printf(", standard error %.1f", sqrt((double)work->cycles_variance));
    printf("\n");
    if (seen->counts->tiles != work->tiles && work->tiles > 0)
        printf("runs      %" PRId64 " of these, one a head: %" PRId64 " cycles; what follows is of all\n",
               seen->counts->tiles / work->tiles, seen->counts->compute_cycles);
}

/* ===  Memory  === */

static text_t fetched(int64_t count, const char *other)
{
    return count == 1 ? text_of("fetched once")
                      : text_of("fetched %" PRId64 " times, once for each buffer load of the %s", count, other);
}

static void print_memory(const model_seen_t *seen)
{
    const accel_storage_t storage = accel_storage(seen->names->accelerator, seen->config);
    const memory_tensors_t tensors = memory_tensors(seen->config, &storage, seen->layer, seen->work);
    const counts_t *counts = seen->counts;
    printf("\nstored    weights %" PRId64 " bits = %" PRId64 " bytes, buffer %" PRId64 "; metadata %" PRId64
           " bytes; inputs %" PRId64 " bytes, buffer %" PRId64 "; outputs %" PRId64 " bytes\n",
           seen->work->value_bits, tensors.weights, seen->config->weight_sram_bytes, tensors.metadata, tensors.inputs,
           seen->config->input_sram_bytes, tensors.outputs);
    printf("DRAM      weights %" PRId64 " bytes (%s)\n", counts->dram_weight, fetched(tensors.of_weights, "inputs").chars);
    printf("          metadata %" PRId64 " bytes\n", counts->dram_metadata);
    printf("          inputs %" PRId64 " bytes (%s%s)\n", counts->dram_input,
           seen->place->input_on_chip ? "on chip, left by the layer that made them"
                                      : fetched(tensors.of_inputs, "weights").chars,
           seen->layer->shape->residual == NET_NONE ? ""
           : seen->place->residual_on_chip          ? "; the residual operand is on chip"
                                                    : "; with the residual operand");
    printf("          outputs %" PRId64 " bytes (%s)\n", counts->dram_output,
           seen->place->output_to_dram ? "written to DRAM" : "they stay on chip");
}

static outcome_t print_cycles(const model_seen_t *seen)
{
    const counts_t *counts = seen->counts;
    double rate;
    outcome_t result = memory_bytes_per_cycle(seen->config, &rate);
    if (!outcome_is_ok(&result))
        return result;
    printf("          %" PRId64 " bytes at %g bytes a cycle = %" PRId64 " cycles, rounded %s%s\n",
           counts_dram_bytes(counts), rate, counts->dram_cycles,
           seen->counts->tiles != seen->work->tiles ? "for each run" : "up",
           seen->config->oddities != 0 ? ", with the oddities that are on" : "");
    printf("cycles    the greater of %" PRId64 " of compute and %" PRId64 " of DRAM = %" PRId64 "; bound by %s\n",
           counts->compute_cycles, counts->dram_cycles, counts->cycles,
           counts->compute_cycles >= counts->dram_cycles ? "compute" : "DRAM");
    return result;
}

/* ===  Energy  === */

static void print_energy(const model_seen_t *seen)
{
    energy_term_t terms[ENERGY_TERMS];
    energy_terms(seen->rates, seen->counts, terms);
    printf("\nenergy\n");
    for (int i = 0; i < ENERGY_TERMS; i++)
        if (terms[i].count != 0.0)
            printf("          %-20s  %15.0f %-16s x %.9g pJ = %.9g pJ\n", terms[i].what, terms[i].count, terms[i].unit,
                   terms[i].rate, terms[i].pj);
    printf("          on chip %.9g pJ + DRAM %.9g pJ = %.9g pJ\n", seen->energy->on_chip_pj, seen->energy->dram_pj,
           seen->energy->total_pj);
    printf("          not in it: leakage of the buffers %.9g pJ\n", seen->energy->leakage_pj);
}

static void print_bank(const char *what, int64_t bytes, int64_t banks, int64_t bus_bits)
{
    sram_bank_t bank;
    bool interpolated;
    outcome_t found = sram_bank(bytes / banks, bus_bits, &bank, &interpolated);
    if (outcome_is_ok(&found))
        printf("          %s: %" PRId64 " banks of %" PRId64 " bytes, bus of %" PRId64
               " bits: read %g pJ, write %g pJ (sram.csv%s)\n",
               what, banks, bytes / banks, bus_bits, bank.read_pj, bank.write_pj, interpolated ? ", interpolated" : "");
}

static void print_constants(const model_seen_t *seen)
{
    const accel_config_t *config = seen->config;
    const technology_t *technology = config->technology;
    printf("\nconstants that these rates and cycles follow from (technology.csv or --technology)\n");
    for (size_t i = 0; technology != NULL && technology->read != NULL && i < technology_row_count; i++)
        if (technology->read[i])
            printf("          %s = %g %s%s: %s\n", technology_rows[i].name, technology->values[i], technology_rows[i].unit,
                   technology->values[i] != technology_rows[i].value ? " (changed)" : "", technology_rows[i].source);
    print_bank("weight buffer", config->weight_sram_bytes, config->weight_banks, config->weight_bus_bits);
    print_bank("input buffer", config->input_sram_bytes, config->input_banks, config->input_bus_bits);
}

/* ===  The whole  === */

static outcome_t print(void *nothing, const model_seen_t *seen)
{
    (void)nothing;
    print_shape(seen);
    print_work(seen);
    print_memory(seen);
    outcome_t result = print_cycles(seen);
    print_energy(seen);
    print_constants(seen);
    return result;
}

outcome_t simulate_explain(const options_t *options, simulate_plan_t *simulate)
{
    model_plan_t *plan = &simulate->plan;
    const char *layer = options_text(options, "explain");
    const char *several = plan->network_count != 1       ? "several networks"
                          : plan->accelerator_count != 1 ? "several designs"
                          : plan->sweep_count > 0        ? "a sweep"
                          : plan->layer != NULL          ? "--layer as well"
                                                         : NULL;
    if (layer == NULL)
        return outcome_ok();
    if (text_equal(layer, "total"))
        return outcome_usage("simulate", "--explain", layer, "a layer: a total is the sum of its layers", NULL);
    if (several != NULL)
        return outcome_usage("simulate", "--explain", several, "one network and one design: --net NAME --accelerator NAME",
                             NULL);
    plan->layer = layer;
    plan->see = print;
    return outcome_ok();
}
