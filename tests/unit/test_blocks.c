/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/blocks: a model that runs one block after the other says what the same model says as a whole, bit for bit;
 * every method of the registry runs on it, with embedding and head as they are, at 8 bits and compressed; bits are those
 * counted by hand; floats that stay in a mapped file are those that are read. */
#include "measure/blocks.h"

#include "compress/quantize.h"
#include "compress/method.h"
#include "engine/engine.h"
#include "nets/llama.h"
#include "tensor/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

enum { WORDS = 64, TOKENS = 32, WINDOWS = 3 };

static const char gqa[] = "tests/data/llama_gqa.safetensors", tied[] = "tests/data/llama_tied.safetensors";

typedef struct {
    net_made_t made;
    net_weights_t weights;
    int32_t text[TOKENS];
    int64_t tokens;
    float wanted[TOKENS * WORDS]; /* PyTorch's */
    float logits[WINDOWS][TOKENS * WORDS];
    int64_t read[WINDOWS];
} model_t;

static void open_model(const char *path, bool mapped, model_t *model)
{
    const net_hints_t hints = {
        .heads = 6, .tokens = TOKENS, .rotary = {.theta = 500000, .factor = 8, .low = 1, .high = 4, .original = 16}};
    const net_hints_t plain = {.heads = 4, .tokens = TOKENS};
    tensor_set_t set;
    *model = (model_t){.tokens = 0};
    assert_ok(mapped ? safetensors_map(path, "make oracle", &set) : safetensors_load(path, "make oracle", &set));
    const tensor_t *text = tensor_set_find(&set, "text"), *logits = tensor_set_find(&set, "logits");
    model->tokens = text->count;
    for (int64_t i = 0; i < text->count; i++)
        model->text[i] = (int32_t)((const float *)text->data)[i];
    memcpy(model->wanted, logits->data, (size_t)logits->count * sizeof(float));
    assert_ok(net_recognise(path, &set, path == gqa ? &hints : &plain, &model->made));
    assert_ok(net_weights_defer(&model->made.network, &model->made.size, path, &set, &model->weights));
    assert_int_equal(set.count, 0); /* taken over */
}

/* Window w is the text without its last w tokens. */
static int64_t fill(void *context, int64_t window, int32_t *numbers)
{
    const model_t *model = context;
    memcpy(numbers, model->text, (size_t)(model->tokens - window) * sizeof *numbers);
    return model->tokens - window;
}

static void take(void *context, int64_t window, int64_t row, int64_t rows, const float *logits)
{
    model_t *model = context;
    const int64_t words = model->made.size.classes;
    assert_int_equal(row, model->read[window]);
    memcpy(model->logits[window] + row * words, logits, (size_t)(rows * words) * sizeof *logits);
    model->read[window] += rows;
}

static blocks_config_t config_of(model_t *model, blocks_matrix_t matrix, int threads)
{
    return (blocks_config_t){.kernels = "fast",
                             .embedding = matrix,
                             .head = matrix,
                             .threads = threads,
                             .fill = fill,
                             .read = take,
                             .context = model};
}

static void run(model_t *model, const blocks_config_t *config, const char *spec, compress_size_t *bits)
{
    blocks_t *blocks;
    assert_ok(blocks_open(&model->weights, config, &blocks));
    memset(model->read, 0, sizeof model->read);
    assert_ok(blocks_run(blocks, spec, spec, 1, WINDOWS - 1, bits)); /* in two passes */
    assert_ok(blocks_run(blocks, spec, spec, 0, 1, bits));
    blocks_close(blocks);
    for (int64_t window = 0; window < WINDOWS; window++) {
        assert_int_equal(model->read[window], model->tokens - window);
        for (int64_t i = 0; i < model->read[window] * model->made.size.classes; i++)
            assert_true(isfinite(model->logits[window][i]));
    }
}

static double distance(const model_t *model, const float *wanted)
{
    double error = 0, largest = 0;
    for (int64_t i = 0; i < model->tokens * model->made.size.classes; i++) {
        error = fmax(error, fabs((double)model->logits[0][i] - (double)wanted[i]));
        largest = fmax(largest, fabs((double)wanted[i]));
    }
    return error / largest;
}

/* ===  Tests  === */

static void floats_are_those_of_pytorch_mapped_or_read(void **state)
{
    (void)state;
    static model_t model, again;
    compress_size_t bits;
    for (int i = 0; i < 2; i++) {
        const char *path = i == 0 ? gqa : tied;
        open_model(path, true, &model);
        blocks_config_t config = config_of(&model, BLOCKS_FLOAT, 2);
        run(&model, &config, "fp32", &bits);
        assert_true(distance(&model, model.wanted) <= 1e-5);
        assert_true(bits.value_bits == 32 * bits.weights);
        open_model(path, false, &again);
        config = config_of(&again, BLOCKS_METHOD, 1); /* fp32 leaves the matrices as they are too */
        run(&again, &config, "fp32", &bits);
        assert_memory_equal(again.logits, model.logits, sizeof model.logits);
        net_weights_free(&model.weights);
        net_weights_free(&again.weights);
    }
}

static void compare_rows(void *context, int worker, int64_t row, int64_t rows, const float *logits)
{
    const model_t *model = context;
    const int64_t words = model->made.size.classes;
    assert_int_equal(worker, 0);
    assert_memory_equal(logits, model->logits[0] + row * words, (size_t)(rows * words) * sizeof *logits);
}

/* The whole network in one engine, with INT8 weights and float or 8-bit activations. */
static void compare_with_whole(model_t *model, bool integers)
{
    net_weights_t whole;
    tensor_set_t set;
    engine_t *engine;
    float input[TOKENS], last[WORDS];
    assert_ok(safetensors_load(model->weights.path.chars, "make oracle", &set));
    net_made_t made;
    const net_hints_t hints = {
        .heads = 6, .tokens = TOKENS, .rotary = {.theta = 500000, .factor = 8, .low = 1, .high = 4, .original = 16}};
    assert_ok(net_recognise("model", &set, &hints, &made));
    assert_ok(net_weights_from(&made.network, &made.size, "model", &set, &whole));
    assert_ok(integers ? engine_open_integers(&whole, "fast", NULL, 1, &engine) : engine_open(&whole, "fast", 1, &engine));
    for (size_t i = 0; i < whole.table.count; i++) {
        enum { MOST = 128 * 128 };
        const net_layer_t *layer = &whole.table.items[i];
        int8_t q[MOST];
        int16_t values[MOST];
        float scale[MOST], floats[MOST];
        assert_true(layer->k * layer->c <= MOST);
        quantize_channels(whole.layers[i].weights, layer->k, layer->c, 1, q, scale);
        for (int64_t at = 0; at < layer->k * layer->c; at++) {
            values[at] = q[at];
            floats[at] = (float)q[at] * scale[at / layer->c];
        }
        assert_ok(integers ? engine_set_integers(engine, i, 0, layer->k, values, scale)
                           : engine_set_rows(engine, i, 0, layer->k, floats));
    }
    for (int64_t i = 0; i < TOKENS; i++)
        input[i] = i < model->tokens ? (float)model->text[i] : -1;
    assert_ok(engine_read(engine, compare_rows, model));
    assert_ok(engine_predict(engine, 0, input, last));
    engine_close(engine);
    net_weights_free(&whole);
    tensor_set_free(&set);
}

static void blocks_say_what_the_whole_says(void **state)
{
    (void)state;
    static model_t model;
    compress_size_t bits;
    open_model(gqa, true, &model);
    for (int integers = 0; integers < 2; integers++) {
        blocks_config_t config = config_of(&model, BLOCKS_FLOAT, 3);
        config.integers = integers == 1;
        run(&model, &config, "int8", &bits);
        compare_with_whole(&model, integers == 1);
    }
    net_weights_free(&model.weights);
}

/* The methods of the registry, none with sensitive channels. */
static text_t spec_of(const method_t *method)
{
    return text_of("%s%s", method->name, method->selects ? ":beta=0" : "");
}

/* Weights of the two models: seven matrices of each block; the words. */
static void every_method_runs_and_counts(void **state)
{
    (void)state;
    const int64_t of_blocks[] = {2 * (2 * 48 * 48 + 2 * 16 * 48 + 3 * 72 * 48),
                                 3 * (2 * 32 * 32 + 2 * 8 * 32 + 3 * 50 * 32)},
                  of_words[] = {2 * 53 * 48 /* two matrices */, 41 * 32};
    static model_t model;
    for (int m = 0; m < 2; m++) {
        open_model(m == 0 ? gqa : tied, true, &model);
        for (const method_t *const *method = method_registry; *method != NULL; method++)
            for (blocks_matrix_t matrix = BLOCKS_FLOAT; matrix <= BLOCKS_METHOD; matrix++) {
                const text_t spec = spec_of(*method);
                const blocks_config_t config = config_of(&model, matrix, 2);
                compress_size_t bits;
                run(&model, &config, spec.chars, &bits);
                assert_int_equal(bits.weights, of_blocks[m] + (matrix != BLOCKS_FLOAT ? of_words[m] : 0));
                const double moved = distance(&model, model.wanted);
                print_message("# %s: %s, matrices %s: %.3f bits, logits moved by %.2g\n", m == 0 ? "gqa" : "tied",
                              spec.chars, blocks_matrix_names[matrix], compress_bits_per_weight(&bits, true), moved);
                assert_true(moved < 1);
                assert_true((*method)->everywhere ? moved <= 1e-5 : moved > 1e-4);
            }
        net_weights_free(&model.weights);
    }
}

/* 8 bits for the matrix of 41 x 32 words and 4 for the blocks: worked out by hand. */
static void a_matrix_at_8_bits_is_counted_as_such(void **state)
{
    (void)state;
    static model_t model;
    compress_size_t bits;
    open_model(tied, true, &model);
    const int64_t blocks = 3 * (2 * 32 * 32 + 2 * 8 * 32 + 3 * 50 * 32), words = 41 * 32;
    blocks_config_t config = config_of(&model, BLOCKS_INT8, 1);
    run(&model, &config, "ra:columns=4:beta=0", &bits);
    assert_int_equal(bits.value_bits, 4 * blocks + 8 * words);
    assert_int_equal(bits.whole_layers, 1);
    config = config_of(&model, BLOCKS_METHOD, 1);
    run(&model, &config, "ra:columns=4:beta=0", &bits);
    assert_int_equal(bits.value_bits, 4 * (blocks + words));
    net_weights_free(&model.weights);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static model_t model;
    blocks_t *blocks;
    compress_size_t bits;
    open_model(tied, true, &model);
    blocks_config_t config = config_of(&model, BLOCKS_FLOAT, 1);
    config.head = BLOCKS_INT8;
    assert_error(blocks_open(&model.weights, &config, &blocks), FAULT_USAGE, "the head of this model is its embedding");
    config = config_of(&model, BLOCKS_FLOAT, 1);
    config.integers = true;
    assert_ok(blocks_open(&model.weights, &config, &blocks));
    assert_error(blocks_run(blocks, "olive", "olive", 0, 1, &bits), FAULT_FAILED, "not integers");
    blocks_close(blocks);
    config.integers = false;
    assert_ok(blocks_open(&model.weights, &config, &blocks));
    assert_error(blocks_run(blocks, "ant:activations=6", "ant", 0, 1, &bits), FAULT_USAGE, "activations of its own");
    blocks_close(blocks);
    model.text[2] = 41;
    assert_ok(blocks_open(&model.weights, &config, &blocks));
    assert_error(blocks_run(blocks, "int8", "int8", 0, 1, &bits), FAULT_FAILED, "number 41");
    blocks_close(blocks);
    net_weights_free(&model.weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_are_those_of_pytorch_mapped_or_read),
        cmocka_unit_test(blocks_say_what_the_whole_says),
        cmocka_unit_test(every_method_runs_and_counts),
        cmocka_unit_test(a_matrix_at_8_bits_is_counted_as_such),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
