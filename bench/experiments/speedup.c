/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/speedup.h"

#include "base/text.h"
#include "experiments/rows.h"

#include <math.h>
#include <stdlib.h>

const char speedup_reference[] = "stripes";

typedef struct {
    const char *net, *size, *accelerator, *selection, *mean;
    double cycles, energy, on_chip, dram; /* as counted */
    double speedup, energy_ratio, on_chip_ratio, dram_ratio;
} total_t;

static outcome_t read_totals(const csv_table_t *model, total_t *totals, size_t *count)
{
    rows_t rows = rows_of(model);
    *count = 0;
    for (size_t row = rows_find(&rows, 0, "layer", "total"); row < model->rows;
         row = rows_find(&rows, row + 1, "layer", "total"))
        totals[(*count)++] = (total_t){.net = rows_text(&rows, row, "net"),
                                       .size = rows_text(&rows, row, "size"),
                                       .accelerator = rows_text(&rows, row, "accelerator"),
                                       .selection = rows_text(&rows, row, "selection"),
                                       .mean = "",
                                       .cycles = (double)rows_integer(&rows, row, "cycles"),
                                       .energy = rows_real(&rows, row, "energy_total_pj"),
                                       .on_chip = rows_real(&rows, row, "energy_on_chip_pj"),
                                       .dram = rows_real(&rows, row, "energy_dram_pj")};
    return rows.outcome;
}

static const total_t *find_reference(const total_t *totals, size_t count, const char *reference, const total_t *of)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(totals[i].accelerator, reference) && text_equal(totals[i].net, of->net) &&
            text_equal(totals[i].size, of->size))
            return &totals[i];
    return NULL;
}

static outcome_t compute_ratios(const csv_table_t *model, const char *name, total_t *totals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        total_t *total = &totals[i];
        const total_t *reference = find_reference(totals, count, name, total);
        if (reference == NULL)
            return outcome_failed(model->path, total->net, "no total of the reference", name, "model it too");
        if (total->cycles <= 0 || reference->energy <= 0)
            return outcome_failed(model->path, total->net, "a total that is not positive", "cycles and energy", NULL);
        total->speedup = reference->cycles / total->cycles;
        total->energy_ratio = total->energy / reference->energy;
        total->on_chip_ratio = total->on_chip / reference->energy;
        total->dram_ratio = total->dram / reference->energy;
    }
    return outcome_ok();
}

static void write_row(csv_writer_t *writer, const char *reference, const total_t *total)
{
    csv_text(writer, total->net);
    csv_text(writer, total->size);
    csv_text(writer, total->accelerator);
    csv_text(writer, reference);
    csv_real(writer, total->cycles);
    csv_real(writer, total->speedup);
    csv_real(writer, total->energy);
    csv_real(writer, total->energy_ratio);
    csv_real(writer, total->on_chip_ratio);
    csv_real(writer, total->dram_ratio);
    csv_text(writer, total->selection);
    csv_text(writer, total->mean);
    csv_end_row(writer);
}

/* The geometric mean of one accelerator over its networks; the parts keep the share that they have on average. */
static total_t mean_of(const total_t *totals, size_t count, const total_t *of, size_t *networks)
{
    double speedup = 0, energy = 0, on_chip_share = 0;
    *networks = 0;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(totals[i].accelerator, of->accelerator) || !text_equal(totals[i].size, of->size))
            continue;
        speedup += log(totals[i].speedup);
        energy += log(totals[i].energy_ratio);
        on_chip_share += totals[i].on_chip_ratio / totals[i].energy_ratio;
        ++*networks;
    }
    double number = (double)*networks;
    total_t mean = {.net = "geomean",
                    .size = of->size,
                    .accelerator = of->accelerator,
                    .selection = of->selection,
                    .mean = "geometric",
                    .cycles = NAN,
                    .energy = NAN,
                    .speedup = exp(speedup / number),
                    .energy_ratio = exp(energy / number)};
    mean.on_chip_ratio = mean.energy_ratio * on_chip_share / number;
    mean.dram_ratio = mean.energy_ratio - mean.on_chip_ratio;
    return mean;
}

static void write_means(csv_writer_t *writer, const char *reference, const total_t *totals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t networks;
        if (!text_equal(totals[i].net, totals[0].net) || !text_equal(totals[i].size, totals[0].size))
            continue; /* each accelerator once: those of the first network */
        total_t mean = mean_of(totals, count, &totals[i], &networks);
        if (networks > 1)
            write_row(writer, reference, &mean);
    }
}

outcome_t speedup_write(const csv_table_t *model, const char *reference, const char *path)
{
    csv_writer_t writer;
    size_t count = 0;
    total_t *totals = calloc(model->rows + 1, sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory(path);
    outcome_t result = read_totals(model, totals, &count);
    if (outcome_is_ok(&result))
        result = compute_ratios(model, reference, totals, count);
    if (outcome_is_ok(&result))
        result = csv_create(&writer, path,
                            "net,size,accelerator,reference,cycles,speedup,energy_total_pj,energy_ratio,"
                            "energy_on_chip_ratio,energy_dram_ratio,selection,mean_over_networks");
    if (outcome_is_ok(&result)) {
        for (size_t i = 0; i < count; i++)
            write_row(&writer, reference, &totals[i]);
        write_means(&writer, reference, totals, count);
        result = csv_commit(&writer);
    }
    free(totals);
    return result;
}
