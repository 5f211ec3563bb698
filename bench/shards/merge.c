/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/merge.h"

#include "measure/accuracy_session.h"
#include "measure/sample_list.h"
#include "shards/fields.h"
#include "shards/parts.h"
#include "shards/sizes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const mixable[] = {"weights", "engine", "program", "isa", NULL};
static const char *const none[] = {NULL};

/* ===  What is missing  === */

enum { MOST_NAMED = 40 }; /* units named in the line of an error */

outcome_t merge_check(const merge_t *merge)
{
    const plan_t *plan = merge->plan;
    text_t units = text_of("%s", "");
    size_t missing = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (parts_are_there(plan, &plan->units[i]))
            continue;
        if (missing++ < MOST_NAMED)
            units = text_of("%s %" PRId64, units.chars, plan->units[i].unit);
    }
    if (missing == 0)
        return outcome_ok();
    return outcome_missing(
        plan->path.chars,
        text_of("unit%s%s%s", missing == 1 ? "" : "s", units.chars, missing > MOST_NAMED ? " ..." : "").chars,
        text_of("no files of %zu of %zu units", missing, plan->count).chars, "files of all",
        text_of("bbsbench work %s UNIT", plan->path.chars).chars);
}

/* ===  Putting together  === */

typedef struct {
    const merge_t *merge;
    size_t evaluation;
    text_t first_key; /* of the first file: what the others must share */
    text_t stamp;     /* " program=... isa=..." of it, with a space before it */
    text_t engine;    /* in it */
    text_t differ;    /* names of what differs, where it may */
    text_t *digests;  /* of the samples of each unit; made when first used */
    bool *digested;
    accuracy_source_t source;
    text_t kernels;
} joining_t;

/* The unit whose file is meant, the file, and what is wrong with it. */
static outcome_t refuse(const joining_t *joining, const unit_t *unit, const char *stem, const char *found,
                        const char *expected, const char *or_mixed)
{
    return outcome_failed(
        text_of("%s.csv", stem).chars, text_of("unit %" PRId64, unit->unit).chars, found, expected,
        text_of("bbsbench work %s %" PRId64 " --again%s", joining->merge->plan->path.chars, unit->unit, or_mixed).chars);
}

static bool is_mixable(const char *name)
{
    for (const char *const *at = mixable; *at != NULL; at++)
        if (text_equal(*at, name))
            return true;
    return false;
}

/* Compare the key of a file with the one that is expected. */
static outcome_t compare(joining_t *joining, const unit_t *unit, const char *stem, const char *expected, const char *found)
{
    field_t is, was;
    if (!field_differs(expected, found, joining->merge->mixed ? mixable : none, &joining->differ, &is, &was))
        return outcome_ok();
    return refuse(joining, unit, stem, text_of("%s %s", is.name.chars, is.value.chars).chars,
                  text_of("%s %s", was.name.chars, was.value.chars).chars,
                  is_mixable(is.name.chars) ? "; or merge --mixed, and the rows will say so" : "");
}

/* The hash of the files of a unit's samples, made once for all methods. */
static outcome_t digest_of(joining_t *joining, const accuracy_session_t *session, const unit_t *unit, text_t *digest)
{
    const unit_t *units = joining->merge->plan->units;
    size_t index = 0; /* of the first unit of this range */
    outcome_t result = outcome_ok();
    while (units[index].evaluation != unit->evaluation || units[index].first != unit->first)
        index++;
    if (!joining->digested[index])
        result = accuracy_session_digest(session, unit->first, unit->count, &joining->digests[index]);
    joining->digested[index] = outcome_is_ok(&result);
    *digest = joining->digests[index];
    return result;
}

/* The method's file of a unit: copy its answers to their place. */
static outcome_t take_part(joining_t *joining, const accuracy_session_t *session, const unit_t *unit, const char *method,
                           predictions_t *answers)
{
    const text_t stem = parts_stem(parts_folder(joining->merge->plan, unit).chars, unit, method);
    const accuracy_part_t part = {.first = unit->first, .count = unit->count};
    text_builder_t key = {0};
    bool found = false;
    predictions_t slice = {.samples = unit->count,
                           .sample = answers->sample + unit->first,
                           .label = answers->label + unit->first,
                           .predicted = answers->predicted + unit->first,
                           .outputs = answers->outputs + unit->first};
    text_t digest;
    outcome_t result = digest_of(joining, session, unit, &digest);
    if (!outcome_is_ok(&result))
        return result;
    const text_t expected =
        text_of("%s%s", accuracy_session_part_key(session, method, &part, digest.chars).chars, joining->stamp.chars);
    result = predictions_read(stem.chars, session->config->skip_bad ? SAMPLE_SKIPPED : 0, (int)session->size->classes - 1,
                              &slice, &key, &found);
    if (outcome_is_ok(&result) && key.chars != NULL)
        result = compare(joining, unit, stem.chars, expected.chars, key.chars);
    if (outcome_is_ok(&result) && !found)
        result = refuse(joining, unit, stem.chars, "a damaged file", "the answers that the unit has written", "");
    free(key.chars);
    return result;
}

static bool has_method(const unit_t *unit, const char *wanted)
{
    const char *at = NULL;
    text_t method;
    while (plan_next_method(unit, &at, &method))
        if (text_equal(method.chars, wanted))
            return true;
    return false;
}

/* The units of a method come in the order of their samples, and must leave none out. */
static outcome_t take(void *context, const accuracy_session_t *session, size_t index, predictions_t *answers,
                      compress_size_t *bits, bool *counted)
{
    joining_t *joining = context;
    const plan_t *plan = joining->merge->plan;
    const char *method = session->methods[index];
    int64_t next = 0;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++) {
        const unit_t *unit = &plan->units[i];
        if (unit->evaluation != (int64_t)joining->evaluation || !has_method(unit, method))
            continue;
        if (unit->first != next || unit->samples != answers->samples)
            break;
        result = take_part(joining, session, unit, method, answers);
        if (!*counted)
            *counted = sizes_read(parts_stem(parts_folder(plan, unit).chars, unit, method).chars,
                                  accuracy_session_variant_key(session, method, joining->stamp.chars + 1).chars, bits);
        next += unit->count;
    }
    if (!outcome_is_ok(&result) || next == answers->samples)
        return result;
    return outcome_failed(plan->path.chars, text_of("%s %s", session->net->name, method).chars,
                          text_of("units of %" PRId64 " samples in order", next).chars,
                          text_of("%" PRId64, answers->samples).chars, "make the plan again: bbsbench plan");
}

/* Note what of the first file's key does not hold for this one, of what may differ. */
static void note_differences(joining_t *joining, const char *key)
{
    field_t is, was;
    if (joining->first_key.chars[0] == '\0')
        joining->first_key = text_of("%s", key);
    for (const char *const *name = mixable; *name != NULL; name++) {
        const char *const only[] = {*name, NULL};
        const text_t one = text_of("%s=%s", *name, field_value(key, *name).chars);
        const text_t first = text_of("%s=%s", *name, field_value(joining->first_key.chars, *name).chars);
        field_differs(first.chars, one.chars, only, &joining->differ, &is, &was);
    }
}

/* Look at each file of a unit: is it whole, and what computed it? */
static outcome_t look_at(joining_t *joining, const unit_t *unit)
{
    const text_t folder = parts_folder(joining->merge->plan, unit);
    const char *at = NULL;
    text_t method;
    outcome_t result = outcome_ok();
    while (outcome_is_ok(&result) && plan_next_method(unit, &at, &method)) {
        const text_t stem = parts_stem(folder.chars, unit, method.chars);
        text_builder_t key = {0};
        bool whole;
        result = predictions_check(stem.chars, &key, &whole);
        if (outcome_is_ok(&result) && !whole)
            result = refuse(joining, unit, stem.chars, "a damaged file", "the answers that the unit has written", "");
        if (outcome_is_ok(&result))
            note_differences(joining, key.chars);
        free(key.chars);
    }
    return result;
}

static outcome_t look(joining_t *joining)
{
    const plan_t *plan = joining->merge->plan;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++)
        if (plan->units[i].evaluation == (int64_t)joining->evaluation)
            result = look_at(joining, &plan->units[i]);
    return result;
}

/* In integers the instruction set does not matter. */
static void describe(joining_t *joining, const accuracy_config_t *config)
{
    const bool mixed = joining->merge->mixed && joining->differ.chars[0] != '\0';
    const char *key = joining->first_key.chars;
    joining->engine = mixed ? text_of("mixed: %s", joining->differ.chars) : field_value(key, "engine");
    joining->stamp = text_of(" program=%s", field_value(key, "program").chars);
    if (!config->integers)
        joining->stamp = text_of("%s isa=%s", joining->stamp.chars, field_value(key, "isa").chars);
    joining->kernels = text_of("%s, mixed: %s", config->kernels, joining->differ.chars);
    joining->source = (accuracy_source_t){.take = take,
                                          .context = joining,
                                          .engine = joining->engine.chars,
                                          .kernels = mixed ? joining->kernels.chars : NULL};
}

outcome_t merge_accuracy(const merge_t *merge, size_t evaluation, const accuracy_config_t *config, accuracy_sink_t sink,
                         void *context)
{
    joining_t joining = {.merge = merge, .evaluation = evaluation};
    accuracy_config_t whole = *config;
    outcome_t result;
    joining.digests = calloc(merge->plan->count + 1, sizeof *joining.digests);
    joining.digested = calloc(merge->plan->count + 1, sizeof *joining.digested);
    if (joining.digests == NULL || joining.digested == NULL)
        result = outcome_out_of_memory("merge");
    else if (!outcome_bad(&result, look(&joining))) {
        describe(&joining, config);
        whole.source = &joining.source;
        result = accuracy_run(&whole, sink, context);
    }
    free(joining.digests);
    free(joining.digested);
    return result;
}
