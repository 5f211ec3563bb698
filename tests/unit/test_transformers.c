/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: transformers and the CIFAR ResNets. The row functions and the widening shortcut against plain double precision;
 * whole networks with weights by formula against PyTorch's logits (tests/oracle/made_logits.py), both kernel sets, any
 * number of workers. */
#include "base/threads.h"
#include "engine/engine.h"
#include "engine/rows.h"
#include "engine/widen.h"
#include "nets/bert.h"
#include "nets/transformer.h"
#include "nets/vit.h"
#include "tensor/safetensors.h"

#include "engine_weights.h"
#include "made_weights.h"
#include "odd_transformers.h"
#include "random.h"

enum { SAMPLES = 3, INPUT_LIMIT = 3 * 64 * 64, CLASSES_LIMIT = 3072 };
static const double TOLERANCE = 1e-5; /* largest difference / largest logit, float32 against float32 */

/* ===  Rows  === */

static void fill(float *values, int64_t count, double scale, const char *name)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(scale * made_uniform(name, i));
}

static void gelu_is_x_times_phi(void **state)
{
    (void)state;
    float values[1003], source[1003];
    fill(source, 1003, 12, "gelu");
    source[0] = 0;
    source[1] = -0.0F;
    source[2] = 1e30F;
    source[3] = -1e30F;
    for (int64_t count = 1; count <= 1003; count += 167) { /* whole vectors and every kind of rest */
        memcpy(values, source, sizeof values);
        rows_gelu(values, count);
        for (int64_t i = 0; i < count; i++) {
            const double x = (double)source[i], want = 0.5 * x * erfc(-x / sqrt(2.0));
            assert_true(fabs((double)values[i] - want) <= 3e-7 * fmax(1, fabs(x)));
        }
        assert_true(count == 1003 || values[count] == source[count]);
    }
}

static void softmax_sums_to_one(void **state)
{
    (void)state;
    enum { ROWS = 5, MOST = 67 };
    float source[ROWS * MOST], values[ROWS * MOST];
    fill(source, (int64_t)ROWS * MOST, 300, "softmax"); /* differences far below what exp can hold */
    for (int width = 1; width <= MOST; width += 6) {
        memcpy(values, source, sizeof values);
        rows_softmax(values, ROWS, width, 0.125F);
        for (int row = 0; row < ROWS; row++) {
            double most = -1e300, sum = 0;
            for (int i = 0; i < width; i++)
                most = fmax(most, (double)source[row * width + i]);
            for (int i = 0; i < width; i++)
                sum += exp(((double)source[row * width + i] - most) * 0.125);
            for (int i = 0; i < width; i++)
                assert_true(fabs((double)values[row * width + i] -
                                 exp(((double)source[row * width + i] - most) * 0.125) / sum) <= 1e-6);
        }
    }
}

static void layer_norm_is_that_of_double_precision(void **state)
{
    (void)state;
    enum { ROWS = 3, MOST = 101 };
    float source[ROWS * MOST], gamma[MOST], beta[MOST], target[ROWS * MOST];
    fill(source, (int64_t)ROWS * MOST, 4, "norm");
    fill(gamma, MOST, 1, "gamma");
    fill(beta, MOST, 1, "beta");
    for (int width = 1; width <= MOST; width += 5) {
        for (int i = 0; i < ROWS * MOST; i++)
            source[i] += 3; /* a mean that is not zero */
        rows_layer_norm(source, ROWS, width, gamma, beta, 1e-3, target);
        for (int row = 0; row < ROWS; row++) {
            double mean = 0, variance = 0;
            for (int i = 0; i < width; i++)
                mean += (double)source[row * width + i] / width;
            for (int i = 0; i < width; i++)
                variance += pow((double)source[row * width + i] - mean, 2) / width;
            for (int i = 0; i < width; i++) {
                double want =
                    ((double)source[row * width + i] - mean) / sqrt(variance + 1e-3) * (double)gamma[i] + (double)beta[i];
                assert_true(fabs((double)target[row * width + i] - want) <= 2e-5);
            }
        }
    }
}

/* ===  The widening shortcut  === */

static void missing_channels_are_zeros_on_both_sides(void **state)
{
    (void)state;
    enum { C = 6, SIDE = 4, WIDE = 10, HALF = 2 };
    float narrow[C * SIDE * SIDE], main[WIDE * HALF * HALF], target[WIDE * HALF * HALF];
    const widen_t widen = {.narrow_c = C,
                           .narrow_h = SIDE,
                           .narrow_w = SIDE,
                           .wide_c = WIDE,
                           .wide_h = HALF,
                           .wide_w = HALF,
                           .block = 1,
                           .relu = true};
    fill(narrow, (int64_t)C * SIDE * SIDE, 1, "narrow");
    fill(main, (int64_t)WIDE * HALF * HALF, 1, "main");
    widen_add(&widen, narrow, main, target);
    for (int c = 0; c < WIDE; c++)
        for (int pixel = 0; pixel < HALF * HALF; pixel++) {
            int y = pixel / HALF, x = pixel % HALF;
            float want = main[c * HALF * HALF + pixel];
            if (c >= 2 && c < 8)
                want += narrow[(c - 2) * SIDE * SIDE + 2 * y * SIDE + 2 * x];
            assert_true(target[c * HALF * HALF + pixel] == fmaxf(want, 0));
        }
}

/* ===  Whole networks  === */

typedef struct {
    net_weights_t weights;
    const float *layers[128];
    float inputs[SAMPLES][INPUT_LIMIT];
} made_net_t;

static made_net_t *make_net(const network_t *network, const net_size_t *size)
{
    made_net_t *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made_weights(network, size, &made->weights);
    for (size_t i = 0; i < made->weights.table.count; i++)
        made->layers[i] = made->weights.layers[i].weights;
    for (int64_t sample = 0; sample < SAMPLES; sample++)
        made_input(&made->weights, sample, made->inputs[sample]);
    return made;
}

static void free_net(made_net_t *made)
{
    net_weights_free(&made->weights);
    free(made);
}

static engine_t *open_engine(const made_net_t *made, const char *kernels, int workers)
{
    engine_t *engine;
    assert_ok(engine_open(&made->weights, kernels, workers, &engine));
    assert_ok(set_weights(engine, &made->weights, made->layers));
    return engine;
}

static void compare(const tensor_set_t *set, const network_t *network, const net_size_t *size)
{
    const tensor_t *wanted = tensor_set_find(set, text_of("%s.%s", network->name, size->name).chars);
    if (wanted == NULL)
        return;
    made_net_t *made = make_net(network, size);
    for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
        engine_t *engine = open_engine(made, *kernels, 1);
        double error = 0, largest = 0;
        for (int64_t sample = 0; sample < SAMPLES; sample++) {
            const float *want = (const float *)wanted->data + sample * wanted->shape[1]; /* the first ones, where many */
            float have[CLASSES_LIMIT];
            assert_ok(engine_predict(engine, 0, made->inputs[sample], have));
            for (int64_t i = 0; i < wanted->shape[1]; i++) {
                error = fmax(error, fabs((double)have[i] - (double)want[i]));
                largest = fmax(largest, fabs((double)want[i]));
            }
        }
        print_message("# %s, size %s, %s kernels: relative error %.2g\n", network->name, size->name, *kernels,
                      error / largest);
        assert_true(error / largest <= TOLERANCE);
        engine_close(engine);
    }
    free_net(made);
}

static void whole_networks_agree_with_pytorch(void **state)
{
    (void)state;
    const network_t *const *const registries[] = {net_registry, net_others};
    tensor_set_t set;
    assert_ok(safetensors_load("tests/data/made_logits.safetensors", "make oracle", &set));
    for (int i = 0; i < 2; i++)
        for (const network_t *const *network = registries[i]; *network != NULL; network++)
            for (const net_size_t *const *size = (*network)->sizes; *size != NULL; size++)
                compare(&set, *network, *size);
    compare(&set, &net_vit_small, &odd_vit_size);
    compare(&set, &net_bert_mrpc, &odd_bert_size);
    tensor_set_free(&set);
}

typedef struct {
    engine_t *engine;
    const made_net_t *made;
    float logits[SAMPLES * 4][CLASSES_LIMIT];
} job_t;

static void predict_one(void *context, int64_t index, int worker)
{
    job_t *job = context;
    outcome_t outcome = engine_predict(job->engine, worker, job->made->inputs[index % SAMPLES], job->logits[index]);
    if (!outcome_is_ok(&outcome))
        job->logits[index][0] = NAN;
}

static void any_number_of_workers_gives_the_same_bytes(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_bert_mrpc, &odd_bert_size);
    for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
        job_t one = {.engine = open_engine(made, *kernels, 1), .made = made}, three = one;
        three.engine = open_engine(made, *kernels, 3);
        assert_ok(threads_for(1, SAMPLES * 4, predict_one, &one));
        assert_ok(threads_for(3, SAMPLES * 4, predict_one, &three));
        assert_memory_equal(one.logits, three.logits, sizeof one.logits);
        engine_close(one.engine);
        engine_close(three.engine);
    }
    free_net(made);
}

static void words_beyond_the_vocabulary_are_refused(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_bert_mrpc, &odd_bert_size);
    engine_t *engine = open_engine(made, "fast", 1);
    float logits[2], *input = made->inputs[1];
    input[3] = 57;
    assert_error(engine_predict(engine, 0, input, logits), FAULT_FAILED, "token 3: found word 57");
    input[3] = 1;
    input[33 + 4] = 2;
    assert_error(engine_predict(engine, 0, input, logits), FAULT_FAILED, "segment 2");
    input[0] = -1;
    assert_error(engine_predict(engine, 0, input, logits), FAULT_FAILED, "0 tokens");
    engine_close(engine);
    free_net(made);
}

static void weights_are_swapped_in_place(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_vit_small, &odd_vit_size);
    for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
        engine_t *engine = open_engine(made, *kernels, 2);
        float before[7], other[7], after[7];
        const float *kept = made->layers[1];
        assert_ok(engine_predict(engine, 1, made->inputs[0], before));
        made->layers[1] = made->layers[5]; /* the same shape in the next block */
        assert_ok(set_weights(engine, &made->weights, made->layers));
        assert_ok(engine_predict(engine, 1, made->inputs[0], other));
        assert_memory_not_equal(before, other, sizeof before);
        made->layers[1] = kept;
        assert_ok(set_weights(engine, &made->weights, made->layers));
        assert_ok(engine_predict(engine, 1, made->inputs[0], after));
        assert_memory_equal(before, after, sizeof before);
        engine_close(engine);
    }
    free_net(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gelu_is_x_times_phi),
        cmocka_unit_test(softmax_sums_to_one),
        cmocka_unit_test(layer_norm_is_that_of_double_precision),
        cmocka_unit_test(missing_channels_are_zeros_on_both_sides),
        cmocka_unit_test(whole_networks_agree_with_pytorch),
        cmocka_unit_test(any_number_of_workers_gives_the_same_bytes),
        cmocka_unit_test(words_beyond_the_vocabulary_are_refused),
        cmocka_unit_test(weights_are_swapped_in_place),
    };
    return cmocka_run_group_tests_name("transformers", tests, NULL, NULL);
}
