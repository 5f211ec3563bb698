/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `model`: every accelerator of the registry on every network at full size, on synthetic INT8 weights. */
#include "experiments/experiments.h"

#include "experiments/model_full.h"
#include "experiments/model_section.h"
#include "experiments/speedup.h"

static outcome_t run(const experiment_context_t *context)
{
    return model_full_ratios(context, speedup_reference, "speedup.csv");
}

static const char *const limits[] = {
    "Accelerator rows are analytical: counts of cycles, accesses and bytes of one sample "
    "at full size, times the constants of "
    "`bench/accel/technology.csv`. Nothing is synthesised, and no activity is traced.",
    "The weights are synthetic: drawn after portraits of layers of other networks "
    "(`models/profiles`), because the checkpoints are not here. On 129 real layers cycles of "
    "Pragmatic and Bitlet come out within 1.1 % in the median and 4.5 % at the 90th "
    "percentile; that a network's layers are like those of another is an assumption on top. "
    "Sensitive channels follow from synthetic scales, so their spread over the layers is not "
    "that of the checkpoints.",
    "SparTen's cycles and traffic rest on an assumed share of activations that are not zero "
    "(column `activation_density`): 0.56 for the CNNs, 0.948 for the transformers.",
    "Not modelled: attention's score and context products, normalisation, pooling, "
    "residual additions, softmax; batches above 1; DRAM "
    "refresh and row misses; the energy of PEs that wait for DRAM; leakage.",
    NULL};

const experiment_t experiment_model = {
    .id = "model",
    .title = "Speed and energy of the accelerators",
    .needs = "nothing beyond the program",
    .cost = "10 s, 2 MB",
    .settings =
        "networks of the registry, size full, all accelerators, synthetic weights, energy table bitsim, first layer kept",
    .seeds = "weights: of each network by its name",
    .rows = "model.csv",
    .figure = "speedup",
    .figure_alt = "Bars of speedup over Stripes and of energy against Stripes, on chip and DRAM, for each network and "
                  "accelerator; the "
                  "numbers stand in the table below.",
    .figure_caption =
        "Speedup over Stripes (higher is better) and energy against Stripes (lower is better; on chip and DRAM), one "
        "sample through the full-size networks, synthetic weights. Source: `speedup.csv`.",
    .rule = &model_rule,
    .limits = limits,
    .list_inputs = model_full_inputs,
    .run = run,
    .headline = model_headline,
    .present = model_present,
    .rerun = model_rerun,
    .measure = model_measure,
};
