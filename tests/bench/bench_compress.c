/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of the compression library, in Markdown: the first part of the page that `make speed` writes.
 *
 * Synthetic weights have the shapes of the full-size ResNet-50 (54 layers) and a bell-shaped distribution; real ones are
 * the layers of the reference data, where BBS_TEST_DATA has them. Each figure is the best of five, allocation included. */
#include "base/cpu.h"
#include "base/progress.h"
#include "base/text.h"
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

enum { REPEATS = 5, CORES = 2, CALLS_AT_A_TIME = 1 << 12 };

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
        float *scale = malloc((size_t)layer->k * sizeof *scale);
        if (net.layers == NULL || q == NULL || scale == NULL)
            stop_on(outcome_out_of_memory(layer->name));
        for (int64_t j = 0; j < count; j++)
            q[j] = bell(&random);
        for (int64_t k = 0; k < layer->k; k++)
            scale[k] = (float)(1 + k * 37 % 101);
        net.layers[i] = (compress_layer_t){.name = text_copy(layer->name),
                                           .k = layer->k,
                                           .c = layer->c,
                                           .kh = layer->kh,
                                           .kw = layer->kw,
                                           .q = q,
                                           .scale = scale};
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

typedef struct {
    const char *method;
    int columns;
} method_request_t;

static outcome_t compress_work(const net_layers_t *net, int threads, const void *what)
{
    const method_request_t *request = what;
    const method_t *method;
    method_config_t config;
    stop_on(method_parse(request->method, &method, &config));
    config.columns = request->columns;
    config.beta = 0;
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

/* The same traffic as compression has: a byte read, three written to fresh memory. */
static outcome_t copy_work(const net_layers_t *net, int threads, const void *what)
{
    (void)threads, (void)what;
    uint8_t *copy = malloc((size_t)(3 * net->weights)), *to = copy;
    if (copy == NULL)
        return outcome_out_of_memory("copy");
    for (size_t i = 0; i < net->count; i++) {
        size_t size = (size_t)compress_layer_size(&net->layers[i]);
        for (size_t part = 0; part < 3; part++, to += size)
            memcpy(to, net->layers[i].q, size);
    }
    __asm__ volatile("" : : "r"(copy) : "memory"); /* the copy counts as used */
    free(copy);
    return outcome_ok();
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

/* `share`: of memcpy's rate on one core, which meets the limit too; 0: none. */
static void print_row(const char *what, const net_layers_t *net, work_t work, const void *argument, double limit,
                      double copy, double share)
{
    double one = best_of(work, net, 1, argument), two = best_of(work, net, CORES, argument);
    double scaled = limit * (double)net->weights / 25.5e6; /* the limits are for 25.5 M weights */
    printf("| %s | %.3f | %.3f | %.2f | %.0f | %.2f | %s |\n", what, one, two, one / two, (double)net->weights / two / 1e6,
           copy / one,
           limit > 0
               ? text_of("%.3f %s", scaled, two <= scaled || (share > 0 && copy / one >= share) ? "met" : "MISSED").chars
               : "");
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
    stop_on(int8_tensors_compressed(&plain, &network, compressed, set));
    stop_on(tensor_set_note(set, "method", "bbs-mod"));
    stop_on(tensor_set_note(set, "columns", "4"));
    stop_on(tensor_set_note(set, "group", "32"));
    release(compressed, network.count);
    int8_network_free(&network);
    tensor_set_free(&plain);
}

static void measure(const net_layers_t *net)
{
    printf("\n## %s: %zu layers, %.1f M weights\n\n"
           "| work | 1 core s | 2 cores s | 1 : 2 | M weights/s | of memcpy, 1 core | limit s, 2 cores "
           "|\n|---|---|---|---|---|---|---|\n",
           net->name, net->count, (double)net->weights / 1e6);
    double copy = best_of(copy_work, net, 1, NULL);
    print_row("zps N = 4, p = 6", net, compress_work, &(method_request_t){"zps", 4}, 0.1, copy, 0);
    print_row("ra N = 2", net, compress_work, &(method_request_t){"ra", 2}, 0.05, copy, 0.7);
    print_row("bitflip N = 3", net, compress_work, &(method_request_t){"bitflip", 3}, 0.05, copy, 0.7);
    print_row("stats, vector 8", net, stats_work, NULL, 0.2, copy, 0);
    tensor_set_t set;
    bytes_t file;
    pack_report_t report;
    make_set(net, &set);
    print_row("pack (bbs-mod)", net, pack_work, &set, 0.05, copy, 0);
    stop_on(pack_encode("bench", &set, CORES, &file, &report));
    print_row("unpack (bbs-mod)", net, unpack_work, &file, 0.05, copy, 0);
    file_free_bytes(&file);
    tensor_set_free(&set);
    printf("| memcpy (1 byte read, 3 written a weight, 1 core) | %.3f | | | %.0f | 1 | |\n", copy,
           (double)net->weights / copy / 1e6);
}

/* The searches alone, on one core. */
static void measure_searches(const net_layers_t *net)
{
    printf("\n## Search of zero-point shifting alone, 1 core\n\n| search | s for 25.5 M weights | limit s, 2 cores "
           "|\n|---|---|---|\n");
    const int8_t *q = net->layers[net->count - 1].q;
    const zps_rule_t rule = {.columns = 4, .first = -31, .last = 32, .least_mean = true};
    for (const zps_search_t *const *search = zps_searches; *search != NULL; search++) {
        double best = 1e30;
        int sum = 0;
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            double started = progress_clock();
            for (int call = 0; call < CALLS_AT_A_TIME; call++)
                sum += (*search)->search(&rule, q + 32 * call, 32);
            double took = progress_clock() - started;
            best = took < best ? took : best;
        }
        printf("| %s | %.3f | %s |\n", (*search)->name, best * 25.5e6 / (32.0 * CALLS_AT_A_TIME) + 0 * sum,
               search[1] == NULL ? "0.7" : "0.35");
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
    printf("# Speed of compression and of the accelerator models\n\n"
           "Compression: %s, %d cores, vector set %s. Best of %d; allocation and page faults included, files not. The "
           "limits are\n"
           "those of 25.5 M weights on two cores, in proportion to the weights; ra and bitflip may instead reach 0.7 of "
           "memcpy's rate\n"
           "of the same bytes on one core.\n",
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
    }
    free(net.layers);
    return 0;
}
