/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_ACCURACY_RUNS_H
#define BBS_EXPERIMENTS_ACCURACY_RUNS_H

#include "experiments/measurement.h"
#include "measure/accuracy_rows.h"

/* The networks whose accuracy a mode measures: those of its material, brought or chosen; without material every network
 * with shipped weights at the mode's size. Fills nets[MATERIAL_NETS] and returns how many. */
size_t accuracy_runs_networks(const run_mode_t *mode, material_net_t *nets);

/* List the weights, graphs and data of these networks as inputs. */
outcome_t accuracy_runs_inputs(const run_mode_t *mode, inputs_t *inputs);

/* Further methods for the networks of one family, after those of all networks. */
typedef struct {
    const char *family; /* of network_t; NULL ends a list */
    const char *const *methods;
    size_t count;
} accuracy_scope_t;

enum {
    ACCURACY_METHODS = 64, /* of one network, at most */
    ACCURACY_SETTINGS = 4, /* the first of every list of methods: the references and the paper's two settings */
};

/* What to evaluate of one network: its files, data and preprocessing. The texts belong to `net`. For a CNN with float
 * activations the kernels of `material`, where it has any; NULL: none. */
void accuracy_runs_config(const material_t *material, const material_net_t *net, accuracy_config_t *config);

/* Call `visit` with the configuration of each of these networks; the rest as accuracy_runs_write(). */
typedef outcome_t (*accuracy_runs_visit_t)(void *to, const accuracy_config_t *config);
outcome_t accuracy_runs_each(const measurement_context_t *context, const accuracy_config_t *config,
                             const accuracy_scope_t *scopes, accuracy_runs_visit_t visit, void *to);

/* The same for what the measurement `accuracy` runs, or `integers`. */
outcome_t accuracy_runs_measured(const measurement_context_t *context, bool integers, accuracy_runs_visit_t visit,
                                 void *to);

/* Run accuracy_run() for all these networks and write rows of `schema` to `path`. The caller sets methods, kernels,
 * activations and the folder of answers in `config`; the rest is set here. `scopes` may be NULL. With integer activations a
 * CNN without ranges is left out; a method that calibrates activations is left out where every sample is evaluated and the
 * data set has no training part. */
outcome_t accuracy_runs_write(const measurement_context_t *context, const accuracy_config_t *config,
                              const accuracy_scope_t *scopes, const rows_schema_t *schema, const char *path);

/* Call `run` for the network of this name, if it is one of them, with `config` completed by its size and files; methods,
 * kernels and the number of samples are the caller's. */
outcome_t accuracy_runs_one(const measurement_context_t *context, const char *net, const accuracy_config_t *config,
                            accuracy_runs_visit_t run, void *to);

/* The methods of the measurement `accuracy` for every network: those that the user chose, or those of the mode, the
 * references first. Returns how many; `*specs` belongs to the mode or is const. */
size_t accuracy_runs_specs(const run_mode_t *mode, const char *const **specs);

/* The number of methods of the measurement `accuracy` in a mode, for the network that has the most. */
size_t accuracy_runs_methods(const run_mode_t *mode);

#endif
