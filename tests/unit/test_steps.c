/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: the profile of a prediction by kind of step (engine_profile()). */
#include "engine/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine_weights.h"
#include "made_weights.h"

enum { SAMPLES = 6, CLASSES_LIMIT = 3072 };

typedef struct {
    net_weights_t weights;
    net_ranges_t ranges;
    engine_t *engine;
    float *input;
} fixture_t;

static void set_integers(fixture_t *fixture)
{
    const net_table_t *table = &fixture->weights.table;
    for (size_t i = 0; i < table->count; i++) {
        const int64_t count = net_layer_weights(&table->items[i]);
        int16_t *values = malloc((size_t)count * sizeof *values);
        float *scale = malloc((size_t)table->items[i].k * sizeof *scale);
        assert_true(values != NULL && scale != NULL);
        for (int64_t at = 0; at < count; at++)
            values[at] = (int16_t)(at % 5 - 2);
        for (int64_t k = 0; k < table->items[i].k; k++)
            scale[k] = 0.01F;
        assert_ok(engine_set_integers(fixture->engine, i, 0, table->items[i].k, values, scale));
        free(values);
        free(scale);
    }
}

static void open_fixture(const char *name, bool integers, int workers, fixture_t *fixture)
{
    const network_t *network;
    const net_size_t *size;
    *fixture = (fixture_t){.input = NULL};
    assert_ok(net_find(name, &network));
    assert_ok(net_find_size(network, "compact", &size));
    made_weights(network, size, &fixture->weights);
    fixture->input = calloc((size_t)(size->channels * size->height * size->width), sizeof *fixture->input);
    assert_non_null(fixture->input);
    made_input(&fixture->weights, 1, fixture->input);
    if (integers) {
        assert_ok(net_ranges_create(&fixture->weights.table, &fixture->ranges));
        for (size_t i = 0; i < fixture->weights.table.count; i++)
            fixture->ranges.most[i] = 4;
        assert_ok(engine_open_integers(&fixture->weights, "fast", &fixture->ranges, workers, &fixture->engine));
        set_integers(fixture);
        return;
    }
    assert_ok(engine_open(&fixture->weights, "fast", workers, &fixture->engine));
    for (size_t i = 0; i < fixture->weights.table.count; i++)
        assert_ok(
            engine_set_rows(fixture->engine, i, 0, fixture->weights.table.items[i].k, fixture->weights.layers[i].weights));
}

static void close_fixture(fixture_t *fixture)
{
    engine_close(fixture->engine);
    net_ranges_free(&fixture->ranges);
    net_weights_free(&fixture->weights);
    free(fixture->input);
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double sum_of(const engine_profile_t *profile)
{
    double all = 0;
    for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++)
        all += profile->seconds[kind];
    return all;
}

/* The laps leave nothing of a prediction out, and count nothing twice; logits do not change. */
static void the_times_of_all_kinds_are_the_time_of_the_predictions(void **state)
{
    (void)state;
    static const char *const nets[] = {"resnet34", "vit_small"};
    for (int n = 0; n < 4; n++) {
        fixture_t fixture;
        float before[CLASSES_LIMIT], after[CLASSES_LIMIT];
        open_fixture(nets[n / 2], n % 2 == 1, 2, &fixture);
        const size_t bytes = (size_t)fixture.weights.size->classes * sizeof *before;
        assert_ok(engine_predict(fixture.engine, 0, fixture.input, before));
        engine_profile_t profile = engine_profile_of(fixture.engine);
        assert_int_equal(profile.samples, 0);
        assert_true(sum_of(&profile) == 0);
        assert_ok(engine_profile(fixture.engine));
        const double started = thread_seconds();
        for (int i = 0; i < SAMPLES; i++)
            assert_ok(engine_predict(fixture.engine, i % 2, fixture.input, after)); /* both workers are counted */
        const double seconds = thread_seconds() - started;
        profile = engine_profile_of(fixture.engine);
        assert_int_equal(profile.samples, SAMPLES);
        assert_memory_equal(before, after, bytes);
        assert_true(sum_of(&profile) <= seconds);
        assert_true(sum_of(&profile) >= 0.8 * seconds);
        assert_ok(engine_profile(fixture.engine)); /* again: from zero */
        profile = engine_profile_of(fixture.engine);
        assert_int_equal(profile.samples, 0);
        assert_true(sum_of(&profile) == 0);
        close_fixture(&fixture);
    }
}

static int64_t attention_heads(const net_program_t *program)
{
    int64_t heads = 0;
    for (size_t i = 0; i < program->count; i++)
        heads += program->steps[i].kind == NET_STEP_ATTENTION ? program->steps[i].heads : 0;
    return heads;
}

static int64_t steps_of(const net_program_t *program, net_step_kind_t kind)
{
    int64_t count = 0;
    for (size_t i = 0; i < program->count; i++)
        count += program->steps[i].kind == kind;
    return count;
}

/* Each kind has as many pieces of work as the program has steps of it, and softmax one for each head. */
static void a_transformer_has_the_kinds_of_its_program(void **state)
{
    (void)state;
    for (int integers = 0; integers < 2; integers++) {
        fixture_t fixture;
        float logits[CLASSES_LIMIT];
        open_fixture("vit_small", integers == 1, 1, &fixture);
        const net_program_t *program = &fixture.weights.program;
        assert_ok(engine_profile(fixture.engine));
        assert_ok(engine_predict(fixture.engine, 0, fixture.input, logits));
        const engine_profile_t profile = engine_profile_of(fixture.engine);
        assert_true(profile.laps[ENGINE_STEP_SOFTMAX] >= attention_heads(program));
        /* in integers the step is empty, and the product behind it computes GELU as rows become levels */
        assert_int_equal(profile.laps[ENGINE_STEP_GELU], (integers ? 2 : 1) * steps_of(program, NET_STEP_GELU));
        assert_int_equal(profile.laps[ENGINE_STEP_NORM], steps_of(program, NET_STEP_LAYER_NORM));
        assert_int_equal(profile.laps[ENGINE_STEP_GATHER], 1);
        assert_int_equal(profile.laps[ENGINE_STEP_EMBEDDING], 1);
        assert_true(profile.laps[ENGINE_STEP_ATTENTION] > 0 && profile.laps[ENGINE_STEP_PRODUCT] > 0);
        assert_int_equal(profile.laps[ENGINE_STEP_QUANTISE] > 0, integers);
        assert_int_equal(profile.laps[ENGINE_STEP_POOL], 0);
        close_fixture(&fixture);
    }
}

static void a_cnn_has_products_pools_and_sums(void **state)
{
    (void)state;
    for (int integers = 0; integers < 2; integers++) {
        fixture_t fixture;
        float logits[CLASSES_LIMIT];
        open_fixture("resnet34", integers == 1, 1, &fixture);
        assert_ok(engine_profile(fixture.engine));
        assert_ok(engine_predict(fixture.engine, 0, fixture.input, logits));
        const engine_profile_t profile = engine_profile_of(fixture.engine);
        assert_true(profile.laps[ENGINE_STEP_PRODUCT] >= (int64_t)fixture.weights.table.count);
        assert_true(profile.laps[ENGINE_STEP_POOL] >= 1);
        assert_true(profile.seconds[ENGINE_STEP_PRODUCT] > 0.3 * sum_of(&profile));
        assert_int_equal(profile.laps[ENGINE_STEP_SOFTMAX] + profile.laps[ENGINE_STEP_NORM], 0);
        assert_int_equal(profile.laps[ENGINE_STEP_GATHER] > 0, integers);
        close_fixture(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_times_of_all_kinds_are_the_time_of_the_predictions),
        cmocka_unit_test(a_transformer_has_the_kinds_of_its_program),
        cmocka_unit_test(a_cnn_has_products_pools_and_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
