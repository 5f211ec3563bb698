/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements `accuracy` and `integers`: every network that has weights at the mode's size, with float activations and in
 * exact integers. Answers are stored in the run folder, so a killed run reuses them. */
#include "experiments/accuracy_runs.h"

#include "base/text.h"
#include "measure/samples.h"

/* The two references and the paper's two settings; then all methods, with the channels that Algorithm 2 leaves at 8 bits
 * and with every channel compressed (beta=0), which compares them at equal bits on narrow networks. bbs-cons:beta=0
 * is ra:columns=2:beta=0, bbs-mod:beta=0 is zps:columns=4:beta=0, and a bitflip is a bitwave. */
static const char *const methods[] = {
    "fp32",
    "int8",
    "bbs-cons",
    "bbs-mod",
    "ra:columns=2",
    "ra:columns=4",
    "ra:columns=6",
    "ra:columns=2:beta=0",
    "ra:columns=4:beta=0",
    "ra:columns=6:beta=0",
    "zps:columns=2",
    "zps:columns=4",
    "zps:columns=6",
    "zps:columns=2:beta=0",
    "zps:columns=4:beta=0",
    "zps:columns=6:beta=0",
    "bitwave-cons",
    "bitwave-mod",
    "bitflip:columns=2",
    "bitflip:columns=3",
    "bitflip:columns=4",
    "bitflip:columns=6",
    "bitflip:columns=2:beta=0",
    "bitflip:columns=3:beta=0",
    "bitflip:columns=4:beta=0",
    "bitflip:columns=6:beta=0",
    "ptq-cons",
    "ptq-mod",
    "ptq:bits=7",
    "ptq:bits=6",
    "ptq:bits=5",
    "ptq:bits=4",
    "mx",
    "ant",
    "noisyquant",
    "olive",
};
/* The settings of the paper and of its rivals, for Tables I to III and Fig. 11. */
static const char *const rivals[] = {"fp32",     "int8",    "bbs-cons", "bbs-mod", "bitwave-cons", "bitwave-mod",
                                     "ptq-cons", "ptq-mod", "ant",      "mx",      "noisyquant"};

/* Activations quantised as in the paper's tables: 6-bit weights and activations in Table II; in Table III 6-bit weights and
 * 8-bit activations, for every 6-bit element of Microscaling, as the paper does not name one. */
static const char *const of_table2[] = {"ant:activations=6"};
static const char *const of_table3[] = {
    "mx:activations=8", "mx-e3m2", "mx-e3m2:activations=8", "mx-int6", "mx-int6:activations=8", "noisyquant:activations=8"};
enum { OF_TABLE2 = sizeof of_table2 / sizeof *of_table2, OF_TABLE3 = sizeof of_table3 / sizeof *of_table3 };
static const accuracy_scope_t of_tables[] = {
    {"vgg", of_table2, OF_TABLE2}, {"resnet", of_table2, OF_TABLE2}, {"vit", of_table3, OF_TABLE3}, {.family = NULL}};

static const struct {
    const char *const *specs;
    size_t count;
} method_sets[] = {[MODE_SETTINGS] = {methods, ACCURACY_SETTINGS},
                   [MODE_RIVALS] = {rivals, sizeof rivals / sizeof *rivals},
                   [MODE_EVERYTHING] = {methods, sizeof methods / sizeof *methods}};
static const char kernels[] = "fast";

size_t accuracy_runs_specs(const run_mode_t *mode, const char *const **specs)
{
    const bool chosen = mode->material != NULL && mode->material->method_count > 0;
    *specs = chosen ? mode->material->methods : method_sets[mode->methods].specs;
    return chosen ? mode->material->method_count : method_sets[mode->methods].count;
}

size_t accuracy_runs_methods(const run_mode_t *mode)
{
    return method_sets[mode->methods].count + (mode->methods != MODE_SETTINGS ? OF_TABLE3 : 0);
}

typedef struct {
    accuracy_config_t config;
    const accuracy_scope_t *scopes;
    text_t predictions;
} measured_t;

static void describe_floats(const measurement_context_t *context, measured_t *measured)
{
    const run_mode_t *mode = context->mode;
    *measured = (measured_t){.scopes = mode->methods != MODE_SETTINGS ? of_tables : NULL,
                             .predictions = samples_folder(context->folder, false),
                             .config = {.methods = method_sets[mode->methods].specs,
                                        .method_count = method_sets[mode->methods].count,
                                        .kernels = kernels}};
    if (mode->material != NULL && mode->material->method_count > 0) {
        measured->config.methods = mode->material->methods;
        measured->config.method_count = mode->material->method_count;
        measured->scopes = NULL;
    }
}

/* Methods whose weights are integers: the reference, the paper's two settings, and three at 4 bits. */
static const char *const of_integers[] = {
    "int8", "bbs-cons", "bbs-mod", "zps:columns=4:beta=0", "bitflip:columns=4:beta=0", "ptq:bits=4"};

static void describe_integers(const measurement_context_t *context, measured_t *measured)
{
    *measured = (measured_t){.predictions = samples_folder(context->folder, true),
                             .config = {.methods = of_integers,
                                        .method_count = sizeof of_integers / sizeof *of_integers,
                                        .kernels = kernels,
                                        .integers = true}};
}

static outcome_t run_floats(const measurement_context_t *context, const char *path)
{
    measured_t measured;
    describe_floats(context, &measured);
    measured.config.predictions = measured.predictions.chars;
    return accuracy_runs_write(context, &measured.config, measured.scopes, &accuracy_schema, path);
}

static outcome_t run_integers(const measurement_context_t *context, const char *path)
{
    measured_t measured;
    describe_integers(context, &measured);
    measured.config.predictions = measured.predictions.chars;
    return accuracy_runs_write(context, &measured.config, measured.scopes, &integers_schema, path);
}

outcome_t accuracy_runs_measured(const measurement_context_t *context, bool integers, accuracy_runs_visit_t visit, void *to)
{
    measured_t measured;
    if (integers)
        describe_integers(context, &measured);
    else
        describe_floats(context, &measured);
    measured.config.predictions = measured.predictions.chars;
    return accuracy_runs_each(context, &measured.config, measured.scopes, visit, to);
}

extern const measurement_t measurement_accuracy, measurement_integers;

const measurement_t measurement_accuracy = {
    .schema = &accuracy_schema, .list_inputs = accuracy_runs_inputs, .run = run_floats};
const measurement_t measurement_integers = {
    .schema = &integers_schema, .list_inputs = accuracy_runs_inputs, .run = run_integers};
