/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `search`: how long it takes to compress the full-size ResNet-50 by the paper's two settings, the search for
 * the best constants included. The weights are synthetic; a search looks at every weight whatever its value. Times depend
 * on the machine, so they are never compared with a baseline. */
#include "base/progress.h"
#include "compress/compress.h"
#include "compress/spec.h"
#include "experiments/model_inputs_list.h"
#include "nets/resnet.h"
#include "rows/writer.h"
#include "weights/substitute.h"

static const char *const specs[] = {"bbs-cons", "bbs-mod"};

typedef struct {
    const char *net, *size, *method, *weights_source;
    int64_t weights, threads;
    double seconds;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {TEXT(method), .key = true, .heading = "Method", .meaning = "the method, as `--method` takes it"},
    {.name = "weights",
     ROWS_PLACE_INTEGER(cells_t, weights),
     .heading = "Weights",
     .meaning = "weights of all layers, which are compressed one after the other"},
    {.name = "threads",
     ROWS_PLACE_INTEGER(cells_t, threads),
     .sense = ROWS_FOLLOWS,
     .heading = "Threads",
     .meaning = "threads of the run"},
    {.name = "seconds",
     ROWS_PLACE_REAL(cells_t, seconds),
     .sense = ROWS_FOLLOWS,
     .heading = "Time",
     .unit = "s",
     .decimals = 2,
     .meaning = "wall-clock time of one compression on the machine of the run"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

static const rows_schema_t schema = {
    .name = "search", .about = "Time to compress a whole network by the paper's settings.", .columns = columns};

static outcome_t drop(void *context, size_t index, compressed_t *compressed)
{
    (void)context;
    (void)index;
    (void)compressed;
    return outcome_ok();
}

static outcome_t write_row(rows_writer_t *writer, const char *spec, const int8_network_t *network, int threads)
{
    const method_t *method;
    method_config_t config;
    outcome_t result;
    if (outcome_bad(&result, method_parse(spec, &method, &config)))
        return result;
    double start = progress_clock();
    if (outcome_bad(&result, compress_each(method, &config, network->layers, network->count, threads, drop, NULL)))
        return result;
    const cells_t cells = {.net = net_resnet50.name,
                           .size = net_resnet50.sizes[0]->name,
                           .method = spec,
                           .weights = int8_network_weights(network),
                           .threads = threads,
                           .seconds = progress_clock() - start,
                           .weights_source = network->source.chars};
    rows_write(writer, &cells);
    return result;
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    rows_writer_t writer;
    int8_network_t network;
    outcome_t result;
    if (outcome_bad(&result,
                    substitute_draw(&net_resnet50, net_resnet50.sizes[0], false, SUBSTITUTE_SEED, context->jobs, &network)))
        return result;
    if (!outcome_bad(&result, rows_create(&writer, &schema, path))) {
        for (size_t i = 0; i < sizeof specs / sizeof *specs && outcome_is_ok(&result); i++)
            result = write_row(&writer, specs[i], &network, context->jobs);
        result = rows_finish(&writer, result);
    }
    int8_network_free(&network);
    return result;
}

extern const measurement_t measurement_search;
const measurement_t measurement_search = {.schema = &schema, .list_inputs = model_inputs_list, .run = run};
