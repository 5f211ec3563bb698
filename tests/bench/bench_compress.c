/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of the compression library, in Markdown: the first part of the page that `make speed` writes.
 *
 * Synthetic weights have the shapes of the full-size ResNet-50 (54 layers) and a bell-shaped distribution; real ones are
 * the layers of the reference data, where BBS_TEST_DATA has them. Each figure is the best of five, allocation included.
 * Limits are those of the project's issue for 25.5 M weights, in proportion to the weights. */
#include "base/cpu.h"
#include "base/large.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/threads.h"
#include "compress/pack.h"
#include "compress/compress.h"
#include "compress/spec.h"
#include "compress/stats.h"
#include "weights/int8_tensors.h"
#include "compress/zps_search.h"
#include "nets/net.h"
#include "tensor/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/compressed_set.h"

enum { REPEATS = 5, CORES = 2, GROUPS_AT_A_TIME = 1 << 12 };

typedef struct {
    const char *name;
    compress_layer_t *layers;
    size_t count;
    int64_t weights;
} net_layers_t;

typedef outcome_t (*work_t)(const net_layers_t *net, int threads, const void *what);

static void stop_on(outcome_t outcome)
{
    if (outcome_is_ok(&outcome))
        return;
    fprintf(stderr, "error: %s\n", outcome_text(&outcome));
    exit(1);
}

/* ===  Weights  === */

static int8_t bell(uint64_t *random)
{
    int sum = -510; /* four bytes: mean 0, deviation 148; scaled to the 33 steps that trained layers have */
    for (int i = 0; i < 4; i++) {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        sum += (int)(*random >> 56);
    }
    sum = sum * 2 / 9;
    return (int8_t)(sum > 127 ? 127 : sum < -128 ? -128 : sum);
}

/* Float weights lie around the steps of their channel. */
static void fill_layer(const compress_layer_t *layer, uint64_t *random, int8_t *q, float *scale, float *weights)
{
    const int64_t row = compress_layer_size(layer) / layer->k;
    for (int64_t k = 0; k < layer->k; k++)
        scale[k] = (float)(1 + k * 37 % 101);
    for (int64_t i = 0; i < layer->k * row; i++) {
        q[i] = bell(random);
        weights[i] = ((float)q[i] + (float)(*random >> 40 & 255) / 256 - 0.5f) * scale[i / row];
    }
}

static net_layers_t synthetic(void)
{
    const network_t *network;
    const net_size_t *size;
    net_table_t table;
    uint64_t random = 1;
    stop_on(net_find("resnet50", &network));
    stop_on(net_find_size(network, "full", &size));
    stop_on(net_layers(network, size, &table));
    net_layers_t net = {
        .name = "synthetic ResNet-50", .count = table.count, .layers = calloc(table.count, sizeof *net.layers)};
    for (size_t i = 0; i < table.count; i++) {
        const net_layer_t *layer = &table.items[i];
        int64_t count = net_layer_weights(layer);
        int8_t *q = malloc((size_t)count);
        float *scale = malloc((size_t)layer->k * sizeof *scale), *weights = malloc((size_t)count * sizeof *weights);
        if (net.layers == NULL || q == NULL || scale == NULL || weights == NULL)
            stop_on(outcome_out_of_memory(layer->name));
        net.layers[i] = (compress_layer_t){.name = text_copy(layer->name),
                                           .k = layer->k,
                                           .c = layer->c,
                                           .kh = layer->kh,
                                           .kw = layer->kw,
                                           .q = q,
                                           .scale = scale,
                                           .weights = weights};
        fill_layer(&net.layers[i], &random, q, scale, weights);
        net.weights += count;
    }
    net_table_free(&table);
    return net;
}

/* ===  Work  === */

static void release(compressed_t *compressed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        compressed_free(&compressed[i]);
    free(compressed);
}

static outcome_t compress_work(const net_layers_t *net, int threads, const void *what)
{
    const method_t *method;
    method_config_t config;
    stop_on(method_parse(what, &method, &config));
    compressed_t *compressed = calloc(net->count, sizeof *compressed);
    outcome_t result = compress_network(method, &config, net->layers, net->count, threads, compressed);
    release(compressed, net->count);
    return result;
}

static outcome_t stats_work(const net_layers_t *net, int threads, const void *what)
{
    (void)what;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < net->count && outcome_is_ok(&result); i++) {
        stats_t stats;
        result = stats_count(&net->layers[i], 8, 32, threads, &stats);
    }
    return result;
}

static outcome_t pack_work(const net_layers_t *net, int threads, const void *what)
{
    (void)net;
    bytes_t file;
    pack_report_t report;
    outcome_t result = pack_encode("bench", what, threads, &file, &report);
    file_free_bytes(&file);
    return result;
}

static outcome_t unpack_work(const net_layers_t *net, int threads, const void *what)
{
    (void)net;
    const bytes_t *file = what;
    tensor_set_t set;
    outcome_t result = pack_decode("bench", file->data, file->size, threads, &set);
    tensor_set_free(&set);
    return result;
}

/* The same traffic as compression has: a byte read, three written to fresh memory, of the kind that `what` gives. */
typedef struct {
    const net_layers_t *net;
    uint8_t *copy;
    const int64_t *starts; /* of the layers */
} copy_t;

static void copy_layer(void *context, int64_t index, int worker)
{
    (void)worker;
    const copy_t *copy = context;
    const size_t size = (size_t)compress_layer_size(&copy->net->layers[index]);
    for (size_t part = 0; part < 3; part++)
        memcpy(copy->copy + 3 * copy->starts[index] + part * size, copy->net->layers[index].q, size);
}

typedef struct {
    void *(*alloc)(size_t size);
} memory_t;

static const memory_t usual = {malloc}, large = {large_alloc};

static outcome_t copy_work(const net_layers_t *net, int threads, const void *what)
{
    const memory_t *memory = what;
    uint8_t *to = memory->alloc((size_t)(3 * net->weights));
    int64_t *starts = calloc(net->count + 1, sizeof *starts);
    if (to == NULL || starts == NULL)
        return outcome_out_of_memory("copy");
    for (size_t i = 0; i < net->count; i++)
        starts[i + 1] = starts[i] + compress_layer_size(&net->layers[i]);
    outcome_t result =
        threads_for(threads, (int64_t)net->count, copy_layer, &(copy_t){.net = net, .copy = to, .starts = starts});
    __asm__ volatile("" : : "r"(to) : "memory"); /* the copy counts as used */
    free(starts);
    free(to);
    return result;
}

static double best_of(work_t work, const net_layers_t *net, int threads, const void *what)
{
    double best = 1e30;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double started = progress_clock();
        stop_on(work(net, threads, what));
        double took = progress_clock() - started;
        best = took < best ? took : best;
    }
    return best;
}

/* What the issue asks for; 0: nothing. */
typedef struct {
    double seconds; /* at most, on `cores`, for 25.5 M weights */
    int cores;
    double share; /* of memcpy's rate, at least, on one core */
    double scale; /* as fast on two cores as on one, at least */
} limit_t;

static void print_limit(const limit_t *limit, double weights, double one, double two, double copy)
{
    const double seconds = limit->seconds * weights / 25.5e6, took = limit->cores == 1 ? one : two;
    if (seconds > 0)
        printf("%.3f s on %d: %s", seconds, limit->cores, took <= seconds ? "met" : "MISSED");
    if (limit->share > 0)
        printf("%.1f of memcpy: %s", limit->share, copy / one >= limit->share ? "met" : "MISSED");
    if (limit->scale > 0)
        printf("; 1 : 2 of %.1f: %s", limit->scale, one / two >= limit->scale ? "met" : "MISSED");
    puts(" |");
}

typedef struct {
    const char *name;
    work_t work;
    const void *what;
    limit_t limit;
} row_t;

/* memcpy is measured beside each row, because other programs come and go. */
static void print_row(const row_t *row, const net_layers_t *net)
{
    const double one = best_of(row->work, net, 1, row->what), two = best_of(row->work, net, CORES, row->what);
    const double copy = best_of(copy_work, net, 1, &usual), large_copy = best_of(copy_work, net, 1, &large);
    const double weights = (double)net->weights;
    printf("| %s | %.3f | %.3f | %.2f | %.2f | %.0f | %.2f | %.2f | ", row->name, one, two, one / two, one / weights * 1e9,
           weights / two / 1e6, copy / one, large_copy / one);
    print_limit(&row->limit, weights, one, two, copy);
    fflush(stdout);
}

/* A compressed set of the network, for pack and unpack. */
static void make_set(const net_layers_t *net, tensor_set_t *set)
{
    tensor_set_t plain = {0};
    for (size_t i = 0; i < net->count; i++) {
        const compress_layer_t *layer = &net->layers[i];
        tensor_t *tensor;
        stop_on(tensor_set_reserve(&plain, layer->name, TENSOR_I8, 4,
                                   (const int64_t[]){layer->k, layer->c, layer->kh, layer->kw}, &tensor));
        memcpy(tensor->data, layer->q, (size_t)tensor->count);
        stop_on(tensor_set_reserve(&plain, text_of("%s.scale", layer->name).chars, TENSOR_F32, 1, &layer->k, &tensor));
        memcpy(tensor->data, layer->scale, (size_t)layer->k * sizeof(float));
    }
    const method_t *mod;
    method_config_t config;
    int8_network_t network;
    stop_on(method_parse("bbs-mod", &mod, &config));
    stop_on(int8_tensors_open(&plain, "bench", false, 1, &network));
    compressed_t *compressed = calloc(network.count, sizeof *compressed);
    stop_on(compress_network(mod, &config, network.layers, network.count, CORES, compressed));
    stop_on(compressed_set(&plain, &network, compressed, set));
    stop_on(tensor_set_note(set, "method", "bbs-mod"));
    stop_on(tensor_set_note(set, "columns", "4"));
    stop_on(tensor_set_note(set, "group", "32"));
    release(compressed, network.count);
    int8_network_free(&network);
    tensor_set_free(&plain);
}

static const row_t methods[] = {
    {"zps N = 4, p = 6", compress_work, "zps:columns=4:beta=0", {.seconds = 0.1, .cores = 1}},
    {"ra N = 2", compress_work, "ra:columns=2:beta=0", {.share = 0.7, .scale = 1.8}},
    {"bitflip N = 3", compress_work, "bitflip:columns=3:beta=0", {.share = 0.7, .scale = 1.8}},
    {"best N = 4", compress_work, "best:columns=4:beta=0", {.seconds = 0}},
    {"budget, 5 bits", compress_work, "budget:bits=5", {.seconds = 0}},
    {"stats, vector 8", stats_work, NULL, {.seconds = 0.2, .cores = CORES}},
};

static const row_t methods_of_floats[] = {
    {"ptq, 6 bits, clip absmax", compress_work, "ptq:bits=6:clip=absmax:beta=0", {.seconds = 0}},
    {"ptq, 6 bits, clip squares", compress_work, "ptq:bits=6:beta=0", {.seconds = 0}},
    {"mx e2m3", compress_work, "mx:bits=6:variant=e2m3", {.seconds = 0}},
    {"noisyquant, weights", compress_work, "noisyquant:bits=6", {.seconds = 0}},
    {"ant, 6 bits", compress_work, "ant:bits=6", {.seconds = 0}},
    {"olive, 4 bits", compress_work, "olive:bits=4", {.seconds = 0}},
};

static void measure_packing(const net_layers_t *net)
{
    tensor_set_t set;
    bytes_t file;
    pack_report_t report;
    make_set(net, &set);
    print_row(&(row_t){"pack (bbs-mod)", pack_work, &set, {.seconds = 0.05, .cores = CORES}}, net);
    stop_on(pack_encode("bench", &set, CORES, &file, &report));
    print_row(&(row_t){"unpack (bbs-mod)", unpack_work, &file, {.seconds = 0.05, .cores = CORES}}, net);
    file_free_bytes(&file);
    tensor_set_free(&set);
}

static void measure(const net_layers_t *net)
{
    printf(
        "\n## %s: %zu layers, %.1f M weights\n\n"
        "| work | 1 core s | 2 cores s | 1 : 2 | ns a weight, 1 core | M weights/s, 2 cores | of memcpy | of memcpy, 2 MiB | limit "
        "|\n|---|---|---|---|---|---|---|---|---|\n",
        net->name, net->count, (double)net->weights / 1e6);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        print_row(&methods[i], net);
    measure_packing(net);
    for (size_t i = 0; i < sizeof methods_of_floats / sizeof *methods_of_floats && net->layers[0].weights != NULL; i++)
        print_row(&methods_of_floats[i], net);
    print_row(&(row_t){"memcpy, pages of 2 MiB", copy_work, &large, {.seconds = 0}}, net);
    print_row(&(row_t){"memcpy, pages of 4 KiB", copy_work, &usual, {.seconds = 0}}, net);
}

/* The searches alone, on one core. */
static void measure_searches(const net_layers_t *net)
{
    printf("\n## Search of zero-point shifting alone, 1 core\n\n| search | ns a group of 32 | s for 25.5 M weights "
           "|\n|---|---|---|\n");
    const int8_t *q = net->layers[net->count - 1].q;
    const zps_rule_t rule = {.columns = 4, .first = -31, .last = 32, .least_mean = true};
    int shifts[GROUPS_AT_A_TIME];
    for (const zps_search_t *const *search = zps_searches; *search != NULL; search++) {
        double best = 1e30;
        if ((*search)->available != NULL && !(*search)->available())
            continue;
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            double started = progress_clock();
            (*search)->search(&rule, q, 32, GROUPS_AT_A_TIME, shifts);
            double took = progress_clock() - started;
            best = took < best ? took : best;
        }
        printf("| %s | %.0f | %.3f |\n", (*search)->name, best / GROUPS_AT_A_TIME * 1e9,
               best * 25.5e6 / (32.0 * GROUPS_AT_A_TIME));
    }
}

static void measure_file(const char *folder, const char *name)
{
    tensor_set_t set;
    int8_network_t network;
    text_t path = text_of("%s/%s.safetensors", folder, name);
    outcome_t loaded = safetensors_load(path.chars, NULL, &set);
    if (!outcome_is_ok(&loaded)) {
        printf("\n%s: not measured (no such file in BBS_TEST_DATA)\n", name);
        return;
    }
    stop_on(int8_tensors_open(&set, path.chars, false, CORES, &network));
    net_layers_t net = {.name = name, .layers = network.layers, .count = network.count};
    for (size_t i = 0; i < network.count; i++)
        net.weights += compress_layer_size(&network.layers[i]);
    measure(&net);
    int8_network_free(&network);
    tensor_set_free(&set);
}

int main(void)
{
    const char *folder = getenv("BBS_TEST_DATA");
    cpu_float_environment();
    printf(
        "# Speed of compression and of the accelerator models\n\n"
        "Compression: %s, %d cores, vector set %s. Best of %d; allocation and page faults included, files not. "
        "Limits are those of\n"
        "25.5 M weights, in proportion to the weights; \"on 1\" and \"on 2\" are cores. \"Of memcpy\": the rate on one core, "
        "of that of\n"
        "memcpy with the same traffic, a byte read and three written for each weight, to fresh memory of malloc(); "
        "\"2 MiB\": to memory\n"
        "that asks for pages of 2 MiB, as the larger results do. Methods that search a range go over the weights many "
        "times (ptq up to\n"
        "25 times, ant 99, olive 58), budget compresses each layer seven times.\n",
        cpu_name().chars, cpu_count(), cpu_vector_set(), REPEATS);
    net_layers_t net = synthetic();
    measure(&net);
    measure_searches(&net);
    const char *const files[] = {"resnet50v2_imagenet_partial", "resnet18_imagenet_partial", "vit_tiny_tinyimagenet200"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        measure_file(folder != NULL ? folder : "", files[i]);
    for (size_t i = 0; i < net.count; i++) {
        free((void *)(uintptr_t)net.layers[i].name);
        free((void *)(uintptr_t)net.layers[i].q);
        free((void *)(uintptr_t)net.layers[i].scale);
        free((void *)(uintptr_t)net.layers[i].weights);
    }
    free(net.layers);
    return 0;
}
