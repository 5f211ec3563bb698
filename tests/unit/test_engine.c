/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: Darknet with both kernel sets against PyTorch's logits (tests/oracle/resnet_fixture.py), against each other,
 * for any number of workers, with weights swapped in place; graphs that do not fit are refused before Darknet sees them. */
#include "engine/engine.h"

#include "base/threads.h"
#include "tensor/safetensors.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "engine_weights.h"

enum { SAMPLES = 4, CLASSES_LIMIT = 3072 };
static const double TOLERANCE = 1e-5; /* largest difference / largest logit, float32 against float32 */

/* ===  The networks of the fixtures  === */

static outcome_t block_layers(const net_size_t *size, net_table_t *table)
{
    const int64_t side = size->height;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "conv1", "bn1", 64, 3, 3, 1, 1, side, side)) ||
        outcome_bad(&result, net_add_conv(table, "block.conv1", "block.bn1", 128, 64, 3, 2, 1, side, side)) ||
        outcome_bad(&result, net_add_conv(table, "block.conv2", "block.bn2", 128, 128, 3, 1, 1, side / 2, side / 2)) ||
        outcome_bad(&result, net_add_conv(table, "block.downsample.0", "block.downsample.1", 128, 64, 1, 2, 0, side, side)))
        return result;
    return net_add_linear(table, "fc", 16, 128, 1, true);
}

static const net_size_t block_size = {
    .name = "full", .cfg = "tests/data/engine_block.cfg", .channels = 3, .height = 14, .width = 14, .classes = 16};
static const net_size_t *const block_sizes[] = {&block_size, NULL};
static const network_t block_network = {.name = "block", .sizes = block_sizes, .layers = block_layers};

/* A fixture: weights, inputs [SAMPLES, ...] and PyTorch's logits [SAMPLES, classes]. */
typedef struct {
    net_weights_t weights;
    tensor_set_t set;
    const float *inputs, *logits;
    int64_t input_size, classes;
    const float *layers[64];
} fixture_t;

static void open_fixture(fixture_t *fixture, const char *path)
{
    assert_ok(safetensors_load(path, "make oracle", &fixture->set));
    fixture->inputs = tensor_set_find(&fixture->set, "inputs")->data;
    fixture->logits = tensor_set_find(&fixture->set, "logits")->data;
    fixture->input_size = tensor_set_find(&fixture->set, "inputs")->count / SAMPLES;
    fixture->classes = tensor_set_find(&fixture->set, "logits")->count / SAMPLES;
    for (size_t i = 0; i < fixture->weights.table.count; i++)
        fixture->layers[i] = fixture->weights.layers[i].weights;
}

static void open_compact(fixture_t *fixture)
{
    const network_t *network;
    const net_size_t *size;
    assert_ok(net_find("resnet34", &network));
    assert_ok(net_find_size(network, "compact", &size));
    assert_ok(net_weights_load(network, size, NULL, &fixture->weights));
    open_fixture(fixture, "tests/data/engine_compact.safetensors");
}

static void open_block(fixture_t *fixture)
{
    tensor_set_t set;
    assert_ok(safetensors_load("tests/data/engine_block.safetensors", "make oracle", &set));
    assert_ok(net_weights_from(&block_network, &block_size, "block", &set, &fixture->weights));
    tensor_set_free(&set);
    open_fixture(fixture, "tests/data/engine_block.safetensors");
}

static void close_fixture(fixture_t *fixture)
{
    net_weights_free(&fixture->weights);
    tensor_set_free(&fixture->set);
}

static void predict(engine_t *engine, int worker, const fixture_t *fixture, float *logits)
{
    for (int64_t i = 0; i < SAMPLES; i++)
        assert_ok(engine_predict(engine, worker, fixture->inputs + i * fixture->input_size, logits + i * fixture->classes));
}

/* Relative error over all samples; the largest logit of each sample must be the same one. */
static double difference(const fixture_t *fixture, const float *logits, const float *reference)
{
    double largest = 0, error = 0;
    for (int64_t i = 0; i < SAMPLES; i++) {
        int64_t best = 0, wanted = 0;
        for (int64_t k = 0; k < fixture->classes; k++) {
            const float *have = logits + i * fixture->classes, *want = reference + i * fixture->classes;
            error = fmax(error, fabs((double)have[k] - (double)want[k]));
            largest = fmax(largest, fabs((double)want[k]));
            best = have[k] > have[best] ? k : best;
            wanted = want[k] > want[wanted] ? k : wanted;
        }
        assert_int_equal(best, wanted);
    }
    return error / largest;
}

static void agrees_with_pytorch(fixture_t *fixture, const char *kernels)
{
    engine_t *engine;
    float logits[SAMPLES * CLASSES_LIMIT];
    assert_ok(engine_open(&fixture->weights, kernels, 1, &engine));
    assert_ok(set_weights(engine, &fixture->weights, fixture->layers));
    predict(engine, 0, fixture, logits);
    double error = difference(fixture, logits, fixture->logits);
    print_message("# %s, %s kernels: relative error %.2g\n", fixture->weights.network->name, kernels, error);
    assert_true(error <= TOLERANCE);
    engine_close(engine);
}

static void both_kernel_sets_agree_with_pytorch(void **state)
{
    (void)state;
    fixture_t compact = {0}, block = {0};
    open_compact(&compact);
    open_block(&block);
    for (const char *const *kernels = cnn_kernels; *kernels != NULL; kernels++) {
        agrees_with_pytorch(&compact, *kernels);
        agrees_with_pytorch(&block, *kernels);
    }
    close_fixture(&compact);
    close_fixture(&block);
}

/* ===  Workers  === */

typedef struct {
    engine_t *engine;
    const fixture_t *fixture;
    float logits[64][CLASSES_LIMIT];
} crowd_t;

static void predict_one(void *context, int64_t index, int worker)
{
    crowd_t *crowd = context;
    outcome_t outcome = engine_predict(
        crowd->engine, worker, crowd->fixture->inputs + index % SAMPLES * crowd->fixture->input_size, crowd->logits[index]);
    if (!outcome_is_ok(&outcome))
        crowd->logits[index][0] = NAN;
}

static void any_number_of_workers_gives_the_same_bytes(void **state)
{
    (void)state;
    fixture_t fixture = {0};
    open_compact(&fixture);
    for (const char *const *kernels = cnn_kernels; *kernels != NULL; kernels++) {
        crowd_t one = {.fixture = &fixture}, three = {.fixture = &fixture};
        assert_ok(engine_open(&fixture.weights, *kernels, 1, &one.engine));
        assert_ok(engine_open(&fixture.weights, *kernels, 3, &three.engine));
        assert_ok(set_weights(one.engine, &fixture.weights, fixture.layers));
        assert_ok(set_weights(three.engine, &fixture.weights, fixture.layers));
        assert_ok(threads_for(1, 12, predict_one, &one));
        assert_ok(threads_for(3, 12, predict_one, &three));
        for (int i = 0; i < 12; i++)
            assert_memory_equal(one.logits[i], three.logits[i], 10 * sizeof(float));
        engine_close(one.engine);
        engine_close(three.engine);
    }
    close_fixture(&fixture);
}

/* A large layer comes in parts of ENGINE_ROWS outputs; Winograd's layout has no parts, so its kernel set waits for all. */
static void weights_may_come_in_parts(void **state)
{
    (void)state;
    fixture_t fixture = {0};
    open_block(&fixture); /* its second 3x3 convolution has 128 outputs */
    const size_t bytes = (size_t)(SAMPLES * fixture.classes) * sizeof(float);
    float *whole = malloc(bytes), *parts = malloc(bytes);
    assert_true(whole != NULL && parts != NULL);
    for (const char *const *kernels = cnn_kernels; *kernels != NULL; kernels++) {
        engine_t *engine;
        assert_ok(engine_open(&fixture.weights, *kernels, 1, &engine));
        assert_ok(set_weights(engine, &fixture.weights, fixture.layers));
        predict(engine, 0, &fixture, whole);
        for (size_t i = 0; i < fixture.weights.table.count; i++) {
            const net_layer_t *layer = &fixture.weights.table.items[i];
            const int64_t row = net_layer_weights(layer) / layer->k;
            float *zeros = calloc((size_t)net_layer_weights(layer), sizeof *zeros);
            assert_non_null(zeros);
            assert_ok(engine_set_rows(engine, i, 0, layer->k, zeros)); /* nothing of the weights is left */
            free(zeros);
            for (int64_t first = 0; first < layer->k; first += ENGINE_ROWS)
                assert_ok(engine_set_rows(engine, i, first, layer->k - first < ENGINE_ROWS ? layer->k - first : ENGINE_ROWS,
                                          fixture.layers[i] + first * row));
        }
        predict(engine, 0, &fixture, parts);
        assert_memory_equal(whole, parts, bytes);
        engine_close(engine);
    }
    free(whole);
    free(parts);
    close_fixture(&fixture);
}

static void weights_are_swapped_in_place(void **state)
{
    (void)state;
    fixture_t fixture = {0};
    open_block(&fixture);
    for (const char *const *kernels = cnn_kernels; *kernels != NULL; kernels++) {
        engine_t *engine;
        float before[SAMPLES * CLASSES_LIMIT], zero[SAMPLES * CLASSES_LIMIT], after[SAMPLES * CLASSES_LIMIT];
        const float *layers[8];
        float *zeros = calloc(16 * 128, sizeof *zeros);
        memcpy(layers, fixture.layers, sizeof layers);
        assert_ok(engine_open(&fixture.weights, *kernels, 2, &engine));
        assert_ok(set_weights(engine, &fixture.weights, layers));
        predict(engine, 1, &fixture, before);
        layers[4] = zeros; /* fc: nothing but its bias is left */
        assert_ok(set_weights(engine, &fixture.weights, layers));
        predict(engine, 1, &fixture, zero);
        for (int i = 0; i < SAMPLES * 16; i++)
            assert_true(zero[i] == fixture.weights.layers[4].bias[i % 16]);
        assert_ok(set_weights(engine, &fixture.weights, fixture.layers));
        predict(engine, 1, &fixture, after);
        assert_memory_equal(before, after, SAMPLES * 16 * sizeof(float));
        engine_close(engine);
        free(zeros);
    }
    close_fixture(&fixture);
}

static void denormals_survive_the_library(void **state)
{
    (void)state;
    fixture_t fixture = {0};
    engine_t *engine;
    open_block(&fixture);
    assert_ok(engine_open(&fixture.weights, "fast", 1, &engine));
    volatile float tiny = 1.17549435e-38F;
    assert_true(tiny / 2 > 0);
    engine_close(engine);
    close_fixture(&fixture);
}

/* ===  Graphs that do not fit  === */

static void refused_cfg(const char *text, fault_t fault, const char *reason)
{
    char path[] = "/tmp/bbs-test-engine-XXXXXX";
    net_size_t size = block_size;
    net_weights_t weights = {.network = &block_network, .size = &size};
    engine_t *engine;
    FILE *stream = fdopen(mkstemp(path), "w");
    fputs(text, stream);
    fclose(stream);
    text_t climb = text_of("../../../../../../../../../../../..%s", path); /* cfg paths are relative to the project */
    size.cfg = climb.chars;
    assert_ok(net_layers(&block_network, &size, &weights.table));
    assert_error(engine_open(&weights, "fast", 1, &engine), fault, reason);
    assert_null(engine);
    net_table_free(&weights.table);
    remove(path);
}

static void graphs_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    fixture_t fixture = {0};
    engine_t *engine;
    net_size_t size = block_size;
    refused_cfg("", FAULT_FAILED, "no section");
    refused_cfg("[convolutional]\n", FAULT_FAILED, "line 1: found [convolutional], expected [net] first");
    refused_cfg("# x\n[net]\nbatch=1\n[yolo]\n", FAULT_FAILED, "line 4: found [yolo]");
    refused_cfg("[net]\nnonsense\n", FAULT_FAILED, "line 2: found nonsense, expected key=value");
    refused_cfg(
        "[net]\nbatch=1\nheight=14\nwidth=14\nchannels=3\n[convolutional]\nfilters=32\nsize=3\npad=1\nactivation=relu\n",
        FAULT_FAILED, "layer 0: found 32 filters of 3 x 3 x 3, expected conv1 of the layer table");
    refused_cfg("[net]\nbatch=1\nheight=14\nwidth=14\nchannels=3\n[avgpool]\n", FAULT_FAILED,
                "found 0 with weights, expected 5");
    open_block(&fixture);
    assert_error(engine_open(&fixture.weights, "quick", 1, &engine), FAULT_USAGE, "fast, winograd, stock");
    size.cfg = "tests/data/none.cfg";
    fixture.weights.size = &size;
    assert_error(engine_open(&fixture.weights, "fast", 1, &engine), FAULT_MISSING, "no such file");
    size.cfg = NULL;
    assert_error(engine_open(&fixture.weights, "fast", 1, &engine), FAULT_MISSING, "expected a Darknet cfg or a program");
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kernel_sets_agree_with_pytorch), cmocka_unit_test(any_number_of_workers_gives_the_same_bytes),
        cmocka_unit_test(weights_may_come_in_parts),           cmocka_unit_test(weights_are_swapped_in_place),
        cmocka_unit_test(denormals_survive_the_library),       cmocka_unit_test(graphs_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
