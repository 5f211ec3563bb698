/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for every method and every preset of the registry, on a made-up layer: a new one is tested by its line. */
#include "base/text.h"
#include "compress/columns.h"
#include "compress/compress.h"
#include "compress/settings.h"

#include <stdlib.h>

#include "made_layer.h"

#define EACH_METHOD(name) \
    const char *name;     \
    for (size_t method_index = 0; ((name) = nth_method(method_index)) != NULL; method_index++)

/* A row of C = 41 weights: OliVe pads an odd one. */
enum { ROWS = K * POSITIONS };

static void compress_with(const char *spec, const compress_layer_t *layer, int threads, compressed_t *out)
{
    method_config_t config;
    const method_t *method = method_of_spec(spec, &config);
    assert_ok(compress_network(method, &config, layer, 1, threads, out));
}

/* A spec of the method that any layer can meet: the least number of bits of a small or whole layer is 8. */
static text_t modest(const char *name)
{
    method_config_t config;
    return text_of("%s%s", name, method_of_spec(name, &config)->plan != NULL ? ":bits=8" : "");
}

static bool same_array(const void *a, const void *b, size_t size)
{
    return (a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, size) == 0);
}

static bool same(const compressed_t *a, const compressed_t *b)
{
    return same_array(a->values, b->values, SIZE * sizeof *a->values) &&
           same_array(a->scale, b->scale, K * sizeof(float)) && same_array(a->floats, b->floats, SIZE * sizeof(float)) &&
           same_array(a->stored, b->stored, SIZE) && same_array(a->meta, b->meta, (size_t)a->groups) &&
           same_array(a->bits, b->bits, K) && a->groups == b->groups && a->value_bits == b->value_bits &&
           a->meta_bits == b->meta_bits && a->sensitive == b->sensitive;
}

/* ===  The table  === */

static void names_are_one_word_and_belong_to_one_entry(void **state)
{
    (void)state;
    EACH_METHOD(name)
    {
        assert_true(name[0] != '\0' && !text_equal(name, "all"));
        assert_int_equal(strcspn(name, ":=, /\""), strlen(name));
        assert_true(method_summary(name)[0] != '\0');
        for (size_t other = 0; other < method_index; other++)
            assert_string_not_equal(name, nth_method(other));
    }
}

static void every_preset_is_a_method_with_parameters(void **state)
{
    (void)state;
    for (const preset_t *const *at = preset_registry; *at != NULL; at++) {
        method_config_t config;
        char name[64] = "";
        const method_t *method = method_of_spec((*at)->spec, &config);
        strncpy(name, (*at)->spec, strcspn((*at)->spec, ":"));
        assert_ptr_equal(method, method_of(name));
        assert_ptr_equal(method, method_of_spec((*at)->name, &config));
    }
}

static void every_default_passes_its_own_check(void **state)
{
    (void)state;
    for (const method_t *const *at = method_registry; *at != NULL; at++) {
        assert_ok(method_check(*at, &(*at)->defaults));
        assert_non_null((*at)->compress);
        assert_true(!(*at)->packs || (*at)->coder != NULL || !(*at)->takes);
    }
}

/* ===  Compressing  === */

/* Bits of the values are those of its weights; OliVe's padding is one weight a row. */
static void bits_that_are_counted_are_bits_that_are_stored(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 70);
    EACH_METHOD(name)
    {
        method_config_t config;
        const method_t *method = method_of_spec(name, &config);
        compressed_t out;
        int64_t bits = 0, padding = 0;
        compress_with(name, &fixture.layer, 2, &out);
        assert_non_null(out.bits);
        for (int k = 0; k < K; k++) {
            bits += out.bits[k] * PER_CHANNEL;
            padding += out.bits[k] * POSITIONS;
            assert_true(out.bits[k] >= 1 && (out.bits[k] <= 8 || method->everywhere));
        }
        assert_true(out.value_bits == bits || out.value_bits == bits + padding);
        assert_true(out.meta_bits >= 0 && (out.stored == NULL || out.values != NULL));
        assert_true((out.values != NULL) == (out.scale != NULL) && !(out.values != NULL && out.floats != NULL));
        assert_int_equal(method->packs, out.stored != NULL && (out.meta != NULL || out.groups == 0));
        compressed_free(&out);
    }
}

static int distinct(const int8_t *stored, int64_t stride, int count)
{
    bool seen[256] = {false};
    int found = 0;
    for (int i = 0; i < count; i++) {
        bool *at = &seen[(uint8_t)stored[i * stride]];
        found += !*at;
        *at = true;
    }
    return found;
}

/* So many bits tell so many values apart: integers of a channel, stored columns of a group. */
static void values_fit_into_their_bits(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 71);
    EACH_METHOD(name)
    {
        method_config_t config;
        const method_t *method = method_of_spec(name, &config);
        compressed_t out;
        compress_with(name, &fixture.layer, 2, &out);
        for (int i = 0; i < SIZE && out.values != NULL && method->coder == NULL; i++) {
            int half = 1 << (out.bits[i / PER_CHANNEL] - 1);
            assert_true(out.values[i] >= -half && out.values[i] < half);
        }
        for (int row = 0; row < ROWS && method->coder != NULL; row++) {
            const int8_t *start = out.stored + row / POSITIONS * PER_CHANNEL + row % POSITIONS;
            assert_true(distinct(start, POSITIONS, config.group) <= 1 << out.bits[row / POSITIONS]);
        }
        for (int i = 0; i < SIZE && out.floats != NULL; i++)
            assert_true(isfinite(out.floats[i]));
        compressed_free(&out);
    }
}

static void more_threads_give_the_same_bytes(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 60);
    EACH_METHOD(name)
    {
        compressed_t one, three;
        compress_with(name, &fixture.layer, 1, &one);
        compress_with(name, &fixture.layer, 3, &three);
        if (!same(&one, &three))
            fail_msg("%s: 3 threads give other bytes", name);
        compressed_free(&one);
        compressed_free(&three);
    }
}

static void sensitive_channels_stay_int8(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float floats[SIZE];
    fill(&fixture, 61);
    const bool mask[K] = {false, true, false, false, true, true};
    EACH_METHOD(name)
    {
        method_config_t config;
        const method_t *method = method_of_spec(name, &config);
        compressed_t out;
        if (method->everywhere)
            continue;
        assert_ok(method->compress(&config, &fixture.layer, mask, 2, &out));
        compressed_to_floats(&out, &fixture.layer, 0, K, floats);
        for (int i = 0; i < SIZE; i++) {
            assert_true(!mask[i / PER_CHANNEL] || out.bits[i / PER_CHANNEL] == 8);
            assert_true(!mask[i / PER_CHANNEL] || floats[i] == (float)fixture.q[i] * fixture.scale[i / PER_CHANNEL]);
        }
        for (int64_t group = 0; group < out.groups && out.meta != NULL; group++)
            assert_true(!mask[group * K / out.groups] || out.meta[group] == 0);
        assert_true(out.sensitive == 3 || out.sensitive == K);
        compressed_free(&out);
    }
}

static void whole_layers_stay_whole(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 64);
    fixture.layer.whole = true;
    compressed_t wanted;
    assert_ok(compress_keep(&fixture.layer, false, &wanted));
    EACH_METHOD(name)
    {
        method_config_t config;
        compressed_t out;
        compress_with(modest(name).chars, &fixture.layer, 2, &out);
        assert_int_equal(same(&out, &wanted), !method_of_spec(name, &config)->everywhere);
        compressed_free(&out);
    }
    compressed_free(&wanted);
}

static void tensors_of_zeros_stay_zeros(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float floats[SIZE];
    fill(&fixture, 62);
    memset(fixture.weights, 0, sizeof fixture.weights);
    quantize_channels(fixture.weights, K, PER_CHANNEL, 1, fixture.q, fixture.scale);
    EACH_METHOD(name)
    {
        compressed_t out;
        compress_with(name, &fixture.layer, 2, &out);
        compressed_to_floats(&out, &fixture.layer, 0, K, floats);
        for (int i = 0; i < SIZE; i++)
            assert_true(floats[i] == 0);
        compressed_free(&out);
    }
}

static void columns_that_nobody_packs_are_not_kept(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 63);
    EACH_METHOD(name)
    {
        method_config_t config;
        const method_t *method = method_of_spec(name, &config);
        compressed_t all, values;
        compress_with(name, &fixture.layer, 2, &all);
        config.values_only = true;
        assert_ok(compress_network(method, &config, &fixture.layer, 1, 2, &values));
        assert_null(values.stored);
        free(all.stored);
        all.stored = NULL;
        free(all.meta); /* may be left out as well */
        free(values.meta);
        all.meta = values.meta = NULL;
        assert_true(same(&all, &values));
        compressed_free(&all);
        compressed_free(&values);
    }
}

/* A layer of one weight, and one of a single row: groups are short, halves are empty. */
static void the_smallest_layers_are_compressed(void **state)
{
    (void)state;
    const float weights[] = {-0.5f, 0.25f, 0.125f}, scales[] = {0.5f / 127.5f};
    const int8_t q[] = {-128, 64, 32};
    EACH_METHOD(name)
    {
        for (int64_t c = 1; c <= 3; c++) {
            const compress_layer_t layer = {
                .name = "small", .k = 1, .c = c, .kh = 1, .kw = 1, .weights = weights, .q = q, .scale = scales};
            float floats[3];
            compressed_t out;
            compress_with(modest(name).chars, &layer, 3, &out);
            compressed_to_floats(&out, &layer, 0, 1, floats);
            for (int64_t i = 0; i < c; i++)
                assert_true(isfinite(floats[i]));
            compressed_free(&out);
        }
    }
}

static void floats_are_asked_for_by_methods_that_need_them(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 65);
    fixture.layer.weights = NULL;
    EACH_METHOD(name)
    {
        method_config_t config;
        const method_t *method = method_of_spec(name, &config);
        compressed_t out = {0};
        if (method->input == METHOD_FLOAT)
            assert_error(compress_network(method, &config, &fixture.layer, 1, 2, &out), FAULT_FAILED, "float weights");
        else
            assert_ok(compress_network(method, &config, &fixture.layer, 1, 2, &out));
        compressed_free(&out);
    }
}

/* ===  Keys  === */

/* Some values of a setting, from its lowest; NULL behind the last. */
static const char *nth_value(const setting_t *setting, const method_t *method, int index, text_t *value)
{
    switch (setting->kind) {
    case SETTING_BOOL:
        return index == 0 ? setting->no : index == 1 ? setting->yes : NULL;
    case SETTING_VARIANT:
        return method->variants[index];
    case SETTING_REAL:
        *value = text_of("%g", (double)setting->least + index * 0.25);
        return index <= 4 ? value->chars : NULL;
    default:
        *value = text_of("%lld", (long long)(setting->least + index));
        return setting->least + index <= setting->most && index < 65 ? value->chars : NULL;
    }
}

/* The name with one channel of six sensitive, where it can and `setting` does not say itself; few columns for a budget. */
static text_t start_of_spec(const char *name, const method_t *method, const setting_t *setting)
{
    bool beta = method->selects && !text_equal(setting->key, "beta");
    bool channels = method->selects && !text_equal(setting->key, "channels");
    bool bits = method->plan != NULL && !text_equal(setting->key, "bits") && !text_equal(setting->key, "columns");
    return text_of("%s%s%s%s", name, beta ? ":beta=0.2" : "", channels ? ":channels=1" : "", bits ? ":bits=6.5" : "");
}

/* Channel 4 has the largest scale and channel 3 the largest deviation. */
static void fill_against_the_scale(fixture_t *fixture)
{
    fill(fixture, 66);
    for (int i = 0; i < PER_CHANNEL; i++) {
        fixture->weights[3 * PER_CHANNEL + i] = (i % 2 ? 600.0f : -600.0f) - (float)i;
        fixture->weights[4 * PER_CHANNEL + i] = i == 0 ? 2000.0f : 0.01f * (float)i;
    }
    quantize_channels(fixture->weights, K, PER_CHANNEL, 1, fixture->q, fixture->scale);
}

/* A budget that the layer cannot meet with this configuration is refused: nothing is in `out`. */
static void compress_or_refuse(const method_t *method, const method_config_t *config, const fixture_t *fixture,
                               compressed_t *out)
{
    outcome_t result = compress_network(method, config, &fixture->layer, 1, 2, out);
    if (method->plan != NULL && outcome_is_error(&result))
        assert_error(result, FAULT_USAGE, "at least");
    else
        assert_ok(result);
}

static bool key_changes_something(const char *name, const setting_t *setting, const fixture_t *fixture, int *accepted)
{
    method_config_t config;
    const method_t *method = method_of_spec(name, &config);
    text_t start = start_of_spec(name, method, setting), value;
    const char *chars;
    compressed_t plain, out;
    bool changed = false;
    assert_ok(method_parse(start.chars, &method, &config));
    compress_or_refuse(method, &config, fixture, &plain);
    for (int i = 0; (chars = nth_value(setting, method, i, &value)) != NULL; i++) {
        outcome_t parsed = method_parse(text_of("%s:%s=%s", start.chars, setting->key, chars).chars, &method, &config);
        if (!outcome_is_ok(&parsed))
            continue;
        ++*accepted;
        compress_or_refuse(method, &config, fixture, &out);
        changed = changed || !same(&plain, &out);
        compressed_free(&out);
    }
    compressed_free(&plain);
    return changed;
}

static void every_key_changes_something_or_is_refused(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill_against_the_scale(&fixture);
    EACH_METHOD(name)
    {
        for (const setting_t *setting = method_settings; setting->key != NULL; setting++) {
            method_config_t config;
            const method_t *method = method_of_spec(name, &config);
            int accepted = 0;
            if (!setting_is_taken(setting, method)) {
                text_t spec = text_of("%s:%s=1", name, setting->key);
                assert_error(method_parse(spec.chars, &method, &config), FAULT_USAGE, "does not take");
                continue;
            }
            bool changed = key_changes_something(name, setting, &fixture, &accepted);
            const bool of_weights = (setting->taken_by & SETTING_OF_ACTIVATIONS) == 0; /* else the weights stay */
            if (accepted == 0 || (of_weights ? accepted > 1 && !changed : changed))
                fail_msg("%s: key %s: %d values accepted, %s changes", name, setting->key, accepted,
                         changed ? "something" : "nothing");
        }
    }
}

static void values_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const hostile[] = {"",
                                          "x",
                                          "1x",
                                          " 1",
                                          "0x1p",
                                          "nan",
                                          "inf",
                                          "1e999",
                                          "-1e9",
                                          "4097.5",
                                          "99999999999999999999",
                                          "-99999999999999999999"};
    EACH_METHOD(name)
    {
        for (const setting_t *setting = method_settings; setting->key != NULL; setting++)
            for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
                method_config_t config;
                const method_t *method;
                text_t spec = text_of("%s:%s=%s", name, setting->key, hostile[i]);
                assert_error(method_parse(spec.chars, &method, &config), FAULT_USAGE, setting->key);
            }
    }
}

static void a_key_stands_once(void **state)
{
    (void)state;
    EACH_METHOD(name)
    {
        for (const setting_t *setting = method_settings; setting->key != NULL; setting++) {
            method_config_t config;
            const method_t *method = method_of_spec(name, &config);
            text_t value;
            if (!setting_is_taken(setting, method))
                continue;
            const char *chars = nth_value(setting, method, setting->kind == SETTING_SHIFT ? 32 : 0, &value);
            text_t spec = text_of("%s:%s=%s:%s=%s", name, setting->key, chars, setting->key, chars);
            assert_error(method_parse(spec.chars, &method, &config), FAULT_USAGE, "each key once");
        }
    }
}

static void specs_that_are_none_are_refused(void **state)
{
    (void)state;
    const method_t *method;
    method_config_t config;
    text_t longest = text_of("ra%0*d", 254, 0);
    EACH_METHOD(name)
    {
        assert_error(method_parse(text_of("%s:", name).chars, &method, &config), FAULT_USAGE, "key=value");
        assert_error(method_parse(text_of("%s::", name).chars, &method, &config), FAULT_USAGE, "key=value");
        assert_error(method_parse(text_of("%s:rows", name).chars, &method, &config), FAULT_USAGE, "key=value");
        assert_error(method_parse(text_of("%s:rows=1", name).chars, &method, &config), FAULT_USAGE, "no such key");
        assert_error(method_parse(text_of("%s:=", name).chars, &method, &config), FAULT_USAGE, "no such key");
        assert_error(method_parse(text_of(" %s", name).chars, &method, &config), FAULT_USAGE, "no such method");
    }
    assert_error(method_parse("", &method, &config), FAULT_USAGE, "no method");
    assert_error(method_parse(":columns=2", &method, &config), FAULT_USAGE, "no such method");
    assert_error(method_parse(longest.chars, &method, &config), FAULT_USAGE, "256 bytes");
    assert_error(method_parse("ra:colunms=2", &method, &config), FAULT_USAGE, "did you mean columns?");
    assert_error(method_parse("bbs-mdo", &method, &config), FAULT_USAGE, "did you mean bbs-mod?");
}

/* Keys in any order, also behind a preset; what is not given stays the preset's. */
static void keys_come_in_any_order(void **state)
{
    (void)state;
    method_config_t config;
    const method_t *method = method_of_spec("mx:variant=int:group=16:bits=8", &config);
    assert_string_equal(config.variant, "int");
    assert_true(config.bits == 8 && config.group == 16);
    method = method_of_spec("bbs-cons:beta=0.3", &config);
    assert_ptr_equal(method, method_of("ra"));
    assert_true(config.columns == 2 && config.beta == 0.3 && config.channel_unit == 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_one_word_and_belong_to_one_entry),
        cmocka_unit_test(every_preset_is_a_method_with_parameters),
        cmocka_unit_test(every_default_passes_its_own_check),
        cmocka_unit_test(bits_that_are_counted_are_bits_that_are_stored),
        cmocka_unit_test(values_fit_into_their_bits),
        cmocka_unit_test(more_threads_give_the_same_bytes),
        cmocka_unit_test(sensitive_channels_stay_int8),
        cmocka_unit_test(whole_layers_stay_whole),
        cmocka_unit_test(tensors_of_zeros_stay_zeros),
        cmocka_unit_test(columns_that_nobody_packs_are_not_kept),
        cmocka_unit_test(the_smallest_layers_are_compressed),
        cmocka_unit_test(floats_are_asked_for_by_methods_that_need_them),
        cmocka_unit_test(every_key_changes_something_or_is_refused),
        cmocka_unit_test(values_that_are_none_are_refused),
        cmocka_unit_test(a_key_stands_once),
        cmocka_unit_test(specs_that_are_none_are_refused),
        cmocka_unit_test(keys_come_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
