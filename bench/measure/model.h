/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_H
#define BBS_MEASURE_MODEL_H

#include "accel/accel.h"
#include "accel/energy.h"
#include "base/csv.h"
#include "nets/net.h"

/* Networks on accelerators: the rows of model.csv. */

/* How many channels of each layer Algorithm 2 keeps, computed from real weights, for one network and accelerator. */
typedef struct {
    const network_t *network;
    const accelerator_t *accelerator;
    const int64_t *sensitive; /* a layer each, in the order of net_layers() */
} model_selection_t;

/* The INT8 weights of a network, as one accelerator runs them: plain, or compressed by accelerator->method. */
typedef struct {
    const network_t *network;
    const accelerator_t *accelerator; /* NULL: for all that run plain INT8 */
    const int8_t *const *layers;      /* [k, c, kh, kw] each, in the order of net_layers() */
} model_weights_t;

/* The share of activations that are not zero, above 0 to 1, at the input and the output of each layer. */
typedef struct {
    const network_t *network;
    const double *inputs, *outputs;
} model_density_t;

/* Where the INT8 weights come from. */
typedef enum {
    MODEL_GIVEN,     /* the arrays of the plan */
    MODEL_BEST,      /* the weights that ship with the size, else synthetic ones */
    MODEL_SYNTHETIC, /* drawn after portraits of other networks (substitute.h) */
    MODEL_FILE,      /* a checkpoint, of the only network of the plan */
} model_origin_t;

typedef struct {
    const network_t *const *networks;
    size_t network_count;
    const char *size; /* "full" or "compact" */
    const accelerator_t *const *accelerators;
    size_t accelerator_count;
    bool prune_first;              /* the first layer is compressed too; false: it stays at 8 bits */
    const char *energy_table;      /* of the PEs: "bitsim" or "table5" (energy.h) */
    bool mixed_tables;             /* designs that it lacks are taken from bitsim; false: they are an error */
    const char *layer;             /* write the rows of this layer only, or "total"; NULL: all of them */
    const accel_config_t *configs; /* of each accelerator; NULL: their defaults */
    const char *configuration;     /* what these are, for the rows: "bitsim, bitvert.rows=16"; NULL: "paper" */
    bool any_budget;               /* of multipliers, with configs on purpose unlike the paper's */
    bool utilisation;      /* also compress for the designs whose utilisation depends on it (accelerator_t.columns_of) */
    const char *sweep_key; /* a setting of all accelerators (accel/settings.h); NULL: no sweep */
    const int64_t *sweep_values;
    size_t sweep_count;

    model_origin_t origin;
    const char *weights_path;            /* of MODEL_FILE */
    double density;                      /* of all activations; 0: what density.h assumes. With MODEL_GIVEN see below */
    const model_selection_t *selections; /* MODEL_GIVEN: pairs without one take the uniform assumption */
    size_t selection_count;
    const model_weights_t *weights; /* MODEL_GIVEN: without them accelerators whose cycles depend on bits are skipped */
    size_t weights_count;
    const model_density_t *densities; /* MODEL_GIVEN: nor do those that skip zero activations run without these */
    size_t density_count;
    int threads;
} model_plan_t;

typedef struct {
    const network_t *network;
    const accelerator_t *accelerator;
    counts_t counts;
    energy_t energy;
    int64_t setting;   /* of a sweep */
    bool skipped;      /* it needs weights or densities and there are none; nothing else is set */
    bool interpolated; /* some SRAM energy has no row of its own in sram.csv */
} model_total_t;

/* Run the plan, network by network, accelerator by accelerator and setting by setting (one where there is no sweep), into
 * the file at `path` (one row a layer, then one with layer = total) and into totals[model_points()], in that order.
 * A pair that is skipped has no rows; when all are, so is the whole, and no file is written. */
outcome_t model_run(const model_plan_t *plan, const char *path, model_total_t *totals);

/* Networks x accelerators x settings. */
size_t model_points(const model_plan_t *plan);

/* Geometric mean of positive ratios; NaN when there are none. */
double model_geomean(const double *ratios, size_t count);

#endif
