/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_H
#define BBS_MEASURE_MODEL_H

#include "accel/accel.h"
#include "accel/energy.h"
#include "accel/memory.h"
#include "base/text.h"
#include "measure/model_rows.h"
#include "nets/net.h"

/* Networks on accelerators: the rows of model.csv. */

/* Where the INT8 weights come from. */
typedef enum {
    MODEL_NONE,      /* no weights: designs whose cycles depend on weights are skipped */
    MODEL_BEST,      /* the weights that ship with the size, else synthetic ones */
    MODEL_SYNTHETIC, /* drawn after portraits of other networks (substitute.h) */
    MODEL_FILE,      /* a checkpoint, of the only network of the plan */
} model_origin_t;

/* Keys and values are activations, which the paper quantises to 8 bits (section V). The paper does not say how it would
 * keep them between tokens: that they keep 8 bits is an assumption. */
enum { MODEL_CACHE_BITS = 8 };

/* Settings as for configuration_set(), "bitvert.rows=8", of which one holds at a point. */
typedef struct {
    const char *const *settings;
    size_t count;
} model_sweep_t;

/* What the model has computed for one layer on one design, while it is written: everything that its row follows from. In a
 * product of attention (workload.h) `work` is of one run, `counts` of all. `layer->weights` is not valid. */
typedef struct {
    const model_names_t *names;
    const accel_config_t *config;
    const accel_layer_t *layer;
    const accel_work_t *work;
    const memory_place_t *place;
    const counts_t *counts;
    const energy_rates_t *rates;
    const energy_t *energy;
} model_seen_t;

typedef struct {
    const network_t *const *networks;
    size_t network_count;
    const char *size; /* "full" or "compact" */
    const accelerator_t *const *accelerators;
    size_t accelerator_count;
    bool prune_first;              /* the first layer is compressed too; false: it stays at 8 bits */
    const char *energy_table;      /* table of PE energies: "bitsim" or "table5" (energy.h) */
    bool mixed_tables;             /* take designs that the table lacks from bitsim; false: such a design is an error */
    const char *layer;             /* write the rows of this layer only, or "total"; NULL: all of them */
    const accel_config_t *configs; /* one per accelerator; NULL: the defaults */
    const char *configuration;     /* the name of `configs` in the rows: "bitsim, bitvert.rows=16"; NULL: "paper" */
    bool any_budget;               /* allow a number of multipliers other than the paper's */
    bool utilisation;              /* also compress for the designs whose utilisation depends on compressed weights
                                      (accelerator_t.counts_lanes) */
    const model_sweep_t *sweeps;   /* several make a grid: the plan runs at each of its points (model_sweep.h) */
    size_t sweep_count;            /* 0: no sweep */

    outcome_t (*see)(void *seer, const model_seen_t *seen); /* called for each layer that `layer` means; NULL: not called */
    void *seer;

    int64_t tokens; /* of a sequence of text (workload.h); 0: the network's own; of a language model: one */
    int64_t batch;  /* samples that are run together (workload.h); 0: one */
    bool attention; /* also the products of attention (workload.h) */
    /* Language models (measure/next_tokens.h): tokens of a sequence that attention reads, 0: `tokens` with `attention`,
     * else no products; and bits of a key or value in memory, 0: MODEL_CACHE_BITS. */
    int64_t context, cache_bits;
    bool prefill; /* with a context: its tokens are run at once, whatever `tokens` says */

    model_origin_t origin;
    const char *weights_path; /* of MODEL_FILE */
    int seed;                 /* of synthetic weights (substitute.h); 0: SUBSTITUTE_SEED */
    bool ignore_extra;        /* leave out float tensors of that file that the network does not ask for */
    double density;           /* share of activations that are not zero, in every layer; 0: not given */
    const char *density_path; /* measured densities of each layer (density.h); NULL: not given, as density.h assumes */
    const char *masks_path;   /* real activations of the only network of the plan (mask_file.h); NULL: none */
    int threads;
} model_plan_t;

typedef struct {
    const network_t *network;
    const accelerator_t *accelerator;
    counts_t counts;
    energy_t energy;
    text_t weights;      /* source of the weights, as in the rows */
    size_t point;        /* of the grid */
    int64_t multipliers; /* of the array, in 8-bit equivalents */
    bool skipped;        /* the design needs weights or densities and there are none; no other result is set */
    bool interpolated;   /* some SRAM energy has no row of its own in sram.csv */
} model_total_t;

/* Samples that a total is of. */
int64_t model_batch(const model_plan_t *plan);

/* Run the plan: by network, then accelerator, then point of the grid. Rows go to the file at
 * `path` (one per layer, then one with layer = total; NULL: no file), totals to totals[model_points()] in that order. A
 * skipped pair has no rows. When every pair is skipped, the outcome is a skip and no file is written. */
outcome_t model_run(const model_plan_t *plan, const char *path, model_total_t *totals);

/* Points of the grid: the product of the sweeps' counts; 1 without a sweep. The last sweep changes fastest. */
size_t model_grid(const model_plan_t *plan);
/* The setting of sweep `sweep` at a point of the grid. */
const char *model_setting(const model_plan_t *plan, size_t sweep, size_t point);
/* All settings of a point as in the rows, with a space between them; "" without a sweep. */
text_t model_point(const model_plan_t *plan, size_t point);

/* Networks x accelerators x points of the grid. */
size_t model_points(const model_plan_t *plan);

/* Per cent of the lanes' slots (accel_work_t); NaN where the lanes of a design are not counted. */
typedef struct {
    double useful, intra_pe_stall, inter_pe_stall;
} model_lanes_t;

model_lanes_t model_lanes(const counts_t *counts);

/* Geometric mean of positive ratios; NaN when there are none. */
double model_geomean(const double *ratios, size_t count);

#endif
