/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/energy.h"

#include "accel/oddity.h"
#include "accel/sram.h"
#include "accel/technology.h"
#include "base/registry.h"
#include "base/text.h"

static const char default_table[] = "bitsim", as_written[] = "simulator";
static const char *const tables[] = {default_table, "table5", NULL};

/* ===  Tables  === */

static const char *itself(const void *entry)
{
    return entry;
}

outcome_t energy_table_check(const char *table)
{
    static const registry_t names = {.where = "energy table", .what = "table", .tables = {tables}, .name_of = itself};
    const char *found;
    return registry_find(&names, table, &found);
}

const char *energy_table_of(const char *table, bool mixed, const accelerator_t *accelerator)
{
    if (text_equal(table, default_table)) /* this table must have every design; energy_rates() names a missing row */
        return table;
    if (technology_has(table, accelerator->part, "pe") || technology_has(table, accelerator->part, "power"))
        return table;
    return mixed ? default_table : NULL;
}

/* ===  Logic  === */

/* Values from synthesis are multiplied by the source's factor for place and route; a part may have its own factor. */
static outcome_t layout_of(const accel_config_t *config, const char *part, double *layout)
{
    if (technology_has(default_table, part, "layout"))
        return technology_get_part(config->technology, default_table, part, "layout", layout);
    return technology_get_part(config->technology, default_table, NULL, "layout", layout);
}

static outcome_t pe_rate(const char *table, const accelerator_t *accelerator, const accel_config_t *config, double *pe_pj)
{
    double power, period, lanes;
    outcome_t result;
    if (!technology_has(table, accelerator->part, "power")) {
        double layout;
        if (!outcome_bad(&result, technology_get_part(config->technology, table, accelerator->part, "pe", pe_pj)) &&
            !outcome_bad(&result, technology_get_part(config->technology, table, accelerator->part, "lanes", &lanes)) &&
            !outcome_bad(&result, layout_of(config, accelerator->part, &layout)))
            *pe_pj *= layout * (config->oddities & ODDITY_REGISTER_CONSTANTS ? 1.0 : (double)config->lanes / lanes);
        return result;
    }
    if (outcome_bad(&result, technology_get_part(config->technology, table, accelerator->part, "power", &power)) ||
        outcome_bad(&result, technology_get_part(config->technology, table, NULL, "lanes", &lanes)) ||
        outcome_bad(&result, technology_get(config->technology, "clock.period", &period)))
        return result;
    *pe_pj = power * period * (double)config->lanes / lanes;
    return result;
}

/* The energy of a register outside the PEs. The table's value is for `register_weights` weights or activations; a PE that
 * takes another number has registers of another size. The oddity takes the simulator's constant whatever the size. */
static outcome_t register_rate(const char *part, const char *name, const accel_config_t *config, double *rate)
{
    double weights;
    outcome_t result;
    if (config->oddities & ODDITY_REGISTER_CONSTANTS)
        return technology_get_part(config->technology, technology_has(as_written, part, name) ? as_written : default_table,
                                   part, name, rate);
    if (!outcome_bad(&result, technology_get_part(config->technology, default_table, part, "register_weights", &weights)) &&
        !outcome_bad(&result, technology_get_part(config->technology, default_table, part, name, rate)))
        *rate *= (double)config->group / weights;
    return result;
}

/* A design may lack the dispatcher in the simulator. */
static outcome_t dispatcher_rate(const char *part, const accel_config_t *config, double *rate)
{
    bool odd = (config->oddities & ODDITY_REGISTER_CONSTANTS) && technology_has(as_written, part, "dispatcher");
    return technology_get_part(config->technology, odd ? as_written : default_table, odd ? part : NULL, "dispatcher", rate);
}

static outcome_t register_rates(const char *part, const accel_config_t *config, energy_rates_t *rates)
{
    double layout, dispatcher;
    outcome_t result;
    if (outcome_bad(&result, layout_of(config, part, &layout)) ||
        outcome_bad(&result, dispatcher_rate(part, config, &dispatcher)) ||
        outcome_bad(&result, register_rate(part, "weight_register", config, &rates->weight_register_pj)) ||
        outcome_bad(&result, register_rate(part, "input_register", config, &rates->input_register_pj)))
        return result;
    rates->weight_register_pj *= layout;
    rates->input_register_pj = (rates->input_register_pj + dispatcher) * layout;
    return result;
}

/* ===  Memory  === */

/* One buffer: energy per byte of its bus. Adds the leakage of its banks, in mW. */
static outcome_t buffer_rates(int64_t bytes, int64_t banks, int64_t bus_bits, double *read_pj, double *write_pj,
                              double *leakage_mw, bool *interpolated)
{
    sram_bank_t bank;
    bool between_rows;
    outcome_t result = sram_bank(bytes / banks, bus_bits, &bank, &between_rows);
    if (!outcome_is_ok(&result))
        return result;
    double bus_bytes = (double)bus_bits / 8.0;
    *read_pj = bank.read_pj / bus_bytes;
    *write_pj = bank.write_pj / bus_bytes;
    *leakage_mw += bank.leakage_mw * (double)banks;
    *interpolated = *interpolated || between_rows;
    return outcome_ok();
}

static outcome_t sram_rates(const accel_config_t *config, const accel_storage_t *storage, energy_rates_t *rates,
                            double *leakage_mw)
{
    int64_t pes = config->rows * config->columns;
    outcome_t result;
    if (outcome_bad(&result,
                    buffer_rates(config->weight_sram_bytes, config->weight_banks, config->weight_bus_bits,
                                 &rates->weight_read_pj, &rates->weight_write_pj, leakage_mw, &rates->interpolated)) ||
        outcome_bad(&result,
                    buffer_rates(config->input_sram_bytes, config->input_banks, config->input_bus_bits,
                                 &rates->input_read_pj, &rates->input_write_pj, leakage_mw, &rates->interpolated)) ||
        storage->local_bytes == 0)
        return result;
    return buffer_rates(storage->local_bytes * pes, pes, storage->local_bus_bits, &rates->local_read_pj,
                        &rates->local_write_pj, leakage_mw, &rates->interpolated);
}

outcome_t energy_rates(const char *table, const accelerator_t *accelerator, const accel_config_t *config,
                       energy_rates_t *rates)
{
    const accel_storage_t storage = accel_storage(accelerator, config);
    *rates = (energy_rates_t){0};
    double dram_word, period, leakage_mw = 0.0;
    outcome_t result;
    if (outcome_bad(&result, pe_rate(table, accelerator, config, &rates->pe_pj)) ||
        (storage.local_bytes == 0 &&
         outcome_bad(&result,
                     register_rates(accelerator->part, config, rates))) || /* PEs with local buffers have no registers */
        outcome_bad(&result, sram_rates(config, &storage, rates, &leakage_mw)) ||
        outcome_bad(&result, technology_get(config->technology, "dram.access", &dram_word)) ||
        outcome_bad(&result, technology_get(config->technology, "clock.period", &period)))
        return result;
    if (config->dram_fj_per_64bit > 0)
        dram_word = (double)config->dram_fj_per_64bit / 1000.0;
    rates->dram_pj = dram_word / 8.0; /* the constant is per 64 bits */
    rates->leakage_pj = leakage_mw * period;
    rates->idle_pj =
        rates->pe_pj * (double)(config->rows * config->columns) + rates->weight_register_pj * (double)config->rows;
    return outcome_ok();
}

/* Oddity fractions: the compute cycles before they were rounded up, over those after. Else 1. */
static double exact_share_of_cycles(const counts_t *counts)
{
    if (counts->compute_excess == 0)
        return 1.0;
    return 1.0 - (double)counts->compute_excess / 1e9 / (double)counts->compute_cycles;
}

/* PE, weight register, input register, then the buffers: energy_of() adds them up in this order. */
enum { PE, WEIGHT_REGISTER, INPUT_REGISTER, FIRST_BUFFER, DRAM = ENERGY_TERMS - 1 };

void energy_terms(const energy_rates_t *rates, const counts_t *counts, energy_term_t terms[ENERGY_TERMS])
{
    const double share = exact_share_of_cycles(counts);
    const energy_term_t all[ENERGY_TERMS] = {
        {"PEs", rates->local_read_pj > 0.0 ? "pairs" : "PE cycles", (double)counts->pe_cycles, rates->pe_pj,
         .share = share},
        {"weight registers", "rows x cycles", (double)counts->weight_register_cycles, rates->weight_register_pj,
         .share = share},
        {"input registers", "columns x tiles", (double)counts->input_register_loads, rates->input_register_pj,
         .share = 1.0},
        {"weight buffer reads", "bytes", (double)counts->sram_weight_read, rates->weight_read_pj, .share = 1.0},
        {"weight buffer writes", "bytes", (double)counts->sram_weight_write, rates->weight_write_pj, .share = 1.0},
        {"input buffer reads", "bytes", (double)counts->sram_input_read, rates->input_read_pj, .share = 1.0},
        {"input buffer writes", "bytes", (double)counts->sram_input_write, rates->input_write_pj, .share = 1.0},
        {"PEs' buffer reads", "bytes", (double)counts->local_read, rates->local_read_pj, .share = 1.0},
        {"PEs' buffer writes", "bytes", (double)counts->local_write, rates->local_write_pj, .share = 1.0},
        {"DRAM", "bytes", (double)counts_dram_bytes(counts) - (double)counts->dram_weight_excess / 8.0, rates->dram_pj,
         .share = 1.0},
    };
    for (int i = 0; i < ENERGY_TERMS; i++) {
        terms[i] = all[i];
        terms[i].pj = all[i].rate * all[i].count * all[i].share;
    }
}

energy_t energy_of(const energy_rates_t *rates, const counts_t *counts)
{
    energy_term_t terms[ENERGY_TERMS];
    energy_t energy = {.sram_pj = 0.0};
    energy_terms(rates, counts, terms);
    energy.pe_pj = terms[PE].pj;
    energy.register_pj = terms[WEIGHT_REGISTER].pj + terms[INPUT_REGISTER].pj;
    for (int i = FIRST_BUFFER; i < DRAM; i++)
        energy.sram_pj += terms[i].pj;
    energy.on_chip_pj = energy.pe_pj + energy.register_pj + energy.sram_pj;
    energy.dram_pj = terms[DRAM].pj;
    energy.total_pj = energy.on_chip_pj + energy.dram_pj;
    energy.leakage_pj = rates->leakage_pj * (double)counts->cycles;
    energy.idle_pj = rates->idle_pj * (double)(counts->cycles - counts->compute_cycles);
    return energy;
}
