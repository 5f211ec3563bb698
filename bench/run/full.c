/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoints are the rows of models/checkpoints.csv, the same that the scripts of the paper's authors load
 * (yc2367/BitSim at 4448bd3, imagenet/t2c.py, nlp/mrpc_t2c.py and nlp/sst2_t2c.py). The catalogue's owner and role say
 * which network or data set a file belongs to. */
#include "run/full.h"

#include "base/file.h"
#include "data/profile.h"
#include "fetch/unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char size_name[] = "full";
static const char bring_todo[] = "give its folder with --from FOLDER, or an unpacked data set with --data KIND=PATH";

/* ===  Which networks  === */

static outcome_t add_net(full_t *full, const network_t *network)
{
    material_net_t *net = &full->material.nets[full->material.count];
    if (full->material.count == MATERIAL_NETS)
        return outcome_usage("--net", NULL, "too many networks", "at most 16", NULL);
    *net = (material_net_t){.network = network};
    full->material.count++;
    return net_find_size(network, size_name, &net->size);
}

static outcome_t choose_nets(full_t *full)
{
    const char *names = full->request->nets != NULL ? full->request->nets : "all";
    registry_list_t list;
    outcome_t result = registry_list(&net_names, names, &list);
    for (size_t i = 0; i < list.count && outcome_is_ok(&result); i++)
        result = add_net(full, list.items[i]);
    registry_list_free(&list);
    return result;
}

/* ===  Their files  === */

/* The paths in a list of KIND=PATH; what has no "=" is refused elsewhere. */
static outcome_t check_paths(const char *option, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(list[i], '=');
        if (equals != NULL && !file_exists(equals + 1) && !file_may_enter(equals + 1))
            return file_absent(equals + 1, option, list[i], "a data set", "check the path after the =");
    }
    return outcome_ok();
}

outcome_t full_check_places(const full_request_t *request)
{
    if (request->from != NULL && !file_may_enter(request->from))
        return file_absent(request->from, "--from", request->from, "a folder with files to take", NULL);
    outcome_t result = check_paths("--data", request->data, request->data_count);
    return outcome_is_ok(&result) ? check_paths("--calibration", request->calibration, request->calibration_count) : result;
}

const catalogue_item_t *full_find_item(const full_request_t *request, const char *owner, const char *role)
{
    for (size_t c = 0; c < request->catalogue_count; c++)
        for (size_t i = 0; i < request->catalogues[c].count; i++) {
            const catalogue_item_t *item = &request->catalogues[c].items[i];
            if (text_equal(item->owner, owner) && text_equal(item->role, role))
                return item;
        }
    return NULL;
}

static bool is_data_of(const char *text, const char *kind)
{
    return text_starts(text, kind) && text[strlen(kind)] == '=';
}

/* The path in a list of KIND=PATH, or NULL. */
static const char *given_path(const char *const *list, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (is_data_of(list[i], kind))
            return list[i] + strlen(kind) + 1;
    return NULL;
}

static outcome_t check_given(const full_t *full, const char *option, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t n = 0; n < full->material.count; n++)
            known = known || is_data_of(list[i], full->material.nets[n].size->dataset);
        if (!known)
            return outcome_usage(option, NULL, list[i], "KIND=PATH of a data set of these networks",
                                 "for example imagenet=FOLDER");
    }
    return outcome_ok();
}

static outcome_t find_file(const full_request_t *request, const char *owner, const char *role, text_t *path)
{
    const catalogue_item_t *item = full_find_item(request, owner, role);
    return item != NULL ? catalogue_place(item->file, path)
                        : outcome_missing(role, owner, "none in the catalogues", NULL, bring_todo);
}

/* Find the place of the data set, now or after fetching. Nothing is fetched for a data set of --data or one that is
 * unpacked. */
static outcome_t find_data(full_t *full, size_t index, bool *fetched)
{
    material_net_t *net = &full->material.nets[index];
    const full_request_t *request = full->request;
    const char *kind = net->size->dataset, *path = given_path(request->data, request->data_count, kind);
    const char *calibration = given_path(request->calibration, request->calibration_count, kind);
    outcome_t result;
    *fetched = false;
    if (calibration != NULL && outcome_bad(&result, file_absolute(calibration, &net->calibration)))
        return result;
    if (calibration == NULL)
        net->calibration = text_of("%s", "");
    if (path != NULL)
        return file_absolute(path, &net->data); /* it is recorded in run.json */
    if (outcome_bad(&result, find_file(full->request, kind, "data", &net->data)))
        return result;
    text_t archive = net->data, folder;
    *fetched = true;
    if (!unpack_place(archive.chars, &folder))
        return result;
    full->folders[index] = folder;
    net->data = folder;
    *fetched = !file_is_folder(folder.chars);
    if (*fetched) {
        full->archives[index] = archive;
        if (full_find_item(full->request, kind, "labels") != NULL)
            return find_file(full->request, kind, "labels", &full->labels[index]);
    }
    return result;
}

/* FAULT_MISSING when files of this owner are neither here nor can be fetched. */
static outcome_t check_owner(const full_request_t *request, const char *owner)
{
    const fetch_request_t wanted = {.catalogues = request->catalogues,
                                    .catalogue_count = request->catalogue_count,
                                    .wanted = &owner,
                                    .wanted_count = 1,
                                    .from = request->from};
    fetch_plan_t plan = {0};
    outcome_t result = fetch_plan(&wanted, &plan);
    for (size_t i = 0; i < plan.count && outcome_is_ok(&result); i++)
        if (plan.steps[i].state == FETCH_ABSENT)
            result = outcome_missing(owner, plan.steps[i].item->file, "not here, and no public address",
                                     plan.steps[i].item->source, bring_todo);
    fetch_plan_free(&plan);
    return result;
}

static outcome_t find_files(full_t *full, size_t index, bool *fetched)
{
    material_net_t *net = &full->material.nets[index];
    const char *name = net->network->name;
    const profile_t *profile;
    outcome_t result;
    full->archives[index] = full->labels[index] = text_of("%s", "");
    if (outcome_bad(&result, profile_find(net->size->profile, &profile)) ||
        outcome_bad(&result, find_file(full->request, name, "weights", &net->weights)) ||
        (profile->text != NULL && outcome_bad(&result, find_file(full->request, name, "vocabulary", &net->vocabulary))) ||
        outcome_bad(&result, check_owner(full->request, name)) || outcome_bad(&result, find_data(full, index, fetched)))
        return result;
    return *fetched ? check_owner(full->request, net->size->dataset) : result;
}

/* ===  The plan  === */

/* Leave this network out; an error when the user asked for it by name. */
static outcome_t leave_out(full_t *full, size_t index, outcome_t why)
{
    material_t *material = &full->material;
    const char *name = material->nets[index].network->name;
    if (full->request->nets != NULL || outcome_fault(&why) != FAULT_MISSING)
        return why;
    fprintf(full->request->log, "NOT RUN: %s: %s\n", name, outcome_text(&why));
    material->left_out = text_of("%s%s%s", material->left_out.chars, material->left_out.chars[0] ? "," : "", name);
    for (size_t i = index + 1; i < material->count; i++)
        material->nets[i - 1] = material->nets[i];
    material->count--;
    return outcome_ok();
}

/* Separate the networks that can be run from the others; `wanted` receives the owners of files to fetch. */
static outcome_t sort_nets(full_t *full, const char **wanted, size_t *count)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < full->material.count && outcome_is_ok(&result);) {
        bool fetched = false;
        const material_net_t *net = &full->material.nets[i];
        outcome_t found = find_files(full, i, &fetched);
        if (!outcome_is_ok(&found)) {
            result = leave_out(full, i, found);
            continue;
        }
        wanted[(*count)++] = net->network->name;
        if (fetched)
            wanted[(*count)++] = net->size->dataset;
        i++;
    }
    return result;
}

/* Unpacking needs as much room again as the archive. */
static void add_unpacked(full_t *full)
{
    for (size_t step = 0; step < full->plan.count; step++) {
        bool archive = false;
        for (size_t i = 0; i < full->material.count; i++)
            archive = archive || text_equal(full->archives[i].chars, full->plan.steps[step].path.chars);
        const catalogue_item_t *item = full->plan.steps[step].item;
        if (archive)
            full->plan.unpacked += item->bytes > 0 ? item->bytes : item->about;
    }
}

void full_take_methods(full_t *full)
{
    const full_request_t *request = full->request;
    for (size_t i = 0; i < request->method_count && i < MATERIAL_METHODS; i++)
        full->material.methods[full->material.method_count++] = request->methods[i];
}

outcome_t full_plan_files(full_t *full, const char *const *wanted, size_t count, const char *from)
{
    const fetch_request_t files = {.catalogues = full->request->catalogues,
                                   .catalogue_count = full->request->catalogue_count,
                                   .wanted = wanted,
                                   .wanted_count = count,
                                   .from = from};
    outcome_t result = fetch_plan(&files, &full->plan);
    if (outcome_is_ok(&result))
        add_unpacked(full);
    return result;
}

/* No network is left: print all files of the catalogues, so that the user sees what is missing. */
static outcome_t refuse_nothing(const fetch_request_t *files, FILE *log)
{
    fetch_request_t everything = *files;
    fetch_plan_t plan = {0};
    outcome_t result;
    everything.wanted_count = 0;
    if (outcome_bad(&result, fetch_plan(&everything, &plan)))
        return result;
    fprintf(log, "The full mode runs the paper's checkpoints on ImageNet and GLUE. It needs these files:\n");
    fetch_print(&plan, false, log);
    fetch_plan_free(&plan);
    return outcome_missing("--full", NULL, "no network whose files are here or can be fetched",
                           "ImageNet as a folder of JPEGs with val.txt or one folder per class, GLUE's dev.tsv files",
                           "for example --data imagenet=FOLDER --data glue-sst2=FOLDER --data glue-mrpc=FOLDER");
}

outcome_t full_plan(const full_request_t *request, full_t *full)
{
    const char *wanted[2 * MATERIAL_NETS];
    fetch_request_t files = {.catalogues = request->catalogues,
                             .catalogue_count = request->catalogue_count,
                             .wanted = wanted,
                             .from = request->from};
    outcome_t result;
    *full = (full_t){.request = request, .material = {.kernels = request->kernels, .skip_bad = request->skip_bad}};
    full_take_methods(full);
    if (outcome_bad(&result, choose_nets(full)) ||
        outcome_bad(&result, check_given(full, "--data", request->data, request->data_count)) ||
        outcome_bad(&result, check_given(full, "--calibration", request->calibration, request->calibration_count)) ||
        outcome_bad(&result, full_check_places(request)) ||
        outcome_bad(&result, sort_nets(full, wanted, &files.wanted_count)))
        return result;
    if (full->material.count == 0)
        return refuse_nothing(&files, request->log);
    return full_plan_files(full, wanted, files.wanted_count, request->from);
}

void full_free(full_t *full)
{
    csv_free(&full->list);
    fetch_plan_free(&full->plan);
}

/* ===  Announcing and bringing  === */

outcome_t full_list(const full_t *full)
{
    FILE *log = full->request->log;
    const size_t count = full->material.count + full->material.text_count;
    double free_bytes;
    text_t root;
    outcome_t result;
    fprintf(log, "%s: %zu network%s, from these files:\n",
            full->request->evaluations != NULL ? "The real mode runs real networks on small samples"
                                               : "The full mode runs the paper's checkpoints",
            count, count == 1 ? "" : "s");
    fetch_print(&full->plan, false, log);
    if (outcome_bad(&result, fetch_free_bytes(&free_bytes, &root)))
        return result;
    fprintf(log, "disk: %.1f MB to fetch and %.1f MB to unpack, %.1f MB free at %s\n", (double)full->plan.bytes / 1e6,
            (double)full->plan.unpacked / 1e6, free_bytes / 1e6, root.chars);
    return result;
}

outcome_t full_announce(full_t *full)
{
    outcome_t result;
    if (outcome_bad(&result, full_list(full)) || outcome_bad(&result, fetch_check_disk(&full->plan)))
        return result;
    return full_measure_time(full);
}

/* Link the labels into the folder of JPEGs as val.txt (data/photos.h). */
static outcome_t place_labels(const char *labels, const char *folder)
{
    text_t place = text_of("%s/val.txt", folder);
    outcome_t result = file_check_path(place.chars);
    if (!outcome_is_ok(&result))
        return result;
    if (link(labels, place.chars) == 0 || errno == EEXIST)
        return outcome_ok();
    return outcome_failed(place.chars, "linking", strerror(errno), "a second name for the labels",
                          text_of("copy %s there", labels).chars);
}

static outcome_t unpack_data(const full_t *full, size_t index)
{
    const char *archive = full->archives[index].chars, *folder = full->folders[index].chars;
    outcome_t result;
    if (archive[0] == '\0' || file_is_folder(folder))
        return outcome_ok();
    fprintf(full->request->log, "unpacking %s\n", archive);
    fflush(full->request->log);
    if (outcome_bad(&result, unpack(archive, folder)) || full->labels[index].chars[0] == '\0')
        return result;
    return place_labels(full->labels[index].chars, folder);
}

outcome_t full_bring(full_t *full)
{
    outcome_t result = fetch_execute(&full->plan, full->request->log);
    for (size_t i = 0; i < full->material.count && outcome_is_ok(&result); i++)
        result = unpack_data(full, i);
    return outcome_is_ok(&result) ? full_measure_time(full) : result;
}
