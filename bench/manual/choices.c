/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manual/choices.h"

#include "accel/accel.h"
#include "accel/area.h"
#include "accel/oddity.h"
#include "base/registry.h"
#include "compress/method.h"
#include "data/dataset.h"
#include "experiments/experiment.h"
#include "experiments/mode.h"
#include "nets/net.h"

#include <stdlib.h>
#include <string.h>

static const registry_t methods = {.what = "method", .tables = {method_registry, preset_registry}};
static const registry_t datasets = {.what = "data set", .tables = {dataset_registry}};
static const registry_t modes = {.what = "mode", .tables = {run_mode_registry}};
static const registry_t pes = {.what = "PE", .tables = {area_registry}};

/* One line for each option whose values are names. The experiments are no table: NULL. */
static const struct {
    const char *option;
    const registry_t *names;
} named[] = {
    {"net", &net_names},       {"method", &methods}, {"accelerator", &accel_names},
    {"oddity", &oddity_names}, {"pe", &pes},         {"mode", &modes},
    {"dataset", &datasets},    {"only", NULL},       {"experiment", NULL},
};

static outcome_t add_experiments(text_builder_t *words)
{
    experiments_t experiments;
    outcome_t result = experiments_open(NULL, &experiments);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < experiments.count; i++)
        text_append(words, "%s ", experiments.items[i].id);
    experiments_close(&experiments);
    return result;
}

static outcome_t add_names(const char *option, text_builder_t *words)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (!text_equal(named[i].option, option))
            continue;
        if (named[i].names == NULL)
            return add_experiments(words);
        const void *entry;
        for (size_t at = 0; (entry = registry_at(named[i].names, at)) != NULL; at++)
            text_append(words, "%s ", registry_name(named[i].names, entry));
    }
    return outcome_ok();
}

/* Words of small letters, digits and dashes stand for themselves, others for a kind of value. */
static void add_literals(const char *argument, text_builder_t *words)
{
    static const char literal[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    for (const char *at = argument; *at != '\0';) {
        size_t length = strcspn(at, "|");
        if (length > 0 && strspn(at, literal) == length)
            text_append(words, "%.*s ", (int)length, at);
        at += length + (at[length] == '|');
    }
}

outcome_t choices_of(const option_t *option, choices_t *choices)
{
    *choices = (choices_t){0};
    if (option->argument == NULL)
        return outcome_ok();
    choices->list = strstr(option->argument, "[,") != NULL;
    choices->files = strstr(option->argument, "FILE") != NULL || strstr(option->argument, "FOLDER") != NULL ||
                     strstr(option->argument, "PATH") != NULL;
    add_literals(option->argument, &choices->words);
    outcome_t result = option_is_choice(option) ? outcome_ok() : add_names(option->name, &choices->words);
    if (outcome_is_ok(&result) && choices->words.failed)
        result = outcome_out_of_memory(option->name);
    if (!outcome_is_ok(&result))
        choices_free(choices);
    return result;
}

void choices_free(choices_t *choices)
{
    free(choices->words.chars);
    *choices = (choices_t){0};
}
