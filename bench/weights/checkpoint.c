/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/checkpoint.h"

#include "base/file.h"
#include "base/json.h"
#include "nets/names.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* Float tensors that training leaves in a checkpoint and that no answer depends on. */
static const struct {
    enum { AT_FRONT, AT_END } where;
    const char *text;
} exempt[] = {
    {AT_END, "num_batches_tracked"}, /* BatchNorm's counter; a float after .half() of a whole dictionary */
    {AT_END, "position_ids"},        /* Hugging Face's BERT before version 4.31 */
    {AT_FRONT, "cls."},              /* BERT's heads of pre-training */
    {AT_END, "total_ops"},           /* thop's counters */
    {AT_END, "total_params"},
};

static bool is_exempt(const char *name)
{
    for (size_t i = 0; i < sizeof exempt / sizeof exempt[0]; i++)
        if (exempt[i].where == AT_FRONT ? text_starts(name, exempt[i].text) : text_ends(name, exempt[i].text))
            return true;
    return false;
}

/* NAME.scale of an integer weight NAME. */
static bool is_scale(const stored_t *stored, const char *name)
{
    for (size_t i = 0; i < stored->count; i++) {
        const size_t length = strlen(stored->items[i].name);
        if (strncmp(name, stored->items[i].name, length) == 0 && text_equal(name + length, ".scale"))
            return true;
    }
    return false;
}

/* Every float tensor must be asked for. */
static outcome_t check_extra(const checkpoint_request_t *request, const tensor_set_t *set, checkpoint_t *checkpoint)
{
    enum { NAMED = 3 };
    text_t names = text_of("%s", "");
    int64_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        if (tensor->type > TENSOR_BF16 || is_exempt(tensor->name) || is_scale(&checkpoint->stored, tensor->name) ||
            net_weights_asks(&checkpoint->weights, tensor->name))
            continue;
        if (count++ < NAMED)
            names = text_of("%s%s%.100s", names.chars, count > 1 ? ", " : "", tensor->name);
    }
    if (count == 0)
        return outcome_ok();
    text_t found = text_of("%lld float tensors that the network does not ask for: %s%s", (long long)count, names.chars,
                           count > NAMED ? ", ..." : "");
    if (!request->ignore_extra)
        return outcome_failed(
            checkpoint->weights.path.chars, NULL, found.chars,
            text_of("the weights of %s, size %s", checkpoint->weights.network->name, checkpoint->weights.size->name).chars,
            "check --net; --ignore-extra leaves them out");
    text_append(&checkpoint->notes, "%s; left out\n", found.chars);
    return outcome_ok();
}

/* ===  What lies beside the weights  === */

text_t checkpoint_beside(const char *path, const char *name)
{
    return file_is_folder(path) ? text_of("%s/%s", path, name) : file_beside(path, name);
}

/* A config.json is a JSON object: in another file the numbers that shapes do not say would be missing without a word. */
static outcome_t read_description(const char *path, checkpoint_t *checkpoint)
{
    bytes_t bytes;
    cJSON *root = NULL;
    outcome_t result = file_read(path, NULL, &bytes);
    if (!outcome_is_ok(&result) || outcome_bad(&result, json_parse(path, NULL, "a description of the weights",
                                                                   (const char *)bytes.data, bytes.size, &root)))
        goto out;
    checkpoint->description = text_copy((const char *)bytes.data);
    checkpoint->described_in = text_of("%s", path);
    if (checkpoint->description == NULL)
        result = outcome_out_of_memory(path);

out:
    cJSON_Delete(root);
    file_free_bytes(&bytes);
    return result;
}

/* config.json in the folder of the weights; else the notes of the file itself. */
static outcome_t find_description(const char *path, const tensor_set_t *set, checkpoint_t *checkpoint)
{
    static const char *const keys[] = {"pretrained_cfg", "default_cfg", "config", "config.json"};
    const text_t beside = checkpoint_beside(path, "config.json");
    if (file_exists(beside.chars))
        return read_description(beside.chars, checkpoint);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = tensor_set_get_note(set, keys[i]);
        if (value == NULL)
            continue;
        checkpoint->description = text_copy(value);
        checkpoint->described_in = text_of("%s: __metadata__ %s", path, keys[i]);
        return checkpoint->description != NULL ? outcome_ok() : outcome_out_of_memory(path);
    }
    return outcome_ok();
}

/* The number under one of these names in config.json, or in the notes of the file; 0 when there is none in the range. */
static double read_hint(const cJSON *root, const tensor_set_t *set, const char *const *names, double least, double most)
{
    for (; *names != NULL; names++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, *names);
        const char *note = tensor_set_get_note(set, *names);
        double value = 0;
        if (cJSON_IsNumber(item))
            value = item->valuedouble;
        else if (note == NULL || !text_to_real(note, &value))
            continue;
        if (value >= least && value <= most)
            return value;
    }
    return 0;
}

/* Rotary positions, as config.json says: rope_theta, and rope_scaling of type llama3 (Llama 3.1 and later). Version 5 of
 * the transformers has both in rope_parameters. Another type would turn the heads in another way: refused. */
static outcome_t read_rotary(const char *where, const cJSON *root, const tensor_set_t *set, net_rotary_t *rotary)
{
    static const char *const thetas[] = {"rope_theta", NULL}, *const factors[] = {"factor", NULL},
                             *const lows[] = {"low_freq_factor", NULL}, *const highs[] = {"high_freq_factor", NULL},
                             *const originals[] = {"original_max_position_embeddings", NULL},
                             *const pairs[] = {"rope_interleaved", NULL};
    static const tensor_set_t nothing = {0};
    enum { MOST = 1 << 20 };
    const cJSON *newer = cJSON_GetObjectItemCaseSensitive(root, "rope_parameters"),
                *scaling = cJSON_IsObject(newer) ? newer : cJSON_GetObjectItemCaseSensitive(root, "rope_scaling"),
                *type = cJSON_GetObjectItemCaseSensitive(scaling, "rope_type"),
                *older = cJSON_GetObjectItemCaseSensitive(scaling, "type");
    const char *name = cJSON_IsString(type) ? type->valuestring : cJSON_IsString(older) ? older->valuestring : "default";
    *rotary = (net_rotary_t){.theta = read_hint(root, set, thetas, 1, 1e12),
                             .interleaved = read_hint(root, set, pairs, 0, 1) > 0};
    if (rotary->theta == 0)
        rotary->theta = read_hint(newer, &nothing, thetas, 1, 1e12);
    if (text_equal(name, "default"))
        return outcome_ok();
    if (!text_equal(name, "llama3"))
        return outcome_failed(where, "rope_scaling", name, "none, or llama3", "this version turns no other positions");
    rotary->factor = read_hint(scaling, &nothing, factors, DBL_MIN, MOST);
    rotary->low = read_hint(scaling, &nothing, lows, DBL_MIN, MOST);
    rotary->high = read_hint(scaling, &nothing, highs, DBL_MIN, MOST);
    rotary->original = read_hint(scaling, &nothing, originals, 1, MOST);
    if (rotary->factor > 0 && rotary->low > 0 && rotary->high > rotary->low && rotary->original > 0)
        return outcome_ok();
    return outcome_failed(where, "rope_scaling", "llama3 without all of its numbers",
                          "factor, low_freq_factor, high_freq_factor and original_max_position_embeddings",
                          "get config.json again");
}

/* Numbers that the tensors of a language model say too, and the longest text: of config.json, or of a file that names its
 * own context. */
static void read_declared(const cJSON *root, const tensor_set_t *set, net_hints_t *hints)
{
    static const tensor_set_t nothing = {0};
    static const char *const places[] = {"max_position_embeddings", "context", NULL};
    enum { MOST = 1 << 24 };
    for (int i = 0; i < NET_DECLARED; i++) {
        const char *const names[] = {net_declared_names[i], NULL};
        hints->declared[i] = (int64_t)read_hint(root, &nothing, names, 1, MOST);
    }
    hints->places = (int64_t)read_hint(root, set, places, 1, MOST);
}

/* What shapes do not say, from config.json or from notes of the file under these names. */
static outcome_t read_hints(const checkpoint_request_t *request, const tensor_set_t *set, const checkpoint_t *checkpoint,
                            net_hints_t *hints)
{
    enum { MOST = 4096 };
    static const char *const heads[] = {"num_attention_heads", "num_heads", "heads", NULL};
    static const char *const epsilons[] = {"layer_norm_eps", "layernorm_eps", "rms_norm_eps", NULL};
    static const char *const sides[] = {"image_size", NULL}, *const pools[] = {"stem_pool", NULL};
    static const char *const contexts[] = {"context", NULL};
    const char *text = checkpoint->description != NULL ? checkpoint->description : "";
    cJSON *root;
    outcome_t result = json_read(checkpoint->described_in.chars, text, strlen(text), &root);
    *hints = (net_hints_t){
        .heads = request->heads > 0 ? request->heads : (int64_t)read_hint(root, set, heads, 1, MOST - 1),
        .epsilon = read_hint(root, set, epsilons, DBL_MIN, 1 - DBL_EPSILON),
        .tokens = request->tokens > 0 ? request->tokens : (int64_t)read_hint(root, set, contexts, 1, MOST),
        .side = (int64_t)read_hint(root, set, sides, 1, MOST),
        .pool = (int64_t)read_hint(root, set, pools, 1, MOST),
    };
    if (outcome_is_ok(&result)) {
        result = read_rotary(checkpoint->described_in.chars, root, set, &hints->rotary);
        read_declared(root, set, hints);
    }
    cJSON_Delete(root);
    return result;
}

/* The request's network, perhaps with the checkpoint's classes and words; or the one that the tensors are. */
static outcome_t find_network(const checkpoint_request_t *request, const char *path, tensor_set_t *set,
                              checkpoint_t *checkpoint, const network_t **network, const net_size_t **size)
{
    net_hints_t hints;
    net_made_t *made = &checkpoint->made;
    bool other = true;
    *network = request->network;
    *size = request->size;
    outcome_t result = read_hints(request, set, checkpoint, &hints);
    if (!outcome_is_ok(&result))
        return result;
    if (request->network == NULL)
        result = net_recognise(path, set, &hints, made);
    else if (!outcome_bad(&result, net_names_settle(request->network, path, set)))
        result = net_refit(request->network, request->size, set, made, &other);
    if (!outcome_is_ok(&result) || !other)
        return result;
    *network = &made->network;
    *size = &made->size;
    if (request->network == NULL)
        text_append(&checkpoint->notes, "the tensors are those of a %s, %lld classes\n", made->name,
                    (long long)made->size.classes);
    if (made->assumed.chars[0] != '\0')
        text_append(&checkpoint->notes, "network: %s\n", made->assumed.chars);
    return result;
}

/* Is NAME.weight a layer of the table? */
static bool is_layer(const net_table_t *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (text_equal(text_of("%s.weight", table->items[i].name).chars, name))
            return true;
    return false;
}

static void note_set(const tensor_set_t *set, checkpoint_t *checkpoint)
{
    int64_t floats = 0;
    const char *part = tensor_set_get_note(set, TENSOR_NOTE_PART), *left = tensor_set_get_note(set, TENSOR_NOTE_LEFT_OUT);
    if (part != NULL)
        text_append(&checkpoint->notes, "weights: %s\n", part);
    if (left != NULL)
        text_append(&checkpoint->notes, "tensors of types that are not read were left out: %.300s\n", left);
    if (checkpoint->stored.method.chars[0] != '\0')
        text_append(&checkpoint->notes, "the file holds weights of the method %s: %s\n", checkpoint->stored.method.chars,
                    checkpoint->stored.compressed ? "they are computed with as they are"
                                                  : "methods begin with these integers");
    for (size_t i = 0; i < checkpoint->stored.count; i++)
        floats += !is_layer(&checkpoint->weights.table, checkpoint->stored.items[i].name);
    if (floats > 0)
        text_append(
            &checkpoint->notes,
            "%lld of its tensors are quantised that the method leaves in float on the fly (quantize --net auto leaves "
            "them too)\n",
            (long long)floats);
    if (checkpoint->stored.beyond > 0)
        text_append(&checkpoint->notes,
                    "%lld of its values are beyond 8 bits: accelerator models take the nearest of 8 bits\n",
                    (long long)checkpoint->stored.beyond);
}

/* ===  All of it  === */

outcome_t checkpoint_open(const checkpoint_request_t *request, checkpoint_t *checkpoint)
{
    *checkpoint = (checkpoint_t){.stored = {.meta_bits = -1}};
    tensor_set_t set = {0};
    text_t own;
    const char *path = request->path;
    const network_t *network;
    const net_size_t *size;
    outcome_t result;
    if (path == NULL && request->network == NULL)
        return outcome_usage("--net", NULL, "auto without weights", "--weights FILE", NULL);
    if (path == NULL && outcome_bad(&result, net_weights_path(request->network, request->size, &own)))
        return result;
    path = path != NULL ? path : own.chars;
    if (outcome_bad(&result,
                    stored_load(path, net_weights_advice(request->path), request->threads, request->deferred, &set)) ||
        outcome_bad(&result, find_description(path, &set, checkpoint)) ||
        outcome_bad(&result, find_network(request, path, &set, checkpoint, &network, &size)) ||
        outcome_bad(&result, stored_take(path, &set, &checkpoint->stored)) ||
        outcome_bad(&result, request->deferred ? net_weights_defer(network, size, path, &set, &checkpoint->weights)
                                               : net_weights_from(network, size, path, &set, &checkpoint->weights)))
        goto out;
    const tensor_set_t *all = request->deferred ? &checkpoint->weights.deferred : &set;
    if (!outcome_bad(&result, check_extra(request, all, checkpoint)))
        note_set(all, checkpoint);

out:
    tensor_set_free(&set);
    return result;
}

void checkpoint_free(checkpoint_t *checkpoint)
{
    net_weights_free(&checkpoint->weights);
    stored_free(&checkpoint->stored);
    free(checkpoint->description);
    free(checkpoint->notes.chars);
    *checkpoint = (checkpoint_t){.stored = {.meta_bits = -1}};
}

outcome_t checkpoint_int8(const checkpoint_request_t *request, bool prune_first, int8_network_t *network)
{
    checkpoint_t checkpoint;
    *network = (int8_network_t){0};
    outcome_t result = checkpoint_open(request, &checkpoint);
    if (outcome_is_ok(&result))
        result = int8_network_from(&checkpoint.weights, prune_first, request->threads, network);
    if (outcome_is_ok(&result))
        stored_into(&checkpoint.stored, network);
    network->lender = NULL;
    for (size_t i = 0; i < network->count; i++)
        network->layers[i].weights = NULL;
    if (!outcome_is_ok(&result))
        int8_network_free(network);
    checkpoint_free(&checkpoint);
    return result;
}
