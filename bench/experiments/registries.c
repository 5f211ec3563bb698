/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/registries.h"

#include "accel/accel.h"
#include "accel/configuration.h"
#include "accel/memory.h"
#include "accel/oddity.h"
#include "accel/technology.h"
#include "compress/method.h"
#include "data/dataset.h"
#include "nets/net.h"

#include <math.h>

#define TEXT(row, member) .name = #member, ROWS_PLACE_TEXT(row, member)
#define INTEGER(row, member) .name = #member, ROWS_PLACE_INTEGER(row, member)
#define REAL(row, member) .name = #member, ROWS_PLACE_REAL(row, member)
#define FLAG(row, member) .name = #member, ROWS_PLACE_FLAG(row, member)

/* ===  Networks  === */

typedef struct {
    const char *net, *title, *family;
    int64_t place;
    bool paper;
} net_cells_t;

static const rows_column_t net_columns[] = {
    {TEXT(net_cells_t, net), .key = true, .heading = "Network", .meaning = "name of the network, as for `--net`"},
    {TEXT(net_cells_t, title), .heading = "Network", .meaning = "title of the network"},
    {TEXT(net_cells_t, family), .heading = "Family", .meaning = "vgg, resnet, vit, bert"},
    {INTEGER(net_cells_t, place), .heading = "Place",
     .meaning = "position: the paper's networks in the order of Table I, then others"},
    {FLAG(net_cells_t, paper), .heading = "In the paper", .meaning = "1: one of the seven that the paper evaluates"},
    {.name = NULL},
};
static const rows_schema_t net_schema = {.name = "networks", .about = "The registry of networks.", .columns = net_columns};

static outcome_t add_networks(const network_t *const *network, bool paper, int64_t *place, rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (; *network != NULL && outcome_is_ok(&result); network++) {
        const net_cells_t cells = {(*network)->name, (*network)->title, (*network)->family, *place, paper};
        ++*place;
        result = rows_database_insert(database, &net_schema, &cells);
    }
    return result;
}

/* ===  Accelerators  === */

typedef struct {
    const char *accelerator, *title, *accuracy_method;
    int64_t place, multipliers;
    double array_area_um2, dram_bytes_per_cycle;
} accel_cells_t;

static const rows_column_t accel_columns[] = {
    {TEXT(accel_cells_t, accelerator), .key = true, .heading = "Accelerator",
     .meaning = "name of the accelerator, as for `--accelerator`"},
    {TEXT(accel_cells_t, title), .heading = "Accelerator", .meaning = "title of the accelerator"},
    {INTEGER(accel_cells_t, place), .heading = "Place", .meaning = "position in the registry"},
    {TEXT(accel_cells_t, accuracy_method), .heading = "Weights",
     .meaning = "the method whose measured accuracy stands for the design (Fig. 16)"},
    {REAL(accel_cells_t, array_area_um2), .heading = "PE area", .unit = "µm²", .decimals = 0,
     .meaning =
         "area of all PEs of the array: the area of a PE of 8 lanes in the paper's Table V, for each 8 of its lanes; "
         "empty: the table has no such PE"},
    {INTEGER(accel_cells_t, multipliers), .heading = "Multipliers", .unit = "8-bit",
     .meaning = "multipliers of the array, 8 bit-serial lanes counting as one"},
    {REAL(accel_cells_t, dram_bytes_per_cycle), .heading = "Bandwidth", .unit = "bytes/cycle", .decimals = 3,
     .meaning = "of the DRAM"},
    {.name = NULL},
};
static const rows_schema_t accel_schema = {
    .name = "accelerators", .about = "The registry of accelerators.", .columns = accel_columns};

/* In um2; NaN for a design that Table V lacks. */
static outcome_t area_of(const accelerator_t *accelerator, const accel_config_t *config, double *area)
{
    double pe, lanes;
    outcome_t found = technology_lookup("table5", accelerator->part, "area", &pe), result;
    *area = NAN;
    if (!outcome_is_ok(&found))
        return outcome_ok();
    if (!outcome_bad(&result, technology_lookup("table5", NULL, "lanes", &lanes)))
        *area = pe * (double)(config->rows * config->columns * config->lanes) / lanes;
    return result;
}

static outcome_t fill_sizes(const accelerator_t *accelerator, accel_cells_t *cells)
{
    accel_config_t config;
    outcome_t result;
    if (outcome_bad(&result, configuration_default(accelerator, &config)) ||
        outcome_bad(&result, area_of(accelerator, &config, &cells->array_area_um2)))
        return result;
    cells->multipliers = accel_multipliers(&config);
    return memory_bytes_per_cycle(&config, &cells->dram_bytes_per_cycle);
}

static outcome_t add_accelerators(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    int64_t place = 1;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        accel_cells_t cells = {
            .accelerator = (*at)->name, .title = (*at)->title, .accuracy_method = (*at)->accuracy, .place = place};
        place++;
        if (!outcome_bad(&result, fill_sizes(*at, &cells)))
            result = rows_database_insert(database, &accel_schema, &cells);
    }
    return result;
}

/* ===  Methods  === */

typedef struct {
    const char *method, *spec, *summary;
    int64_t place;
} method_cells_t;

static const rows_column_t method_columns[] = {
    {TEXT(method_cells_t, method), .key = true, .heading = "Method",
     .meaning = "name of the method or preset, as for `--method`"},
    {TEXT(method_cells_t, spec), .heading = "Means", .meaning = "for a preset: its method and parameters"},
    {TEXT(method_cells_t, summary), .heading = "Summary", .meaning = "description, with the source"},
    {INTEGER(method_cells_t, place), .heading = "Place", .meaning = "position in the registry"},
    {.name = NULL},
};
static const rows_schema_t method_schema = {
    .name = "methods", .about = "The registries of compression methods and presets.", .columns = method_columns};

static outcome_t add_methods(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    int64_t place = 1;
    for (const method_t *const *at = method_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const method_cells_t cells = {(*at)->name, "", (*at)->summary, place};
        place++;
        result = rows_database_insert(database, &method_schema, &cells);
    }
    for (const preset_t *const *at = preset_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const method_cells_t cells = {(*at)->name, (*at)->spec, (*at)->summary, place};
        place++;
        result = rows_database_insert(database, &method_schema, &cells);
    }
    return result;
}

/* ===  Oddities  === */

typedef struct {
    const char *oddity, *effect, *source;
    int64_t place;
} oddity_cells_t;

static const rows_column_t oddity_columns[] = {
    {TEXT(oddity_cells_t, oddity), .key = true, .heading = "Oddity", .meaning = "name of the oddity, as for `--oddity`"},
    {TEXT(oddity_cells_t, effect), .heading = "Effect", .meaning = "what the authors' simulator does"},
    {TEXT(oddity_cells_t, source), .heading = "Source", .meaning = "place in the simulator's code"},
    {INTEGER(oddity_cells_t, place), .heading = "Place", .meaning = "position in the list"},
    {.name = NULL},
};
static const rows_schema_t oddity_list_schema = {
    .name = "oddity_list", .about = "The oddities of the authors' simulator.", .columns = oddity_columns};

static outcome_t add_oddities(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    const oddity_t *at;
    for (int64_t i = 0; (at = registry_at(&oddity_names, (size_t)i)) != NULL && outcome_is_ok(&result); i++) {
        const oddity_cells_t cells = {at->name, at->what, at->source, i + 1};
        result = rows_database_insert(database, &oddity_list_schema, &cells);
    }
    return result;
}

/* ===  Data sets  === */

typedef struct {
    const char *data, *title;
    int64_t samples;
    int64_t images;
    const char *baseline;
    double baseline_percent;
} data_cells_t;

static const rows_column_t data_columns[] = {
    {TEXT(data_cells_t, data), .key = true, .heading = "Data", .meaning = "name of the data set, as in rows"},
    {TEXT(data_cells_t, title), .heading = "Data", .meaning = "title of the data set"},
    {INTEGER(data_cells_t, samples), .heading = "Samples",
     .meaning = "samples of the published set; empty where any number counts as whole"},
    {INTEGER(data_cells_t, images), .heading = "Samples",
     .meaning = "largest number of samples per network in this run; empty: all"},
    {TEXT(data_cells_t, baseline), .heading = "Simple method",
     .meaning = "the best method without a network that was tried (models/compact/baselines.csv); empty: none"},
    {REAL(data_cells_t, baseline_percent), .heading = "Simple method", .unit = "%", .decimals = 1,
     .meaning = "its right answers on the whole test set"},
    {.name = NULL},
};
static const rows_schema_t data_schema = {
    .name = "datasets", .about = "The registry of data sets.", .columns = data_columns};

static outcome_t add_datasets(const run_mode_t *mode, rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const dataset_kind_t *const *at = dataset_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const dataset_baseline_t *baseline = (*at)->baseline;
        const int64_t images = run_mode_images(mode, (*at)->name);
        const data_cells_t cells = {(*at)->name,
                                    (*at)->title,
                                    (*at)->whole > 0 ? (*at)->whole : ROWS_UNKNOWN,
                                    images > 0 ? images : ROWS_UNKNOWN,
                                    baseline != NULL ? baseline->method : "",
                                    baseline != NULL ? 100.0 * (double)baseline->correct / (double)baseline->samples : NAN};
        result = rows_database_insert(database, &data_schema, &cells);
    }
    return result;
}

/* ===  The run  === */

typedef struct {
    const char *mode, *size;
    int64_t images;
    bool brings;
    const char *chosen_nets, *chosen_methods;
    int64_t chosen_images;
} run_cells_t;

static const rows_column_t run_columns[] = {
    {TEXT(run_cells_t, mode), .key = true, .heading = "Mode", .meaning = "smoke, compact (the default), full or real"},
    {TEXT(run_cells_t, size), .heading = "Size", .meaning = "size of the networks whose accuracy is measured"},
    {INTEGER(run_cells_t, images), .heading = "Samples",
     .meaning = "largest number of samples per network, where `datasets` says no other; empty: all"},
    {FLAG(run_cells_t, brings), .heading = "Brought",
     .meaning = "1: networks and data are fetched or given by the user, not shipped"},
    {TEXT(run_cells_t, chosen_nets), .heading = "Chosen networks",
     .meaning = "the networks that the user chose with `--net`; empty: those of the mode"},
    {TEXT(run_cells_t, chosen_methods), .heading = "Chosen methods",
     .meaning = "the methods that the user chose with `--method`; empty: those of the mode"},
    {INTEGER(run_cells_t, chosen_images), .heading = "Chosen samples",
     .meaning = "the number that the user chose with `--samples`, 0 for all; empty: that of the mode"},
    {.name = NULL},
};
static const rows_schema_t run_schema = {.name = "run", .about = "The run: one row.", .columns = run_columns};

static outcome_t add_run(const run_mode_t *mode, rows_database_t *database)
{
    const mode_choice_t *choice = &mode->choice;
    const run_cells_t cells = {mode->name,
                               mode->size,
                               mode->images > 0 ? mode->images : ROWS_UNKNOWN,
                               mode->brings,
                               choice->nets != NULL ? choice->nets : "",
                               choice->methods != NULL ? choice->methods : "",
                               choice->images ? mode->images : ROWS_UNKNOWN};
    return rows_database_insert(database, &run_schema, &cells);
}

/* ===  All  === */

outcome_t registries_add(const run_mode_t *mode, rows_database_t *database)
{
    static const rows_schema_t *const schemas[] = {&net_schema,         &accel_schema, &method_schema,
                                                   &oddity_list_schema, &data_schema,  &run_schema};
    int64_t place = 1;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas && outcome_is_ok(&result); i++)
        result = rows_database_add_table(database, schemas[i]);
    if (!outcome_is_ok(&result) || outcome_bad(&result, add_networks(net_registry, true, &place, database)) ||
        outcome_bad(&result, add_networks(net_others, false, &place, database)) ||
        outcome_bad(&result, add_accelerators(database)) || outcome_bad(&result, add_methods(database)) ||
        outcome_bad(&result, add_oddities(database)) || outcome_bad(&result, add_datasets(mode, database)))
        return result;
    return add_run(mode, database);
}
