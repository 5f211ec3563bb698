/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Language models: the Llama family on Darknet against PyTorch's logits of every token (tests/oracle/llama.py), for several
 * heads, grouped keys with Llama 3.1's slowed positions, and a head that is the embedding; the same with 8-bit weights and
 * activations against NumPy, bit for bit (tests/oracle/llama_integers.py); the two layouts of rotary positions; what a
 * profile counts; what is refused. */
#include "engine/engine.h"

#include "base/text.h"
#include "compress/quantize.h"
#include "engine/float_tiles.h"
#include "nets/llama.h"
#include "tensor/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "testing.h"

#include "engine_weights.h"

enum { MOST_WORDS = 64, MOST_TOKENS = 32, MOST_LAYERS = 64 };
static const double TOLERANCE = 1e-5; /* largest difference / largest logit, float32 against float32 */

/* What config.json says of the three models of the oracle. */
static const struct {
    const char *path;
    net_hints_t hints;
    int64_t key_heads;
    bool tied;
} models[] = {
    {"tests/data/llama_mha.safetensors", {.heads = 3, .tokens = 32}, 3, false},
    {"tests/data/llama_gqa.safetensors",
     {.heads = 6, .tokens = 32, .rotary = {.theta = 500000, .factor = 8, .low = 1, .high = 4, .original = 16}},
     2,
     false},
    {"tests/data/llama_tied.safetensors", {.heads = 4, .tokens = 32}, 1, true},
};
enum { MODELS = sizeof models / sizeof models[0] };

typedef struct {
    tensor_set_t set;
    net_made_t made;
    net_weights_t weights;
    const float *layers[MOST_LAYERS];
    float text[MOST_TOKENS];
    int64_t tokens;
    float logits[MOST_TOKENS * MOST_WORDS]; /* what the reader got */
    int64_t read;
} fixture_t;

/* A model with room for `most` tokens. */
static void open_model_of(int index, int64_t most, fixture_t *fixture)
{
    net_hints_t hints = models[index].hints;
    hints.tokens = most;
    *fixture = (fixture_t){0};
    assert_ok(safetensors_load(models[index].path, "make oracle", &fixture->set));
    assert_ok(net_recognise(models[index].path, &fixture->set, &hints, &fixture->made));
    assert_ok(net_weights_from(&fixture->made.network, &fixture->made.size, models[index].path, &fixture->set,
                               &fixture->weights));
    const tensor_t *text = tensor_set_find(&fixture->set, "text");
    fixture->tokens = text->count;
    for (int i = 0; i < MOST_TOKENS; i++)
        fixture->text[i] = -1;
    memcpy(fixture->text, text->data, (size_t)text->count * sizeof *fixture->text);
    for (size_t i = 0; i < fixture->weights.table.count; i++)
        fixture->layers[i] = fixture->weights.layers[i].weights;
}

static void open_model(int index, fixture_t *fixture)
{
    open_model_of(index, MOST_TOKENS, fixture);
}

static void close_model(fixture_t *fixture)
{
    net_weights_free(&fixture->weights);
    tensor_set_free(&fixture->set);
}

static void read_rows(void *context, int worker, int64_t row, int64_t rows, const float *logits)
{
    fixture_t *fixture = context;
    const int64_t words = fixture->made.size.classes;
    assert_int_equal(worker, 0);
    assert_int_equal(row, fixture->read);
    memcpy(fixture->logits + row * words, logits, (size_t)(rows * words) * sizeof *logits);
    fixture->read += rows;
}

static double error_of(const float *have, const float *want, int64_t count)
{
    double error = 0, largest = 0;
    for (int64_t i = 0; i < count; i++) {
        error = fmax(error, fabs((double)have[i] - (double)want[i]));
        largest = fmax(largest, fabs((double)want[i]));
    }
    return error / largest;
}

static void predict_all(engine_t *engine, fixture_t *fixture)
{
    const int64_t words = fixture->made.size.classes;
    float last[MOST_WORDS];
    assert_ok(engine_predict(engine, 0, fixture->text, last)); /* without a reader: the last token */
    fixture->read = 0;
    assert_ok(engine_read(engine, read_rows, fixture));
    assert_ok(engine_predict(engine, 0, fixture->text, last));
    assert_int_equal(fixture->read, fixture->tokens);
    engine_close(engine);
    assert_true(error_of(last, fixture->logits + (fixture->tokens - 1) * words, words) <= TOLERANCE);
}

static void run_model(fixture_t *fixture, const char *kernels)
{
    engine_t *engine;
    assert_ok(engine_open(&fixture->weights, kernels, 1, &engine));
    assert_ok(set_weights(engine, &fixture->weights, fixture->layers));
    predict_all(engine, fixture);
}

static void set_integers(engine_t *engine, const fixture_t *fixture)
{
    for (size_t i = 0; i < fixture->weights.table.count; i++) {
        const net_layer_t *layer = &fixture->weights.table.items[i];
        int8_t *q = malloc((size_t)(layer->k * layer->c));
        int16_t *values = malloc((size_t)(layer->k * layer->c) * sizeof *values);
        float *scale = malloc((size_t)layer->k * sizeof *scale);
        assert_true(q != NULL && values != NULL && scale != NULL);
        quantize_channels(fixture->layers[i], layer->k, layer->c, 1, q, scale);
        for (int64_t at = 0; at < layer->k * layer->c; at++)
            values[at] = q[at];
        assert_ok(engine_set_integers(engine, i, 0, layer->k, values, scale));
        free(q);
        free(values);
        free(scale);
    }
}

/* INT8 weights and activations. */
static void run_integers(fixture_t *fixture, const char *kernels)
{
    engine_t *engine;
    assert_ok(engine_open_integers(&fixture->weights, kernels, NULL, 1, &engine));
    set_integers(engine, fixture);
    predict_all(engine, fixture);
}

/* ===  Tests  === */

static void test_pytorch(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++)
        for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
            fixture_t fixture;
            open_model(i, &fixture);
            const llama_shape_t *shape = fixture.made.size.shape;
            assert_int_equal(shape->key_heads, models[i].key_heads);
            assert_int_equal(shape->tied, models[i].tied);
            run_model(&fixture, *kernels);
            const tensor_t *wanted = tensor_set_find(&fixture.set, "logits");
            const double error = error_of(fixture.logits, wanted->data, wanted->count);
            print_message("# %s, %s kernels: relative error %.2g\n", models[i].path, *kernels, error);
            assert_true(error <= TOLERANCE);
            close_model(&fixture);
        }
}

static const char *const integer_kernels[] = {"fast", "plain", NULL};

static void test_integers(void **state)
{
    (void)state;
    static const char *const names[MODELS] = {"mha", "gqa", "tied"};
    tensor_set_t wanted;
    assert_ok(safetensors_load("tests/data/llama_integers.safetensors", "make oracle", &wanted));
    for (int i = 0; i < MODELS; i++)
        for (const char *const *kernels = integer_kernels; *kernels != NULL; kernels++) {
            fixture_t fixture;
            open_model(i, &fixture);
            const tensor_t *logits = tensor_set_find(&wanted, names[i]), *floats = tensor_set_find(&fixture.set, "logits");
            run_integers(&fixture, *kernels);
            assert_int_equal(logits->count, fixture.tokens * fixture.made.size.classes);
            assert_memory_equal(fixture.logits, logits->data, (size_t)logits->count * sizeof(float));
            const double moved = error_of(fixture.logits, floats->data, floats->count);
            print_message("# %s: 8 bits move logits by %.2g of the largest\n", names[i], moved);
            assert_true(moved > 0.001 && moved < 0.1);
            close_model(&fixture);
        }
    tensor_set_free(&wanted);
}

/* The same model with the rows of q and k in the order of Llama's own files: feature i of a pair beside i + head / 2. */
static void interleave(float *weights, int64_t heads, int64_t head, int64_t width)
{
    float *copy = malloc((size_t)(heads * head * width) * sizeof *copy);
    assert_non_null(copy);
    for (int64_t h = 0; h < heads; h++)
        for (int64_t i = 0; i < head; i++)
            memcpy(copy + (h * head + i % (head / 2) * 2 + i / (head / 2)) * width, weights + (h * head + i) * width,
                   (size_t)width * sizeof *copy);
    memcpy(weights, copy, (size_t)(heads * head * width) * sizeof *copy);
    free(copy);
}

static void test_layouts(void **state)
{
    (void)state;
    fixture_t fixture;
    float first[MOST_TOKENS * MOST_WORDS];
    open_model(1, &fixture);
    run_model(&fixture, "fast");
    memcpy(first, fixture.logits, sizeof first);
    llama_shape_t *shape = (llama_shape_t *)(void *)fixture.made.shape.bytes;
    shape->rotary.interleaved = true;
    for (int64_t block = 0; block < shape->blocks; block++) {
        enum { LINEARS = 7 };
        interleave(fixture.weights.layers[block * LINEARS].weights, shape->heads, shape->width / shape->heads,
                   shape->width);
        interleave(fixture.weights.layers[block * LINEARS + 1].weights, shape->key_heads, shape->width / shape->heads,
                   shape->width);
    }
    run_model(&fixture, "fast");
    assert_true(error_of(fixture.logits, first, fixture.tokens * fixture.made.size.classes) <= 1e-6);
    close_model(&fixture);
}

/* A token does not see those after it: the logits of a prefix are those of the whole text. */
static void test_causal(void **state)
{
    (void)state;
    fixture_t fixture;
    float whole[MOST_TOKENS * MOST_WORDS];
    enum { PREFIX = 7 };
    for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
        open_model(2, &fixture);
        run_model(&fixture, *kernels);
        memcpy(whole, fixture.logits, sizeof whole);
        fixture.text[PREFIX] = -1;
        fixture.tokens = PREFIX;
        run_model(&fixture, *kernels);
        assert_true(error_of(fixture.logits, whole, PREFIX * fixture.made.size.classes) <= TOLERANCE);
        close_model(&fixture);
    }
    for (const char *const *kernels = integer_kernels; *kernels != NULL; kernels++) { /* the very same bytes */
        open_model(2, &fixture);
        run_integers(&fixture, *kernels);
        memcpy(whole, fixture.logits, sizeof whole);
        fixture.text[PREFIX] = -1;
        fixture.tokens = PREFIX;
        run_integers(&fixture, *kernels);
        assert_memory_equal(fixture.logits, whole, (size_t)(PREFIX * fixture.made.size.classes) * sizeof *whole);
        close_model(&fixture);
    }
}

/* A text in pieces of 1 to 5 tokens has the logits of the whole text; the same bytes with integers, and with our own
 * kernel for floats, which sums in one order for any number of rows. */
static void check_pieces(fixture_t *fixture, const char *kernels, bool integers)
{
    engine_t *engine;
    const bool exact = integers || (text_equal(kernels, "fast") && float_tiles_available());
    const int64_t words = fixture->made.size.classes;
    float logits[MOST_WORDS];
    assert_ok(integers ? engine_open_integers(&fixture->weights, kernels, NULL, 1, &engine)
                       : engine_open(&fixture->weights, kernels, 1, &engine));
    if (integers)
        set_integers(engine, fixture);
    else
        assert_ok(set_weights(engine, &fixture->weights, fixture->layers));
    for (int text = 0; text < 2; text++) /* the second begins again */
        for (int64_t past = 0, count = 1; past < fixture->tokens; past += count, count = count % 5 + 1) {
            count = count < fixture->tokens - past ? count : fixture->tokens - past;
            assert_ok(engine_continue(engine, 0, past, count, fixture->text + past, logits));
            const float *wanted = fixture->logits + (past + count - 1) * words;
            if (exact)
                assert_memory_equal(logits, wanted, (size_t)words * sizeof *wanted);
            else
                assert_true(error_of(logits, wanted, words) <= TOLERANCE);
        }
    assert_error(engine_continue(engine, 0, 3, 1, fixture->text, logits), FAULT_FAILED, "1 tokens after 3");
    assert_error(engine_continue(engine, 0, fixture->tokens, MOST_TOKENS, fixture->text, logits), FAULT_FAILED,
                 "at most 32");
    fixture->text[0] = (float)words;
    assert_error(engine_continue(engine, 0, 0, 1, fixture->text, logits), FAULT_FAILED, "token 0");
    engine_close(engine);
}

/* Attention in integers takes 256 queries at a time. The last token of 300 is in the second block of the whole text, and
 * alone when it follows the others: it sees the same keys. */
static void test_second_block_of_queries(void **state)
{
    (void)state;
    enum { LONG = 300 };
    fixture_t fixture;
    float text[LONG], whole[MOST_WORDS], alone[MOST_WORDS];
    for (const char *const *kernels = integer_kernels; *kernels != NULL; kernels++) {
        engine_t *engine;
        open_model_of(2, LONG, &fixture);
        const int64_t words = fixture.made.size.classes;
        for (int i = 0; i < LONG; i++)
            text[i] = (float)(i * 7 % words);
        assert_ok(engine_open_integers(&fixture.weights, *kernels, NULL, 1, &engine));
        set_integers(engine, &fixture);
        assert_ok(engine_continue(engine, 0, 0, LONG, text, whole));
        assert_ok(engine_continue(engine, 0, 0, LONG - 1, text, alone));
        assert_memory_not_equal(alone, whole, (size_t)words * sizeof *whole);
        assert_ok(engine_continue(engine, 0, LONG - 1, 1, text + LONG - 1, alone));
        assert_memory_equal(alone, whole, (size_t)words * sizeof *whole);
        engine_close(engine);
        close_model(&fixture);
    }
}

static void test_pieces(void **state)
{
    (void)state;
    fixture_t fixture;
    for (int i = 0; i < MODELS; i++) {
        for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
            open_model(i, &fixture);
            run_model(&fixture, *kernels);
            check_pieces(&fixture, *kernels, false);
            close_model(&fixture);
        }
        for (const char *const *kernels = integer_kernels; *kernels != NULL; kernels++) {
            open_model(i, &fixture);
            run_integers(&fixture, *kernels);
            check_pieces(&fixture, *kernels, true);
            close_model(&fixture);
        }
    }
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { READER_MS = 20 };

static void read_slowly(void *context, int worker, int64_t row, int64_t rows, const float *logits)
{
    const double started = thread_seconds();
    (void)context;
    (void)worker;
    (void)row;
    (void)rows;
    (void)logits;
    while (thread_seconds() < started + 1e-3 * READER_MS)
        ;
}

/* A text in two pieces is two samples of a profile. The laps are no longer than the calls, and each head of each piece has
 * its softmax. The time of a reader belongs to none of the kinds of work. */
static void test_profile(void **state)
{
    (void)state;
    for (int integers = 0; integers < 2; integers++) {
        fixture_t fixture;
        engine_t *engine;
        float logits[MOST_WORDS];
        int64_t heads = 0;
        double all = 0;
        open_model(0, &fixture);
        assert_ok(integers ? engine_open_integers(&fixture.weights, "fast", NULL, 1, &engine)
                           : engine_open(&fixture.weights, "fast", 1, &engine));
        if (integers)
            set_integers(engine, &fixture);
        else
            assert_ok(set_weights(engine, &fixture.weights, fixture.layers));
        assert_ok(engine_profile(engine));
        const double started = thread_seconds();
        assert_ok(engine_continue(engine, 0, 0, fixture.tokens - 1, fixture.text, logits));
        assert_ok(engine_continue(engine, 0, fixture.tokens - 1, 1, fixture.text + fixture.tokens - 1, logits));
        const double seconds = thread_seconds() - started;
        const engine_profile_t profile = engine_profile_of(engine);
        for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++)
            all += profile.seconds[kind];
        for (size_t i = 0; i < fixture.weights.program.count; i++)
            heads +=
                fixture.weights.program.steps[i].kind == NET_STEP_ATTENTION ? fixture.weights.program.steps[i].heads : 0;
        assert_int_equal(profile.samples, 2);
        assert_true(all > 0 && all <= seconds);
        assert_int_equal(profile.laps[ENGINE_STEP_SOFTMAX], 2 * heads);
        assert_int_equal(profile.laps[ENGINE_STEP_QUANTISE] > 0, integers);
        assert_ok(engine_read(engine, read_slowly, NULL));
        assert_ok(engine_profile(engine));
        assert_ok(engine_predict(engine, 0, fixture.text, logits));
        assert_true(engine_profile_of(engine).seconds[ENGINE_STEP_BETWEEN] >= 1e-3 * READER_MS);
        engine_close(engine);
        close_model(&fixture);
    }
}

static void test_refused(void **state)
{
    (void)state;
    fixture_t fixture;
    engine_t *engine;
    float last[MOST_WORDS];
    open_model(0, &fixture);
    assert_ok(engine_open(&fixture.weights, "fast", 1, &engine));
    fixture.text[3] = (float)fixture.made.size.classes;
    assert_error(engine_predict(engine, 0, fixture.text, last), FAULT_FAILED, "token 3");
    fixture.text[0] = -1;
    assert_error(engine_predict(engine, 0, fixture.text, last), FAULT_FAILED, "0 tokens");
    engine_close(engine);
    close_model(&fixture);

    net_made_t made;
    net_hints_t hints = {0};
    tensor_set_t set;
    assert_ok(safetensors_load(models[0].path, "make oracle", &set));
    assert_error(net_recognise("model", &set, &hints, &made), FAULT_FAILED, "num_attention_heads");
    hints.heads = 4; /* 24 / 4 = 6 features; 24 rows of keys are 4 heads: the shapes fit, so nobody can tell */
    assert_ok(net_recognise("model", &set, &hints, &made));
    hints.heads = 5;
    assert_error(net_recognise("model", &set, &hints, &made), FAULT_FAILED, "5 heads");
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pytorch), cmocka_unit_test(test_integers), cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_causal),  cmocka_unit_test(test_pieces),   cmocka_unit_test(test_second_block_of_queries),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
