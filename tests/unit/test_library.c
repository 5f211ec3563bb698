/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libbbs through its public header: the paper's examples, the same results as the functions of the program, packing there
 * and back, errors, and a caller whose settings are odd. */
#include "library/bbs.h"

#include "compress/compress.h"
#include "compress/pack_format.h"
#include "compress/quantize.h"
#include "compress/spec.h"
#include "base/text.h"

#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "made_method.h"
#include "testing.h"

#define assert_done(expression)                             \
    do {                                                    \
        if ((expression) != BBS_OK)                         \
            fail_msg("%s: %s", #expression, error.message); \
    } while (0)

#define assert_refused(expression, wanted, part)                                                    \
    do {                                                                                            \
        bbs_code_t refused = (expression);                                                          \
        if (refused != (wanted) || error.code != (wanted) || strstr(error.message, (part)) == NULL) \
            fail_msg("%s: code %d, \"%s\"", #expression, (int)refused, error.message);              \
    } while (0)

enum { K = 40, C = 37, POSITIONS = 6, SIZE = K * C * POSITIONS };

static bbs_error_t error;

/* [40, 37, 2, 3]: short groups, channels of different size. */
static bbs_weights_t made(float *weights)
{
    uint64_t random = 7;
    for (int i = 0; i < SIZE; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        weights[i] = (float)((int)(random >> 33 & 2047) - 1024) / 1024 * (float)(1 + i / (C * POSITIONS) % 7);
    }
    return (bbs_weights_t){.name = "conv.weight", .rank = 4, .shape = {K, C, 2, 3}, .weights = weights};
}

static compress_layer_t layer_of(const float *weights, int8_t *q, float *scale)
{
    quantize_channels(weights, K, C * POSITIONS, 1, q, scale);
    return (compress_layer_t){
        .name = "conv.weight", .k = K, .c = C, .kh = 2, .kw = 3, .weights = weights, .q = q, .scale = scale};
}

/* ===  Values  === */

/* The groups of the paper's Figs. 4 and 5, with scale 1. */
static void test_paper(void **state)
{
    (void)state;
    const struct {
        const char *method;
        int8_t q[4];
        int16_t values[4];
        uint8_t meta;
        double mse;
    } groups[] = {{"ra:columns=4", {-11, 20, -57, 13}, {-11, 21, -59, 13}, 1 << 6 | 5, 1.25},
                  {"zps:columns=4:shift=-14", {81, -20, 1, -7}, {78, -18, -2, -2}, 14, 11.75}};
    const float one = 1;
    for (size_t i = 0; i < 2; i++) {
        const bbs_weights_t tensor = {.rank = 2, .shape = {1, 4}, .q = groups[i].q, .scale = &one};
        bbs_compressed_t *compressed;
        bbs_view_t view;
        bbs_distortion_t distortion;
        float weights[4];
        assert_done(bbs_compress(&tensor, 1, groups[i].method, 1, &compressed, &error));
        bbs_view(compressed, &view);
        assert_string_equal(view.name, "weight");
        assert_memory_equal(view.values, groups[i].values, sizeof groups[i].values);
        assert_int_equal(view.meta[0], groups[i].meta);
        assert_int_equal(view.bits[0], 4);
        assert_int_equal(view.groups, 1);
        assert_int_equal(view.value_bits, 16);
        assert_int_equal(view.meta_bits, 8);
        assert_int_equal(view.sensitive, 0);
        bbs_weights_of(compressed, weights);
        for (int j = 0; j < 4; j++)
            assert_true(weights[j] == (float)groups[i].values[j]);
        assert_done(bbs_distortion(&tensor, compressed, 1, &distortion, &error));
        assert_true(distortion.mse == groups[i].mse);
        bbs_compressed_free(compressed);
    }
}

/* The largest weight is 127.5 steps, here of 1: 127.5 is clamped to 127, -127.5 is -128, 62.5 and 63.5 go to the even one.
 * Zeros have scale 1. */
static void test_quantise(void **state)
{
    (void)state;
    const float weights[8] = {127.5f, -127.5f, 62.5f, 63.5f, 0, 0, 0, 0};
    const int8_t wanted[8] = {127, -128, 62, 64, 0, 0, 0, 0};
    int8_t q[8];
    float scale[2];
    assert_done(bbs_quantise(weights, 2, 4, 1, q, scale, &error));
    assert_memory_equal(q, wanted, sizeof q);
    assert_true(scale[0] == 1 && scale[1] == 1);
    const float bad[2] = {1, INFINITY};
    assert_refused(bbs_quantise(bad, 1, 2, 1, q, scale, &error), BBS_FAILED, "weight 1: found inf");
    assert_refused(bbs_quantise(weights, 0, 4, 1, q, scale, &error), BBS_USAGE, "size 0: found 0");
}

/* Every method and preset, as the program's own functions have it, for any number of threads. */
static void test_every_method(void **state)
{
    (void)state;
    static float weights[SIZE], scale[K], floats[SIZE], same[SIZE];
    static int8_t q[SIZE];
    const bbs_weights_t tensor = made(weights);
    const compress_layer_t layer = layer_of(weights, q, scale);
    for (size_t i = 0; nth_method(i) != NULL; i++) {
        method_config_t config;
        const char *summary = NULL, *name = bbs_method(i, &summary);
        assert_string_equal(name, nth_method(i));
        assert_string_equal(summary, method_summary(name));
        text_t spec = text_of("%s%s", name, text_equal(name, "budget") ? ":bits=7" : "");
        const method_t *method = method_of_spec(spec.chars, &config);
        compressed_t own;
        assert_ok(compress_network(method, &config, &layer, 1, 1, &own));
        compressed_to_floats(&own, &layer, 0, K, floats);
        for (int threads = 0; threads < 4; threads += 3) {
            bbs_compressed_t *compressed;
            bbs_view_t view;
            assert_done(bbs_compress(&tensor, 1, spec.chars, threads, &compressed, &error));
            bbs_view(compressed, &view);
            bbs_weights_of(compressed, same);
            assert_memory_equal(same, floats, sizeof floats);
            assert_memory_equal(view.bits, own.bits, K);
            assert_int_equal(view.value_bits, own.value_bits);
            assert_int_equal(view.meta_bits, own.meta_bits);
            assert_int_equal(view.groups, own.groups);
            assert_int_equal(view.sensitive, own.sensitive);
            bbs_compressed_free(compressed);
        }
        compressed_free(&own);
    }
}

static void test_statistics(void **state)
{
    (void)state;
    /* 0, -1, 127, -128 in one vector of 4 and one group of 4: of 32 bits the ones are 0 + 8 + 7 + 1; in sign-magnitude
     * 0 + 2 + 7 + 8. The sign column has two of four ones, the seven others also. The group has a -128: no redundant
     * column. */
    const int8_t q[4] = {0, -1, 127, -128};
    const float one = 1;
    bbs_weights_t tensor = {.rank = 2, .shape = {1, 4}, .q = q, .scale = &one};
    bbs_statistics_t counts;
    assert_done(bbs_statistics(&tensor, 4, 4, 1, &counts, &error));
    assert_int_equal(counts.weights, 4);
    assert_int_equal(counts.zeros, 1);
    assert_int_equal(counts.zero_bits_twos_complement, 16);
    assert_int_equal(counts.zero_bits_sign_magnitude, 32 - 2 - 7 - 8);
    assert_int_equal(counts.bbs_bits, 8 * 2);
    assert_int_equal(counts.groups, 1);
    assert_int_equal(counts.redundant[0], 1);
    assert_refused(bbs_statistics(&tensor, 0, 4, 1, &counts, &error), BBS_USAGE, "vector: found 0");
    assert_refused(bbs_statistics(&tensor, 4, 4097, 1, &counts, &error), BBS_USAGE, "group: found 4097");
}

/* Sensitive channels are chosen over all tensors of a call: the loud tensor takes all of them. A whole tensor takes none.
 */
static void test_network(void **state)
{
    (void)state;
    static float quiet[SIZE], loud[SIZE];
    bbs_weights_t tensors[3] = {made(quiet), made(loud), made(loud)};
    bbs_compressed_t *results[3];
    bbs_view_t views[3];
    for (int i = 0; i < SIZE; i++)
        loud[i] *= 100;
    tensors[2].whole = 1;
    assert_done(bbs_compress(tensors, 3, "ra:columns=4:beta=0.25:channels=1", 0, results, &error));
    for (int i = 0; i < 3; i++)
        bbs_view(results[i], &views[i]);
    assert_int_equal(views[0].sensitive, 0);
    assert_int_equal(views[1].sensitive, 20); /* a quarter of 2 x 40 */
    assert_int_equal(views[2].sensitive, K);
    assert_int_equal(views[2].value_bits, 8 * SIZE);
    assert_null(views[2].meta);
    for (int i = 0; i < 3; i++)
        bbs_compressed_free(results[i]);
}

/* ===  Packing  === */

static void test_pack(void **state)
{
    (void)state;
    static float weights[SIZE];
    bbs_weights_t tensors[2] = {made(weights), made(weights)};
    tensors[1].name = "first.weight";
    tensors[1].whole = 1;
    for (size_t i = 0; nth_method(i) != NULL; i++) {
        bbs_compressed_t *made_here[2], **read = NULL;
        uint8_t *bytes = NULL, *again = NULL;
        size_t size = 0, size_again = 0, count = 0;
        text_t spec = text_of("%s%s", nth_method(i), text_equal(nth_method(i), "budget") ? ":bits=7" : "");
        method_config_t config;
        assert_done(bbs_compress(tensors, 2, spec.chars, 2, made_here, &error));
        bbs_code_t code = bbs_pack(made_here, 2, 2, &bytes, &size, &error);
        assert_int_equal(code, method_of_spec(spec.chars, &config)->packs ? BBS_OK : BBS_FAILED);
        if (code == BBS_OK) {
            assert_done(bbs_unpack(bytes, size, 1, &read, &count, &error));
            assert_int_equal(count, 2);
            for (size_t j = 0; j < count; j++) {
                bbs_view_t a, b;
                bbs_view(made_here[j], &a);
                bbs_view(read[j], &b);
                assert_string_equal(a.name, b.name);
                assert_memory_equal(a.shape, b.shape, sizeof a.shape);
                assert_memory_equal(a.values, b.values, SIZE * sizeof *a.values);
                assert_memory_equal(a.stored, b.stored, SIZE);
                assert_memory_equal(a.scale, b.scale, K * sizeof *a.scale);
                assert_memory_equal(a.bits, b.bits, K);
                assert_int_equal(a.groups, b.groups);
                assert_int_equal(a.value_bits, b.value_bits);
                assert_int_equal(a.meta_bits, b.meta_bits);
                assert_int_equal(a.sensitive, b.sensitive);
            }
            assert_done(bbs_pack(read, 2, 1, &again, &size_again, &error));
            assert_int_equal(size, size_again);
            assert_memory_equal(bytes, again, size);
            bytes[size - 1] ^= 1;
            bbs_list_free(read, count);
            assert_refused(bbs_unpack(bytes, size, 1, &read, &count, &error), BBS_FAILED, "tensor first.weight");
        }
        bbs_bytes_free(bytes);
        bbs_bytes_free(again);
        bbs_compressed_free(made_here[0]);
        bbs_compressed_free(made_here[1]);
    }
}

static void test_pack_of_two_calls(void **state)
{
    (void)state;
    static float weights[SIZE];
    const bbs_weights_t tensor = made(weights);
    bbs_compressed_t *tensors[2];
    uint8_t *bytes = NULL;
    size_t size = 77;
    assert_done(bbs_compress(&tensor, 1, "ra:columns=2", 1, &tensors[0], &error));
    assert_done(bbs_compress(&tensor, 1, "ra:columns=3", 1, &tensors[1], &error));
    assert_refused(bbs_pack(tensors, 2, 1, &bytes, &size, &error), BBS_USAGE, "one call");
    assert_refused(bbs_pack(tensors, 0, 1, &bytes, &size, &error), BBS_USAGE, "found 0");
    assert_null(bytes);
    assert_int_equal(size, 77);
    bbs_compressed_free(tensors[0]);
    bbs_compressed_free(tensors[1]);
}

/* A file whose plain tensors have the names of a weight and of its columns, but no bits: made by hand, because nothing
 * writes it. */
static void test_unpack_of_half_a_weight(void **state)
{
    (void)state;
    pack_entry_t entries[2] = {
        {.name = (char *)"a", .type = TENSOR_I16, .rank = 2, .shape = {2, 2}, .size = 8},
        {.name = (char *)"a.stored", .type = TENSOR_I8, .rank = 2, .shape = {2, 2}, .size = 4},
    };
    tensor_note_t notes[] = {{(char *)"method", (char *)"ra"}};
    pack_head_t head = {.entries = entries, .count = 2, .notes = notes, .note_count = 1};
    uint8_t bytes[512] = {0};
    bbs_compressed_t **tensors = NULL;
    size_t count = 0;
    head.file_size = head.size = pack_head_size(&head);
    for (int i = 0; i < 2; i++) {
        entries[i].offset = pack_aligned(head.file_size);
        head.file_size = entries[i].offset + entries[i].size;
        entries[i].crc = (uint32_t)crc32(0, bytes, (uInt)entries[i].size); /* of zeros */
    }
    assert_true((size_t)head.file_size <= sizeof bytes);
    pack_head_write(&head, bytes);
    assert_refused(bbs_unpack(bytes, (size_t)head.file_size, 1, &tensors, &count, &error), BBS_FAILED,
                   "no fitting a.scale");
    assert_null(tensors);
}

/* ===  Errors  === */

static void test_errors(void **state)
{
    (void)state;
    static float weights[SIZE], scale[K];
    static int8_t q[SIZE];
    const bbs_weights_t good = made(weights);
    bbs_weights_t bad = good;
    bbs_compressed_t *result = NULL;
    layer_of(weights, q, scale);
    assert_refused(bbs_compress(&good, 1, "bbs-mud", 1, &result, &error), BBS_USAGE, "did you mean bbs-mod?");
    assert_refused(bbs_compress(&good, 1, NULL, 1, &result, &error), BBS_USAGE, "method: found NULL");
    assert_refused(bbs_compress(&good, 1, "ant:activations=6", 1, &result, &error), BBS_USAGE, "activations");
    assert_refused(bbs_compress(&good, 1, "int8", -1, &result, &error), BBS_USAGE, "threads: found -1");
    bad.rank = 1;
    assert_refused(bbs_compress(&bad, 1, "int8", 1, &result, &error), BBS_USAGE, "rank: found 1");
    bad = good;
    bad.shape[0] = INT64_MAX / 100;
    assert_refused(bbs_compress(&bad, 1, "int8", 1, &result, &error), BBS_USAGE, "shape, size 0");
    bad = good;
    bad.q = q;
    assert_refused(bbs_compress(&bad, 1, "int8", 1, &result, &error), BBS_USAGE, "one of q and scale");
    bad.weights = NULL;
    bad.scale = scale;
    assert_refused(bbs_compress(&bad, 1, "ptq", 1, &result, &error), BBS_FAILED, "expected float weights");
    scale[3] = 0;
    assert_refused(bbs_compress(&bad, 1, "int8", 1, &result, &error), BBS_FAILED, "scale 3: found 0");
    weights[5] = NAN;
    assert_refused(bbs_compress(&good, 1, "int8", 1, &result, &error), BBS_FAILED, "weight 5: found nan");
    assert_null(result);
    assert_int_equal(bbs_compress(&good, 1, "int8", 1, &result, NULL), BBS_FAILED); /* nobody wants the text */
    weights[5] = 0;
    assert_done(bbs_compress(&good, 1, "int8", 1, &result, &error));
    assert_string_equal(error.message, "");
    bbs_distortion_t distortion;
    bad = (bbs_weights_t){.rank = 2, .shape = {K, C * POSITIONS}, .weights = weights};
    assert_refused(bbs_distortion(&bad, result, 1, &distortion, &error), BBS_USAGE, "shape");
    bbs_compressed_free(result);
    bbs_compressed_free(NULL);
}

/* ===  The caller's settings  === */

static void compress_floats(const bbs_weights_t *tensor, float *floats)
{
    bbs_compressed_t *compressed;
    bbs_error_t own; /* of this thread */
    if (bbs_compress(tensor, 1, "zps:columns=4:beta=0.25:channels=1", 2, &compressed, &own) != BBS_OK)
        return;
    bbs_weights_of(compressed, floats);
    bbs_compressed_free(compressed);
}

/* Rounding upwards with denormals off gives the same bytes, and stays in force. */
static void test_float_environment(void **state)
{
    (void)state;
    static float weights[SIZE], wanted[SIZE], odd[SIZE];
    const bbs_weights_t tensor = made(weights);
    compress_floats(&tensor, wanted);
    fesetround(FE_UPWARD);
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ and DAZ */
#endif
    compress_floats(&tensor, odd);
    int rounding = fegetround();
#if defined(__x86_64__)
    unsigned int word = _mm_getcsr();
#endif
    fesetenv(FE_DFL_ENV);
    assert_int_equal(rounding, FE_UPWARD);
#if defined(__x86_64__)
    assert_int_equal(word & 0x8040, 0x8040);
#endif
    assert_memory_equal(odd, wanted, sizeof wanted);
}

/* BBS_TEST_LOCALE names a locale with a decimal comma, in LOCPATH; tests/shell/test_library.sh makes one. */
static void test_locale(void **state)
{
    (void)state;
    static float weights[SIZE], wanted[SIZE], odd[SIZE];
    const bbs_weights_t tensor = made(weights);
    const char *name = getenv("BBS_TEST_LOCALE");
    if (name == NULL)
        skip();
    compress_floats(&tensor, wanted);
    assert_non_null(setlocale(LC_ALL, name));
    assert_string_equal(localeconv()->decimal_point, ",");
    compress_floats(&tensor, odd);
    assert_string_equal(localeconv()->decimal_point, ",");
    setlocale(LC_ALL, "C");
    assert_memory_equal(odd, wanted, sizeof wanted);
}

typedef struct {
    const bbs_weights_t *tensor;
    float floats[SIZE];
} caller_t;

static void *call(void *context)
{
    caller_t *caller = context;
    compress_floats(caller->tensor, caller->floats);
    return NULL;
}

static void test_callers_at_once(void **state)
{
    (void)state;
    enum { CALLERS = 4 };
    static float weights[SIZE], wanted[SIZE];
    static caller_t callers[CALLERS];
    pthread_t threads[CALLERS];
    const bbs_weights_t tensor = made(weights);
    compress_floats(&tensor, wanted);
    for (int i = 0; i < CALLERS; i++) {
        callers[i].tensor = &tensor;
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < CALLERS; i++)
        assert_memory_equal(callers[i].floats, wanted, sizeof wanted);
}

static void test_version(void **state)
{
    (void)state;
    assert_string_equal(bbs_version(), BBS_VERSION);
    assert_string_equal(BBS_VERSION, text_of("%d.%d.%d", BBS_VERSION_MAJOR, BBS_VERSION_MINOR, BBS_VERSION_PATCH).chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_quantise),
        cmocka_unit_test(test_every_method),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_pack_of_two_calls),
        cmocka_unit_test(test_unpack_of_half_a_weight),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_float_environment),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_callers_at_once),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
