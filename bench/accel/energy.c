/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/energy.h"

#include "accel/sram.h"
#include "accel/technology.h"

/* PE and registers: the source's values are from synthesis and take its factor for place and route. */
static outcome_t logic_rates(const char *table, const char *part, energy_rates_t *rates)
{
    double layout, dispatcher;
    outcome_t result;
    if (outcome_bad(&result, technology_lookup(table, NULL, "layout", &layout)) ||
        outcome_bad(&result, technology_lookup(table, NULL, "dispatcher", &dispatcher)) ||
        outcome_bad(&result, technology_lookup(table, part, "pe", &rates->pe_pj)) ||
        outcome_bad(&result, technology_lookup(table, part, "weight_register", &rates->weight_register_pj)) ||
        outcome_bad(&result, technology_lookup(table, part, "input_register", &rates->input_register_pj)))
        return result;
    rates->pe_pj *= layout;
    rates->weight_register_pj *= layout;
    rates->input_register_pj = (rates->input_register_pj + dispatcher) * layout;
    return outcome_ok();
}

/* One buffer: energy a byte of its bus, and the leakage of its banks in mW. */
static outcome_t buffer_rates(int64_t bytes, int64_t banks, int64_t bus_bits, double *read_pj, double *write_pj,
                              double *leakage_mw, bool *interpolated)
{
    sram_bank_t bank;
    outcome_t result = sram_bank(bytes / banks, bus_bits, &bank, interpolated);
    if (!outcome_is_ok(&result))
        return result;
    double bus_bytes = (double)bus_bits / 8.0;
    *read_pj = bank.read_pj / bus_bytes;
    *write_pj = bank.write_pj / bus_bytes;
    *leakage_mw = bank.leakage_mw * (double)banks;
    return outcome_ok();
}

outcome_t energy_rates(const char *table, const accelerator_t *accelerator, const accel_config_t *config,
                       energy_rates_t *rates)
{
    *rates = (energy_rates_t){0};
    double dram_word, period, weight_mw, input_mw;
    bool weight_interpolated, input_interpolated;
    outcome_t result;
    if (outcome_bad(&result, logic_rates(table, accelerator->part, rates)) ||
        outcome_bad(&result,
                    buffer_rates(config->weight_sram_bytes, config->weight_banks, config->weight_bus_bits,
                                 &rates->weight_read_pj, &rates->weight_write_pj, &weight_mw, &weight_interpolated)) ||
        outcome_bad(&result, buffer_rates(config->input_sram_bytes, config->input_banks, config->input_bus_bits,
                                          &rates->input_read_pj, &rates->input_write_pj, &input_mw, &input_interpolated)) ||
        outcome_bad(&result, technology_value("dram.access", &dram_word)) ||
        outcome_bad(&result, technology_value("clock.period", &period)))
        return result;
    rates->dram_pj = dram_word / 8.0; /* the row is for 64 bits */
    rates->leakage_pj = (weight_mw + input_mw) * period;
    rates->interpolated = weight_interpolated || input_interpolated;
    return outcome_ok();
}

energy_t energy_of(const energy_rates_t *rates, const counts_t *counts)
{
    energy_t energy;
    energy.pe_pj = rates->pe_pj * (double)counts->pe_cycles;
    energy.register_pj = rates->weight_register_pj * (double)counts->weight_register_cycles +
                         rates->input_register_pj * (double)counts->input_register_loads;
    energy.sram_pj = rates->weight_read_pj * (double)counts->sram_weight_read +
                     rates->weight_write_pj * (double)counts->sram_weight_write +
                     rates->input_read_pj * (double)counts->sram_input_read +
                     rates->input_write_pj * (double)counts->sram_input_write;
    energy.on_chip_pj = energy.pe_pj + energy.register_pj + energy.sram_pj;
    energy.dram_pj = rates->dram_pj * (double)counts_dram_bytes(counts);
    energy.total_pj = energy.on_chip_pj + energy.dram_pj;
    energy.leakage_pj = rates->leakage_pj * (double)counts->cycles;
    return energy;
}
