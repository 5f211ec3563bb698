/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/loader.c: this program is linked as bbsbench is. Darknet comes when the engine is first used, not before, and
 * leaves the floating-point environment as it was; the handle forwards each call; a failed opening leaves nothing. */
#include "engine/loader.h"

#include "base/text.h"
#include "nets/resnet.h"

#include <stdlib.h>
#include <string.h>

#include "engine_weights.h"
#include "made_weights.h"

enum { INPUT_LIMIT = 3 * 32 * 32, CLASSES = 2965 };

/* Is a library of that name in this process? */
static bool is_loaded(const char *name)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    assert_non_null(maps);
    while (getline(&line, &room, maps) >= 0)
        found = found || strstr(line, name) != NULL;
    free(line);
    fclose(maps);
    return found;
}

static bool denormals_work(void)
{
    volatile float tiny = 1.17549435e-38F, half = tiny / 2;
    return half > 0 && half + half == tiny;
}

static void made_compact(net_weights_t *weights, const float **layers)
{
    const net_size_t *size;
    assert_ok(net_find_size(&net_resnet34, "compact", &size));
    made_weights(&net_resnet34, size, weights);
    for (size_t i = 0; i < weights->table.count; i++)
        layers[i] = weights->layers[i].weights;
}

static void darknet_comes_when_it_is_asked_for(void **state)
{
    (void)state;
    net_weights_t weights;
    const float *layers[64];
    float input[INPUT_LIMIT], logits[CLASSES];
    engine_t *engine;
    assert_true(denormals_work());
    assert_non_null(strstr(loader_describe().chars, "loaded when first used"));
    assert_false(is_loaded("libdarknet") || is_loaded("libdnnl") || is_loaded("libopencv"));
    assert_non_null(strstr(engine_versions().chars, "oneDNN "));
    assert_true(is_loaded("/libdarknet.so") && is_loaded("/libdnnl.so") && is_loaded("/bbsbench-engine.so") &&
                is_loaded("/libopencv_core.so"));
    assert_true(denormals_work());
    made_compact(&weights, layers);
    made_input(&weights, 0, input);
    assert_ok(engine_open(&weights, "fast", 1, &engine));
    assert_true(denormals_work());
    assert_ok(set_weights(engine, &weights, layers));
    assert_ok(engine_predict(engine, 0, input, logits));
    assert_true(denormals_work());
    for (int i = 0; i < CLASSES; i++)
        assert_true(isfinite(logits[i]));
    engine_close(engine);
    net_weights_free(&weights);
}

static void count_values(void *context, int worker, size_t index, const float *values, int64_t count)
{
    (void)worker;
    (void)index;
    (void)values;
    *(int64_t *)context += count;
}

static void every_call_is_forwarded(void **state)
{
    (void)state;
    net_weights_t weights;
    net_ranges_t ranges;
    const float *layers[64];
    float input[INPUT_LIMIT], logits[CLASSES] = {0};
    int64_t seen = 0;
    engine_t *floats, *integers;
    made_compact(&weights, layers);
    made_input(&weights, 0, input);
    assert_ok(net_ranges_create(&weights.table, &ranges));
    for (size_t i = 0; i < weights.table.count; i++)
        ranges.most[i] = 2;
    assert_ok(engine_open(&weights, "fast", 1, &floats));
    assert_ok(engine_open_integers(&weights, "plain", &ranges, 1, &integers));
    assert_false(engine_takes_integers(floats));
    assert_true(engine_takes_integers(integers));
    assert_ok(engine_observe(floats, count_values, &seen));
    assert_error(engine_observe(integers, count_values, &seen), FAULT_FAILED, "plain");
    assert_ok(set_weights(floats, &weights, layers));
    assert_ok(engine_predict(floats, 0, input, logits));
    assert_true(seen > INPUT_LIMIT);
    float some[CLASSES] = {0};
    assert_int_equal(engine_batch(floats), 1); /* somebody observes */
    assert_ok(engine_predict_some(floats, 0, 1, input, some));
    assert_memory_equal(some, logits, sizeof some);
    for (size_t i = 0; i < weights.table.count; i++) {
        const net_layer_t *layer = &weights.table.items[i];
        int16_t *values = calloc((size_t)(layer->k * layer->c * layer->kh * layer->kw), sizeof *values);
        float *scale = calloc((size_t)layer->k, sizeof *scale);
        assert_true(values != NULL && scale != NULL);
        assert_ok(engine_set_integers(integers, i, 0, layer->k, values, scale));
        free(values);
        free(scale);
    }
    assert_ok(engine_predict(integers, 0, input, logits)); /* of zero weights the last layer's bias is left */
    for (int i = 0; i < CLASSES; i++)
        assert_true(logits[i] == weights.layers[weights.table.count - 1].bias[i]);
    engine_close(integers);
    engine_close(floats);
    engine_close(NULL);
    net_ranges_free(&ranges);
    net_weights_free(&weights);
}

static void a_failed_opening_leaves_nothing(void **state)
{
    (void)state;
    net_weights_t weights;
    const float *layers[64];
    engine_t *engine = (engine_t *)(void *)layers;
    made_compact(&weights, layers);
    assert_error(engine_open(&weights, "quick", 1, &engine), FAULT_USAGE, "fast, winograd, stock");
    assert_null(engine);
    assert_error(engine_open_integers(&weights, "quick", NULL, 1, &engine), FAULT_USAGE, "fast, plain");
    assert_null(engine);
    net_weights_free(&weights);
}

static void the_version_of_the_build_is_the_loaded_one(void **state)
{
    (void)state;
    const text_t built = loader_describe(), loaded = engine_versions();
    const char *version = strstr(built.chars, "oneDNN ");
    assert_non_null(version);
    text_t number = text_of("%s", version);
    number.chars[strcspn(number.chars + strlen("oneDNN "), " ") + strlen("oneDNN ")] = '\0';
    assert_non_null(strstr(loaded.chars, number.chars));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(darknet_comes_when_it_is_asked_for), /* first: nothing is loaded yet */
        cmocka_unit_test(the_version_of_the_build_is_the_loaded_one),
        cmocka_unit_test(every_call_is_forwarded),
        cmocka_unit_test(a_failed_opening_leaves_nothing),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
