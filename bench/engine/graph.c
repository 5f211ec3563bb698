/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/graph.h"

#include "base/cpu.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "engine/build.h"
#include "engine/cfg_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h> /* memfd_create */
#include <unistd.h>

/* ===  Before Darknet: the file  === */

static outcome_t check_file(const char *path)
{
    bytes_t bytes;
    outcome_t result;
    if (outcome_bad(&result,
                    file_read(path, "the project's files are incomplete: check it out again, or set BBS_ROOT", &bytes)))
        return result;
    result = cfg_file_check(path, &bytes);
    file_free_bytes(&bytes);
    return result;
}

/* ===  Before Darknet: the memory  === */

/* What Darknet's parser allocates for the layers of the table, in bytes: weights and their updates; outputs, their
 * differences, and two copies for BatchNorm; as much again for pooling and sums; and the largest unfolded input. */
static size_t room_of(const net_table_t *table)
{
    int64_t floats = 0, unfolded = 0;
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        int64_t plane = layer->out_h * layer->out_w, patches = layer->c * layer->kh * layer->kw * plane; /* of a group */
        floats += 2 * net_layer_weights(layer) + 6 * layer->k * plane;
        unfolded = patches > unfolded ? patches : unfolded;
    }
    return (size_t)(floats + unfolded) * sizeof(float);
}

/* Darknet does not check its allocations: under a memory limit it would end in a segmentation fault. So the memory is taken
 * and given back before it parses. */
static outcome_t check_room(const char *path, const net_table_t *table)
{
    size_t bytes = room_of(table);
    void *room = malloc(bytes);
    free(room);
    if (room != NULL)
        return outcome_ok();
    return outcome_failed(path, "memory", text_of("no %.0f MB for Darknet's layers", (double)bytes / 1e6).chars, NULL,
                          "raise the limit (ulimit -v), close other programs or use fewer --jobs");
}

/* Darknet reads only files: the cfg of a network without one is put into a file in memory, whose path is valid until
 * `*file` is closed. */
static outcome_t write_cfg(const network_t *network, const net_size_t *size, int *file, text_t *path)
{
    text_builder_t text = {0};
    outcome_t result = outcome_ok();
    network->graph(size, &text);
    *file = text.failed ? -1 : memfd_create("cfg", MFD_CLOEXEC);
    *path = text_of("/proc/self/fd/%d", *file);
    if (*file < 0)
        result = outcome_out_of_memory(network->name);
    else if (write(*file, text.chars, text.length) != (ssize_t)text.length)
        result = outcome_failed(network->name, "cfg", "an error of writing", "a file in memory", NULL);
    free(text.chars);
    return result;
}

/* ===  Darknet's parser, quietly  === */

/* Darknet's parser prints a table of layers to stderr, which is redirected while it runs. */
static network *parse_quietly(char *path)
{
    int kept = dup(STDERR_FILENO), away = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept >= 0 && away >= 0)
        dup2(away, STDERR_FILENO);
    network *net = parse_network_cfg(path);
    if (kept >= 0 && away >= 0)
        dup2(kept, STDERR_FILENO);
    if (kept >= 0)
        close(kept);
    if (away >= 0)
        close(away);
    cpu_float_environment();
    return net;
}

/* ===  After Darknet: the layers  === */

static bool agrees(const layer *have, const net_layer_t *want)
{
    if (want->kind == NET_LINEAR)
        return have->type == CONNECTED && have->outputs == want->k && have->inputs == want->c;
    if (want->clip > 0 && have->activation != RELU)
        return false;
    return have->type == CONVOLUTIONAL && have->n == want->k && have->c == net_layer_inputs(want) &&
           have->groups == net_layer_groups(want) && have->size == want->kh && have->size == want->kw &&
           have->out_h == want->out_h && have->out_w == want->out_w &&
           (have->batch_normalize != 0) == (want->norm[0] != '\0');
}

static outcome_t match_layers(const char *path, const net_table_t *table, graph_t *graph)
{
    size_t next = 0;
    for (int i = 0; i < graph->net->n; i++) {
        const layer *at = &graph->net->layers[i];
        if (at->type != CONVOLUTIONAL && at->type != CONNECTED)
            continue;
        if (next == table->count || !agrees(at, &table->items[next]))
            return outcome_failed(path, text_of("layer %d", i).chars,
                                  text_of("%d filters of %d x %d x %d%s", at->n, at->c, at->size, at->size,
                                          at->groups > 1 ? text_of(" in %d groups", at->groups).chars : "")
                                      .chars,
                                  next < table->count ? text_of("%s of the layer table", table->items[next].name).chars
                                                      : "no further layer",
                                  "the cfg and bench/nets must describe the same network");
        graph->layer_of[next++] = i;
    }
    if (next != table->count)
        return outcome_failed(path, "layers", text_of("%zu with weights", next).chars, text_of("%zu", table->count).chars,
                              "the cfg and bench/nets must describe the same network");
    return outcome_ok();
}

static outcome_t open_cfg(const net_weights_t *weights, graph_t *graph)
{
    const net_size_t *size = weights->size;
    const net_table_t *table = &weights->table;
    int file = -1;
    text_t path;
    outcome_t result = size->cfg != NULL ? home_path(size->cfg, &path) : write_cfg(weights->network, size, &file, &path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, check_file(path.chars)) ||
        outcome_bad(&result, check_room(path.chars, table)))
        goto out;
    graph->layer_of = calloc(table->count, sizeof *graph->layer_of);
    if (graph->layer_of == NULL) {
        result = outcome_out_of_memory(path.chars);
        goto out;
    }
    graph->net = parse_quietly(path.chars);
    result = match_layers(path.chars, table, graph);
    if (outcome_is_ok(&result) && (graph->net->inputs != size->channels * size->height * size->width ||
                                   graph->net->layers[graph->net->n - 1].outputs != size->classes))
        result =
            outcome_failed(path.chars, NULL, "another input or output size", "those of the network's size entry", NULL);

out:
    if (file >= 0)
        close(file);
    if (!outcome_is_ok(&result))
        graph_close(graph);
    return result;
}

outcome_t graph_open(const net_weights_t *weights, graph_t *graph)
{
    *graph = (graph_t){0};
    if (weights->size->cfg != NULL || weights->network->graph != NULL)
        return open_cfg(weights, graph);
    if (weights->program.count > 0)
        return build_network(weights->size, &weights->table, &weights->program, &graph->net);
    return outcome_missing("graph", weights->size->name, "none", "a Darknet cfg or a program (bench/nets)", NULL);
}

void graph_close(graph_t *graph)
{
    if (graph->net != NULL) {
        free(graph->net->workspace); /* free_network() leaves these */
        free(graph->net->seen);
        free(graph->net->t);
        free(graph->net->cost);
        free_network(graph->net);
    }
    free(graph->layer_of);
    *graph = (graph_t){0};
}

static void release(float **floats)
{
    free(*floats);
    *floats = NULL;
}

void graph_free_weights(graph_t *graph)
{
    for (int i = 0; i < graph->net->n; i++)
        release(&graph->net->layers[i].weights);
}

void graph_free_training(graph_t *graph, bool keep_normalised)
{
    for (int i = 0; i < graph->net->n; i++) {
        layer *at = &graph->net->layers[i];
        release(&at->delta);
        release(&at->weight_updates);
        release(&at->bias_updates);
        release(&at->scale_updates);
        release(&at->x_norm);
        if (!keep_normalised)
            release(&at->x);
    }
}
