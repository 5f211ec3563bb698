/* SPDX-License-Identifier: GPL-3.0-or-later */
/* weights/: an INT8 network is the same however it came, and so is what every method makes of it: for the engine
 * (int8_network_from, variant_apply), for the accelerator models (int8_network_load, compressed_values) and for the
 * commands on tensor files (int8_tensors_open, compress_network). Loops over the registries of networks and methods. */
#include "weights/int8_network.h"

#include "base/home.h"
#include "compress/quantize.h"
#include "measure/variant.h"
#include "nets/names.h"
#include "tensor/checkpoint.h"
#include "weights/density.h"
#include "weights/int8_tensors.h"
#include "weights/substitute.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compressed_values.h"
#include "testing.h"

enum { THREADS = 2 };

static const net_size_t *shipped_size(const network_t *network)
{
    for (const net_size_t *const *size = network->sizes; *size != NULL; size++)
        if ((*size)->weights != NULL)
            return *size;
    return NULL;
}

/* The layer called NAME.weight; INT8 networks of a tensor file have the tensors' names. */
static size_t find_layer(const int8_network_t *network, const char *name)
{
    for (size_t i = 0; i < network->count; i++)
        if (text_equal(network->layers[i].name, text_of("%s.weight", name).chars))
            return i;
    fail_msg("no layer %s.weight", name);
    return 0;
}

static void assert_same_layer(const compress_layer_t *a, const compress_layer_t *b)
{
    assert_true(a->k == b->k && a->c == b->c && a->kh == b->kh && a->kw == b->kw);
    assert_memory_equal(a->q, b->q, (size_t)compress_layer_size(a));
    assert_memory_equal(a->scale, b->scale, (size_t)a->k * sizeof *a->scale);
}

/* The three roads of one network, open together. */
typedef struct {
    net_weights_t weights;
    tensor_set_t set;
    int8_network_t engine, model, file;
} roads_t;

static void open_roads(const network_t *network, const net_size_t *size, roads_t *roads)
{
    text_t path;
    *roads = (roads_t){0};
    assert_ok(home_path(size->weights, &path));
    assert_ok(net_weights_load(network, size, NULL, &roads->weights));
    assert_ok(int8_network_from(&roads->weights, false, THREADS, &roads->engine));
    assert_ok(int8_network_load(network, size, NULL, false, 1, &roads->model));
    assert_ok(tensor_set_load(path.chars, NULL, &roads->set));
    assert_ok(net_names_settle(network, path.chars, &roads->set));
    assert_ok(int8_tensors_open(&roads->set, path.chars, true, THREADS, &roads->file));
}

static void close_roads(roads_t *roads)
{
    int8_network_free(&roads->engine);
    int8_network_free(&roads->model);
    int8_network_free(&roads->file);
    tensor_set_free(&roads->set);
    net_weights_free(&roads->weights);
}

static void all_roads_give_the_same_layers(void **state)
{
    (void)state;
    size_t tried = 0;
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const net_size_t *size = shipped_size(*network);
        roads_t roads;
        if (size == NULL)
            continue;
        tried++;
        open_roads(*network, size, &roads);
        assert_int_equal(roads.engine.count, roads.weights.table.count);
        assert_int_equal(roads.model.count, roads.engine.count);
        assert_string_equal(roads.engine.source.chars, strrchr(size->weights, '/') + 1);
        assert_string_equal(roads.model.source.chars, roads.engine.source.chars);
        assert_string_equal(roads.file.source.chars, roads.engine.source.chars);
        for (size_t i = 0; i < roads.engine.count; i++) {
            const compress_layer_t *layer = &roads.engine.layers[i], *model = &roads.model.layers[i];
            const compress_layer_t *file = &roads.file.layers[find_layer(&roads.file, layer->name)];
            assert_string_equal(layer->name, model->name);
            assert_same_layer(layer, model);
            assert_same_layer(layer, file);
            assert_ptr_equal(layer->weights, roads.weights.layers[i].weights);
            assert_null(model->weights);
            assert_memory_equal(layer->weights, file->weights, (size_t)compress_layer_size(layer) * sizeof(float));
            assert_int_equal(layer->whole, roads.weights.table.items[i].reads_image);
            assert_int_equal(layer->whole, model->whole);
        }
        close_roads(&roads);
    }
    assert_true(tried > 0);
}

static void no_layer_is_whole_when_the_first_is_pruned(void **state)
{
    (void)state;
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const net_size_t *size = net_default_size(*network);
        int8_network_t loaded = {0}, drawn;
        assert_ok(substitute_draw(*network, size, true, SUBSTITUTE_SEED, THREADS, &drawn));
        if (size->weights != NULL)
            assert_ok(int8_network_load(*network, size, NULL, true, THREADS, &loaded));
        for (size_t i = 0; i < drawn.count; i++)
            assert_false(drawn.layers[i].whole);
        for (size_t i = 0; i < loaded.count; i++)
            assert_false(loaded.layers[i].whole);
        int8_network_free(&drawn);
        int8_network_free(&loaded);
    }
}

/* The file's layers in the order of the table, so that Algorithm 2 meets equal scores in the same order. */
static compress_layer_t *in_table_order(const roads_t *roads)
{
    compress_layer_t *layers = calloc(roads->engine.count, sizeof *layers);
    assert_non_null(layers);
    for (size_t i = 0; i < roads->engine.count; i++) {
        layers[i] = roads->file.layers[find_layer(&roads->file, roads->engine.layers[i].name)];
        layers[i].whole = roads->engine.layers[i].whole;
    }
    return layers;
}

static void assert_same_compressed(const compress_layer_t *layer, const compressed_t *a, const compressed_t *b)
{
    const size_t size = (size_t)compress_layer_size(layer);
    assert_int_equal(a->value_bits, b->value_bits);
    assert_int_equal(a->meta_bits, b->meta_bits);
    assert_int_equal(a->sensitive, b->sensitive);
    assert_true((a->values == NULL) == (b->values == NULL) && (a->floats == NULL) == (b->floats == NULL));
    if (a->values != NULL)
        assert_memory_equal(a->values, b->values, size * sizeof *a->values);
    if (a->floats != NULL)
        assert_memory_equal(a->floats, b->floats, size * sizeof *a->floats);
    if (a->scale != NULL)
        assert_memory_equal(a->scale, b->scale, (size_t)layer->k * sizeof *a->scale);
}

/* Whether all values of a layer are 8-bit integers. */
static bool on_the_grid(const compress_layer_t *layer, const compressed_t *compressed)
{
    bool fits = compressed->values != NULL;
    for (int64_t i = 0; i < compress_layer_size(layer) && fits; i++)
        fits = compressed->values[i] >= -128 && compressed->values[i] <= 127;
    return fits;
}

/* The models' values are those of compress_network(), or the method is refused: by the first layer that leaves the grid,
 * or for want of floats. */
static void check_model_road(const method_t *method, const int8_network_t *model, const compressed_t *compressed)
{
    int8_t *values = malloc((size_t)int8_network_weights(model)), *at = values;
    bool fits = true;
    assert_non_null(values);
    outcome_t outcome = compressed_values(method, &method->defaults, model->layers, model->count, 3, values);
    for (size_t i = 0; i < model->count; i++)
        fits = fits && on_the_grid(&model->layers[i], &compressed[i]);
    if (method->input == METHOD_FLOAT || !fits) {
        assert_error(outcome, FAULT_FAILED, text_of("method %s", method->name).chars);
    } else {
        assert_ok(outcome);
        for (size_t i = 0; i < model->count; i++)
            for (int64_t j = 0; j < compress_layer_size(&model->layers[i]); j++)
                assert_int_equal(*at++, compressed[i].values[j]);
    }
    free(values);
}

static void check_method(const method_t *method, const roads_t *roads, const compress_layer_t *file)
{
    const size_t count = roads->engine.count;
    compressed_t *engine = calloc(count, sizeof *engine), *other = calloc(count, sizeof *other);
    compress_size_t bits;
    assert_true(engine != NULL && other != NULL);
    assert_ok(compress_network(method, &method->defaults, roads->engine.layers, count, THREADS, engine));
    assert_ok(compress_network(method, &method->defaults, file, count, 1, other));
    for (size_t i = 0; i < count; i++)
        assert_same_compressed(&file[i], &engine[i], &other[i]);
    assert_ok(variant_apply(&roads->engine, method->name, THREADS, NULL, &bits, NULL));
    compress_size_t wanted = compress_total(file, other, count);
    assert_memory_equal(&bits, &wanted, sizeof bits);
    check_model_road(method, &roads->model, other);
    for (size_t i = 0; i < count; i++) {
        compressed_free(&engine[i]);
        compressed_free(&other[i]);
    }
    free(engine);
    free(other);
}

static void all_roads_give_the_same_values_and_bits(void **state)
{
    (void)state;
    const network_t *network;
    roads_t roads;
    assert_ok(net_find("resnet50", &network)); /* the smallest file, with kernels of 1 and 3 */
    open_roads(network, shipped_size(network), &roads);
    compress_layer_t *file = in_table_order(&roads);
    for (const method_t *const *method = method_registry; *method != NULL; method++)
        check_method(*method, &roads, file);
    free(file);
    close_roads(&roads);
}

/* ===  Drawn  === */

static void drawn_networks_are_always_the_same(void **state)
{
    (void)state;
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const net_size_t *size = net_default_size(*network);
        int8_network_t one, three;
        net_table_t table;
        assert_ok(net_layers(*network, size, &table));
        assert_ok(substitute_draw(*network, size, false, SUBSTITUTE_SEED, 1, &one));
        assert_ok(substitute_draw(*network, size, false, SUBSTITUTE_SEED, 3, &three));
        assert_true(one.synthetic && one.lender == NULL && one.floats == NULL);
        assert_true(text_starts(one.source.chars, "synthetic:"));
        assert_string_equal(one.source.chars, three.source.chars);
        assert_int_equal(one.count, table.count);
        for (size_t i = 0; i < one.count; i++) {
            assert_string_equal(one.layers[i].name, table.items[i].name);
            assert_int_equal(compress_layer_size(&one.layers[i]), net_layer_weights(&table.items[i]));
            assert_int_equal(one.layers[i].whole, table.items[i].reads_image);
            assert_same_layer(&one.layers[i], &three.layers[i]);
        }
        int8_network_free(&one);
        int8_network_free(&three);
        net_table_free(&table);
    }
}

static int by_size(const void *a, const void *b)
{
    const float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

/* Another seed gives other values and the same scales in another order (they are the quantiles of the portrait), and is
 * named. */
static void another_seed_is_another_draw(void **state)
{
    (void)state;
    const network_t *network = net_registry[1];
    const net_size_t *size = net_default_size(network);
    int8_network_t first, second, again;
    assert_ok(substitute_draw(network, size, false, SUBSTITUTE_SEED, 2, &first));
    assert_ok(substitute_draw(network, size, false, SUBSTITUTE_SEED + 1, 2, &second));
    assert_ok(substitute_draw(network, size, false, SUBSTITUTE_SEED + 1, 1, &again));
    assert_null(strstr(first.source.chars, "seed"));
    assert_string_equal(second.source.chars, text_of("%s seed 2", first.source.chars).chars);
    for (size_t i = 0; i < first.count; i++) {
        const compress_layer_t *one = &first.layers[i], *two = &second.layers[i];
        assert_same_layer(two, &again.layers[i]);
        assert_memory_not_equal(one->q, two->q, (size_t)compress_layer_size(one));
        assert_memory_not_equal(one->scale, two->scale, (size_t)one->k * sizeof *one->scale);
        float *a = int8_network_scales(&first, i), *b = int8_network_scales(&second, i);
        qsort(a, (size_t)one->k, sizeof *a, by_size);
        qsort(b, (size_t)one->k, sizeof *b, by_size);
        assert_memory_equal(a, b, (size_t)one->k * sizeof *a);
    }
    int8_network_free(&first);
    int8_network_free(&second);
    int8_network_free(&again);
}

/* A family without a line of its own would be drawn and assumed as a user's network: in silence, and wrongly. */
static void every_family_has_its_own_assumptions(void **state)
{
    (void)state;
    const char *const *others = substitute_files("no such family");
    assert_null(density_assumed("no such family")->family);
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const density_t *density = density_assumed((*network)->family);
        assert_non_null(density->family);
        assert_true(density->density > 0 && density->density <= 1 && density->source[0] != '\0');
        assert_ptr_not_equal(substitute_files((*network)->family), others);
    }
}

/* ===  Tensor files  === */

static float *add_floats(tensor_set_t *set, const char *name, int rank, const int64_t *shape)
{
    tensor_t *tensor;
    assert_ok(tensor_set_reserve(set, name, TENSOR_F32, rank, shape, &tensor));
    for (int64_t i = 0; i < tensor->count; i++)
        ((float *)tensor->data)[i] = (float)((i * 37) % 101 - 50) / 16.0f;
    return tensor->data;
}

/* INT8 tensors stay the set's; floats around them are quantised each into its own place, and kept when asked for. */
static void int8_and_float_tensors_mix(void **state)
{
    (void)state;
    tensor_set_t set = {0};
    tensor_t *tensor;
    int8_network_t network;
    int8_t q[24];
    float scale[6];
    add_floats(&set, "a.weight", 4, (const int64_t[]){4, 3, 2, 2});
    assert_ok(tensor_set_reserve(&set, "b.weight", TENSOR_I8, 2, (const int64_t[]){2, 5}, &tensor));
    memset(tensor->data, 1, 10);
    add_floats(&set, "word_embeddings.weight", 2, (const int64_t[]){7, 2});
    float *scales = add_floats(&set, "b.weight.scale", 1, (const int64_t[]){2});
    scales[0] = scales[1] = 0.5f;
    float *last = add_floats(&set, "c.weight", 3, (const int64_t[]){6, 2, 2});
    for (int keep = 0; keep <= 1; keep++) {
        assert_ok(int8_tensors_open(&set, "folder/mix.safetensors", keep, 2, &network));
        assert_int_equal(network.count, 3);
        assert_string_equal(network.source.chars, "mix.safetensors");
        const size_t places[] = {0, 1, 4};
        assert_memory_equal(network.places, places, sizeof places);
        assert_int_equal(network.layers[2].kw, 2);
        assert_ptr_equal(network.layers[1].q, set.items[1].data);
        assert_ptr_equal(network.layers[1].scale, set.items[3].data);
        assert_null(network.layers[1].weights);
        quantize_channels(last, 6, 4, 1, q, scale);
        assert_memory_equal(network.layers[2].q, q, sizeof q);
        assert_memory_equal(network.layers[2].scale, scale, sizeof scale);
        assert_true((network.layers[2].weights != NULL) == (keep == 1));
        if (keep)
            assert_ptr_equal(network.layers[2].weights, last); /* F32 is not copied */
        assert_ok(int8_network_keep(&network, "mix", "c.weight"));
        assert_true(network.layers[2].whole && !network.layers[0].whole);
        assert_error(int8_network_keep(&network, "mix", "d.weight"), FAULT_FAILED, "first layer d.weight");
        int8_network_free(&network);
    }
    last[23] = (float)INFINITY;
    assert_error(int8_tensors_open(&set, "mix", true, 2, &network), FAULT_FAILED, "c.weight");
    assert_null(network.layers);
    scales = set.items[3].data;
    scales[1] = 0;
    assert_error(int8_tensors_open(&set, "mix", true, 2, &network), FAULT_FAILED, "a positive scale");
    tensor_set_free(&set);
}

/* Which layer stays at 8 bits follows from shapes, not from the order of a file, which may be alphabetical: the convolution
 * on a picture. A matrix of 3 inputs is none, nor is a depthwise kernel where there is a convolution of 3 channels. */
static void the_layer_that_reads_the_image_stays_whole(void **state)
{
    (void)state;
    static const struct {
        int64_t shapes[3][4];
        int kept; /* -1: none */
    } cases[] = {
        {{{8, 8, 3, 3}, {8, 3, 3, 3}, {10, 8, 1, 1}}, 1},    /* not the first of the file */
        {{{8, 1, 3, 3}, {8, 3, 3, 3}, {16, 3, 3, 3}}, 1},    /* after a depthwise kernel; the first of two */
        {{{8, 1, 5, 5}, {16, 8, 3, 3}, {10, 16, 1, 1}}, 0},  /* grey pictures */
        {{{8, 3, 1, 1}, {16, 8, 1, 1}, {10, 16, 1, 1}}, -1}, /* matrices alone */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        compress_layer_t shapes[3];
        int8_network_t network;
        for (int j = 0; j < 3; j++) {
            const int64_t *shape = cases[i].shapes[j];
            shapes[j] = (compress_layer_t){.name = "x", .k = shape[0], .c = shape[1], .kh = shape[2], .kw = shape[3]};
        }
        assert_ok(int8_network_reserve(shapes, 3, &network));
        int8_network_keep_image(&network);
        for (int j = 0; j < 3; j++)
            assert_int_equal(network.layers[j].whole, j == cases[i].kept);
        int8_network_free(&network);
    }
}

/* The layers of a table, as a file of its tensors shows them. */
static void make_file_network(const net_table_t *table, bool prune_first, int8_network_t *network)
{
    compress_layer_t *shapes = calloc(table->count, sizeof *shapes);
    assert_non_null(shapes);
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        shapes[i] = (compress_layer_t){.name = layer->name, .k = layer->k, .c = layer->c, .kh = layer->kh, .kw = layer->kw};
    }
    assert_ok(int8_network_reserve(shapes, table->count, network));
    int8_network_keep_depthwise(network);
    if (!prune_first)
        int8_network_keep_image(network);
    free(shapes);
}

/* So a compressed file has what its method gives on the fly: MobileNetV2's 17 depthwise layers among others. */
static void a_file_keeps_the_layers_that_the_table_keeps(void **state)
{
    (void)state;
    const network_t *network;
    size_t most = 0;
    for (size_t n = 0; (network = registry_at(&net_names, n)) != NULL; n++)
        for (const net_size_t *const *size = network->sizes; *size != NULL; size++)
            for (int prune_first = 0; prune_first < 2; prune_first++) {
                net_table_t table;
                int8_network_t by_table, by_file;
                size_t kept = 0;
                assert_ok(net_layers(network, *size, &table));
                assert_ok(int8_network_reserve_table(&table, prune_first, NULL, &by_table));
                make_file_network(&table, prune_first, &by_file);
                for (size_t i = 0; i < table.count; i++) {
                    assert_int_equal(by_table.layers[i].whole, by_file.layers[i].whole);
                    assert_true(by_table.layers[i].whole || table.items[i].groups <= 1);
                    kept += by_table.layers[i].whole;
                }
                most = prune_first && kept > most ? kept : most;
                int8_network_free(&by_table);
                int8_network_free(&by_file);
                net_table_free(&table);
            }
    assert_int_equal(most, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_keeps_the_layers_that_the_table_keeps),
        cmocka_unit_test(all_roads_give_the_same_layers),
        cmocka_unit_test(no_layer_is_whole_when_the_first_is_pruned),
        cmocka_unit_test(all_roads_give_the_same_values_and_bits),
        cmocka_unit_test(drawn_networks_are_always_the_same),
        cmocka_unit_test(another_seed_is_another_draw),
        cmocka_unit_test(every_family_has_its_own_assumptions),
        cmocka_unit_test(int8_and_float_tensors_mix),
        cmocka_unit_test(the_layer_that_reads_the_image_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
