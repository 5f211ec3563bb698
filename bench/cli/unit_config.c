/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unit_config.h"

#include "base/cpu.h"
#include "base/sha256.h"
#include "cli/accuracy.h"
#include "engine/loader.h"

#include <stdlib.h>

static outcome_t take_config(void *to, const accuracy_config_t *config)
{
    *(accuracy_config_t *)to = *config;
    return outcome_ok();
}

/* The words of the command, which must be one of accuracy. */
static outcome_t split(const plan_t *plan, const unit_t *unit, command_words_t *words)
{
    outcome_t result = command_words_split(plan->path.chars, unit->command, words);
    if (!outcome_is_ok(&result) || (words->count > 0 && text_equal(words->words[0], command_accuracy.name)))
        return result;
    return outcome_failed(plan->path.chars, text_of("unit %lld", (long long)unit->unit).chars, unit->command,
                          "a command bbsbench accuracy", "make the plan again: bbsbench plan");
}

outcome_t unit_config_refuse(const plan_t *plan, const unit_t *unit, outcome_t result)
{
    if (outcome_fault(&result) != FAULT_USAGE)
        return result;
    return outcome_failed(plan->path.chars, text_of("unit %lld, its command", (long long)unit->unit).chars,
                          outcome_text(&result), "a command of this version of bbsbench",
                          "make the plan again: bbsbench plan");
}

static outcome_t open_config(const plan_t *plan, const unit_t *unit, int jobs, unit_config_t *open)
{
    bool help = false;
    outcome_t result;
    *open = (unit_config_t){.internal_options = NULL};
    if (outcome_bad(&result, split(plan, unit, &open->internal_words)) ||
        outcome_bad(&result, options_parse(&command_accuracy, (int)open->internal_words.count, open->internal_words.words,
                                           &help, &open->internal_options)))
        return result;
    if (help)
        return outcome_failed(plan->path.chars, text_of("unit %lld", (long long)unit->unit).chars, "--help",
                              "options of bbsbench accuracy", "make the plan again: bbsbench plan");
    if (outcome_bad(&result, accuracy_options_read(open->internal_options, &open->internal_read)))
        return result;
    open->internal_read.config.threads = jobs;
    open->internal_read.config.usual_methods = false; /* those of the plan, and no others */
    return accuracy_options_each(open->internal_options, &open->internal_read.config, take_config, &open->config);
}

outcome_t unit_config_open(const plan_t *plan, const unit_t *unit, int jobs, unit_config_t *open)
{
    return unit_config_refuse(plan, unit, open_config(plan, unit, jobs, open));
}

void unit_config_close(unit_config_t *open)
{
    accuracy_options_free(&open->internal_read);
    options_free(open->internal_options);
    command_words_free(&open->internal_words);
    open->internal_options = NULL;
}

outcome_t unit_config_stamp(bool integers, text_t *stamp)
{
    sha256_t pair[2], both;
    outcome_t result;
    if (outcome_bad(&result, sha256_file("/proc/self/exe", &pair[0])) ||
        outcome_bad(&result, sha256_file(loader_path().chars, &pair[1])))
        return result;
    sha256_bytes(pair, sizeof pair, &both);
    *stamp = text_of("program=%.16s", both.hex);
    if (!integers)
        *stamp = text_of("%s isa=%s", stamp->chars, cpu_vector_set());
    return result;
}
