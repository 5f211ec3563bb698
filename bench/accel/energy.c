/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/energy.h"

#include "accel/sram.h"
#include "accel/technology.h"

/* PE and registers: the source's values are from synthesis and take its factor for place and route, the part's own one
 * where it has one. PEs with buffers have no registers beside them. */
static outcome_t logic_rates(const char *table, const char *part, bool registers, energy_rates_t *rates)
{
    double layout, dispatcher;
    outcome_t result = technology_lookup(table, part, "layout", &layout);
    if ((!outcome_is_ok(&result) && outcome_bad(&result, technology_lookup(table, NULL, "layout", &layout))) ||
        outcome_bad(&result, technology_lookup(table, part, "pe", &rates->pe_pj)))
        return result;
    rates->pe_pj *= layout;
    if (!registers)
        return outcome_ok();
    if (outcome_bad(&result, technology_lookup(table, NULL, "dispatcher", &dispatcher)) ||
        outcome_bad(&result, technology_lookup(table, part, "weight_register", &rates->weight_register_pj)) ||
        outcome_bad(&result, technology_lookup(table, part, "input_register", &rates->input_register_pj)))
        return result;
    rates->weight_register_pj *= layout;
    rates->input_register_pj = (rates->input_register_pj + dispatcher) * layout;
    return outcome_ok();
}

/* One buffer: energy a byte of its bus. Adds the leakage of its banks, in mW. */
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

static outcome_t sram_rates(const accel_config_t *config, energy_rates_t *rates, double *leakage_mw)
{
    int64_t pes = config->rows * config->columns;
    outcome_t result;
    if (outcome_bad(&result,
                    buffer_rates(config->weight_sram_bytes, config->weight_banks, config->weight_bus_bits,
                                 &rates->weight_read_pj, &rates->weight_write_pj, leakage_mw, &rates->interpolated)) ||
        outcome_bad(&result,
                    buffer_rates(config->input_sram_bytes, config->input_banks, config->input_bus_bits,
                                 &rates->input_read_pj, &rates->input_write_pj, leakage_mw, &rates->interpolated)) ||
        config->local_bytes == 0)
        return result;
    return buffer_rates(config->local_bytes * pes, pes, config->local_bus_bits, &rates->local_read_pj,
                        &rates->local_write_pj, leakage_mw, &rates->interpolated);
}

outcome_t energy_rates(const char *table, const accelerator_t *accelerator, const accel_config_t *config,
                       energy_rates_t *rates)
{
    *rates = (energy_rates_t){0};
    double dram_word, period, leakage_mw = 0.0;
    outcome_t result;
    if (outcome_bad(&result, logic_rates(table, accelerator->part, config->local_bytes == 0, rates)) ||
        outcome_bad(&result, sram_rates(config, rates, &leakage_mw)) ||
        outcome_bad(&result, technology_value("dram.access", &dram_word)) ||
        outcome_bad(&result, technology_value("clock.period", &period)))
        return result;
    rates->dram_pj = dram_word / 8.0; /* the row is for 64 bits */
    rates->leakage_pj = leakage_mw * period;
    return outcome_ok();
}

energy_t energy_of(const energy_rates_t *rates, const counts_t *counts)
{
    energy_t energy;
    energy.pe_pj = rates->pe_pj * (double)counts->pe_cycles;
    energy.register_pj = rates->weight_register_pj * (double)counts->weight_register_cycles +
                         rates->input_register_pj * (double)counts->input_register_loads;
    energy.sram_pj =
        rates->weight_read_pj * (double)counts->sram_weight_read +
        rates->weight_write_pj * (double)counts->sram_weight_write +
        rates->input_read_pj * (double)counts->sram_input_read + rates->input_write_pj * (double)counts->sram_input_write +
        rates->local_read_pj * (double)counts->local_read + rates->local_write_pj * (double)counts->local_write;
    energy.on_chip_pj = energy.pe_pj + energy.register_pj + energy.sram_pj;
    energy.dram_pj = rates->dram_pj * (double)counts_dram_bytes(counts);
    energy.total_pj = energy.on_chip_pj + energy.dram_pj;
    energy.leakage_pj = rates->leakage_pj * (double)counts->cycles;
    return energy;
}
