/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/real.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/registry.h"
#include "base/sha256.h"
#include "fetch/unpack.h"

#include <stdlib.h>
#include <string.h>

enum { WANTED = 3 * MATERIAL_NETS };

static const char recognised[] = "auto"; /* in the column size */
static const char brief[] = "settings";  /* in the column methods */
static const char plain_text[] = "text"; /* in the column dataset: a language model */
static const char todo[] = "give the folder that has it with --from, or leave out --offline";

/* The columns, in the order of real.h. */
enum { NAME, NET, SIZE, LABEL, DATASET, PROFILE, HEADS, TOKENS, METHODS, WEIGHTS, VOCABULARY, DATA, PART, RANGES, COLUMNS };
static const char *const column_names[COLUMNS] = {"name",       "net",   "size",   "label",   "dataset",
                                                  "profile",    "heads", "tokens", "methods", "weights",
                                                  "vocabulary", "data",  "part",   "ranges"};

typedef struct {
    const char *name; /* NULL ends a table of evaluations */
    const char *cells[COLUMNS];
    size_t row;
} evaluation_t;

typedef struct {
    full_t *full;
    evaluation_t *all;
    const char *wanted[WANTED]; /* names of files for the cache */
    size_t wanted_count;
} planning_t;

/* ===  The list  === */

static outcome_t read_list(planning_t *planning)
{
    full_t *full = planning->full;
    size_t columns[COLUMNS];
    outcome_t result = csv_read(full->request->evaluations, &full->list);
    for (int i = 0; i < COLUMNS && outcome_is_ok(&result); i++)
        result = csv_column(&full->list, column_names[i], &columns[i]);
    if (!outcome_is_ok(&result))
        return result;
    planning->all = calloc(full->list.rows + 1, sizeof *planning->all);
    if (planning->all == NULL)
        return outcome_out_of_memory(full->request->evaluations);
    for (size_t row = 0; row < full->list.rows; row++) {
        evaluation_t *evaluation = &planning->all[row];
        for (int i = 0; i < COLUMNS; i++)
            evaluation->cells[i] = csv_cell(&full->list, row, columns[i]);
        evaluation->name = evaluation->cells[NAME];
        evaluation->row = row;
    }
    return result;
}

static const char *cell(const evaluation_t *evaluation, int column)
{
    return evaluation->cells[column][0] != '\0' ? evaluation->cells[column] : NULL;
}

static outcome_t take_number(const planning_t *planning, const evaluation_t *evaluation, int column, int64_t *number)
{
    enum { MOST = 1 << 16 };
    *number = 0;
    if (cell(evaluation, column) == NULL || text_to_integer(evaluation->cells[column], 1, MOST, number))
        return outcome_ok();
    return outcome_failed(planning->full->request->evaluations,
                          text_of("line %zu, %s", evaluation->row + 2, column_names[column]).chars,
                          evaluation->cells[column], text_of("a number from 1 to %d, or nothing", MOST).chars, NULL);
}

static outcome_t describe(const planning_t *planning, const evaluation_t *evaluation, material_net_t *net)
{
    outcome_t result;
    *net = (material_net_t){.label = cell(evaluation, LABEL),
                            .dataset = cell(evaluation, DATASET),
                            .profile = cell(evaluation, PROFILE),
                            .ranges = cell(evaluation, RANGES),
                            .brief = text_equal(evaluation->cells[METHODS], brief)};
    if (outcome_bad(&result, take_number(planning, evaluation, HEADS, &net->heads)) ||
        outcome_bad(&result, take_number(planning, evaluation, TOKENS, &net->tokens)) ||
        outcome_bad(&result, net_find(evaluation->cells[NET], &net->network)) ||
        text_equal(evaluation->cells[SIZE], recognised))
        return result;
    return net_find_size(net->network, evaluation->cells[SIZE], &net->size);
}

/* ===  Its files  === */

static const catalogue_item_t *find_named(const full_request_t *request, const char *name)
{
    for (size_t c = 0; c < request->catalogue_count; c++)
        for (size_t i = 0; i < request->catalogues[c].count; i++)
            if (text_equal(request->catalogues[c].items[i].name, name))
                return &request->catalogues[c].items[i];
    return NULL;
}

/* A file, or a folder, in the folder of --from; a pinned file must be the right one. */
static outcome_t look_in_folder(const full_request_t *request, const catalogue_item_t *item, text_t *place, bool *found)
{
    const char *slash = strchr(item->file, '/');
    sha256_t hash;
    outcome_t result = outcome_ok();
    *found = false;
    if (request->from == NULL ||
        outcome_bad(&result,
                    file_absolute(text_of("%s/%s", request->from, slash != NULL ? slash + 1 : item->file).chars, place)))
        return result;
    *found = file_exists(place->chars) || file_is_folder(place->chars);
    if (!file_exists(place->chars) || file_is_folder(place->chars) || !catalogue_is_pinned(item) ||
        outcome_bad(&result, sha256_file(place->chars, &hash)) || text_equal(hash.hex, item->sha256))
        return result;
    return outcome_failed(place->chars, "SHA-256", hash.hex, item->sha256,
                          "this is another file; take it away, or get it again");
}

/* A file, or an unpacked archive, in the cache; else it is wanted. Files that are here are verified by fetching, too. */
static outcome_t look_in_cache(planning_t *planning, const catalogue_item_t *item, text_t *place, text_t *archive)
{
    const full_request_t *request = planning->full->request;
    text_t folder;
    outcome_t result;
    if (outcome_bad(&result, catalogue_place(item->file, place)))
        return result;
    const bool packed = unpack_place(place->chars, &folder);
    if (packed)
        *archive = *place;
    if (packed && file_is_folder(folder.chars)) {
        *place = folder;
        return result;
    }
    if (!file_exists(place->chars) && (request->offline || item->url[0] == '\0'))
        return outcome_missing(item->name, NULL, request->offline ? "not here" : "not here, and no public address",
                               item->source, todo);
    if (planning->wanted_count == WANTED)
        return outcome_failed(request->evaluations, NULL, "too many files", text_of("at most %d", WANTED).chars, NULL);
    planning->wanted[planning->wanted_count++] = item->name;
    *place = packed ? folder : *place;
    return result;
}

/* The place of a file; `archive` is set where it is an archive's folder in the cache. */
static outcome_t find_place(planning_t *planning, const char *name, text_t *place, text_t *archive)
{
    const full_request_t *request = planning->full->request;
    const catalogue_item_t *item = find_named(request, name);
    bool found;
    outcome_t result;
    *archive = text_of("%s", "");
    if (item == NULL)
        return outcome_failed(request->evaluations, NULL, name, "the name of a file in the catalogues", "add its row");
    if (outcome_bad(&result, look_in_folder(request, item, place, &found)) || found)
        return result;
    return look_in_cache(planning, item, place, archive);
}

static outcome_t find_files(planning_t *planning, const evaluation_t *evaluation)
{
    full_t *full = planning->full;
    const size_t index = full->material.count;
    material_net_t *net = &full->material.nets[index];
    text_t archive;
    outcome_t result;
    full->archives[index] = full->labels[index] = text_of("%s", "");
    if (outcome_bad(&result, describe(planning, evaluation, net)) ||
        outcome_bad(&result, find_place(planning, evaluation->cells[WEIGHTS], &net->weights, &archive)) ||
        (cell(evaluation, VOCABULARY) != NULL &&
         outcome_bad(&result, find_place(planning, evaluation->cells[VOCABULARY], &net->vocabulary, &archive))) ||
        outcome_bad(&result, find_place(planning, evaluation->cells[DATA], &net->data, &full->archives[index])))
        return result;
    full->folders[index] = net->data;
    net->data = text_of("%s%s", full->folders[index].chars, evaluation->cells[PART]);
    return outcome_ok();
}

static outcome_t find_plain(planning_t *planning, const evaluation_t *evaluation, int column, text_t *place)
{
    text_t archive;
    outcome_t result = find_place(planning, evaluation->cells[column], place, &archive);
    if (outcome_is_ok(&result) && archive.chars[0] != '\0')
        return outcome_failed(planning->full->request->evaluations, evaluation->name, "an archive", "a file", NULL);
    return result;
}

static outcome_t plan_text(planning_t *planning, const evaluation_t *evaluation)
{
    material_t *material = &planning->full->material;
    outcome_t result;
    if (material->text_count == MATERIAL_TEXTS)
        return outcome_failed(planning->full->request->evaluations, NULL, "too many texts",
                              text_of("at most %d", MATERIAL_TEXTS).chars, NULL);
    material_text_t *text = &material->texts[material->text_count];
    if (outcome_bad(&result, find_plain(planning, evaluation, WEIGHTS, &text->weights)) ||
        outcome_bad(&result, find_plain(planning, evaluation, VOCABULARY, &text->tokenizer)) ||
        outcome_bad(&result, find_plain(planning, evaluation, DATA, &text->text)))
        return result;
    material->text_count++;
    return result;
}

/* ===  The plan  === */

static outcome_t plan_network(planning_t *planning, const evaluation_t *evaluation)
{
    material_t *material = &planning->full->material;
    if (material->count == MATERIAL_NETS)
        return outcome_failed(planning->full->request->evaluations, NULL, "too many evaluations",
                              text_of("at most %d", MATERIAL_NETS).chars, NULL);
    outcome_t result = find_files(planning, evaluation);
    material->count += outcome_is_ok(&result);
    return result;
}

static outcome_t plan_one(planning_t *planning, const evaluation_t *evaluation)
{
    const full_request_t *request = planning->full->request;
    material_t *material = &planning->full->material;
    const size_t before = planning->wanted_count;
    const bool is_text = text_equal(evaluation->cells[DATASET], plain_text);
    outcome_t result = is_text ? plan_text(planning, evaluation) : plan_network(planning, evaluation);
    if (outcome_is_ok(&result))
        return result;
    planning->wanted_count = before;
    if (request->nets != NULL || outcome_fault(&result) != FAULT_MISSING)
        return result;
    fprintf(request->log, "NOT RUN: %s: %s\n", evaluation->name, outcome_text(&result));
    material->left_out =
        text_of("%s%s%s", material->left_out.chars, material->left_out.chars[0] ? "," : "", evaluation->name);
    return outcome_ok();
}

static outcome_t plan_all(planning_t *planning)
{
    const registry_t names = {
        .where = "--net", .what = "evaluation", .tables = {planning->all}, .entry_size = sizeof(evaluation_t)};
    const full_request_t *request = planning->full->request;
    registry_list_t list;
    outcome_t result = registry_list(&names, request->nets != NULL ? request->nets : "all", &list);
    for (size_t i = 0; i < list.count && outcome_is_ok(&result); i++)
        result = plan_one(planning, list.items[i]);
    registry_list_free(&list);
    return result;
}

outcome_t real_plan(const full_request_t *request, full_t *full)
{
    planning_t planning = {.full = full};
    outcome_t result;
    *full = (full_t){.request = request, .material = {.kernels = request->kernels, .skip_bad = request->skip_bad}};
    full_take_methods(full);
    if (outcome_bad(&result, full_check_places(request)) || outcome_bad(&result, read_list(&planning)) ||
        outcome_bad(&result, plan_all(&planning)))
        goto out;
    if (full->material.count + full->material.text_count == 0)
        result = outcome_missing("--real", NULL, "no evaluation whose files are here or can be fetched",
                                 request->evaluations, todo);
    else if (planning.wanted_count > 0)
        result = full_plan_files(full, planning.wanted, planning.wanted_count, NULL);

out:
    free(planning.all);
    return result;
}
