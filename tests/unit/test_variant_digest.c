/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest of compressed weights: one that is put together by hand, the same for any number of threads, and another one
 * for every change of what is computed with. */
#include "testing.h"

#include "base/text.h"
#include "measure/variant_digest.h"

#include <string.h>

enum { K = 5, C = 20000, WEIGHTS = K * C, SLICE = 1 << 15 };
static int16_t values[WEIGHTS];
static float scale[K] = {0.5f, 0.25f, 1, 2, 3}, floats[WEIGHTS];
static const compress_layer_t layer = {.name = "layer", .k = K, .c = C, .kh = 1, .kw = 1, .weights = floats};
static const compressed_t integers = {.values = values, .scale = scale}, reals = {.floats = floats}, own = {.values = NULL};

static sha256_t digest_of(const compressed_t *compressed, int threads)
{
    sha256_t digest = {{0}};
    assert_ok(variant_digest_add(&layer, compressed, threads, &digest));
    assert_int_equal(strlen(digest.hex), 64);
    return digest;
}

static void assert_other(const sha256_t *before)
{
    const sha256_t now = digest_of(&integers, 2);
    assert_false(text_equal(now.hex, before->hex));
}

/* A layer of one slice: the digest so far, that of the scales, and that of the slice's digest. */
static void a_small_layer_by_hand(void **state)
{
    (void)state;
    const compress_layer_t small = {.name = "small", .k = 1, .c = 3, .kh = 1, .kw = 1};
    int16_t three[] = {1, -2, 127};
    const int8_t bytes[] = {1, -2, 127};
    const compressed_t compressed = {.values = three, .scale = scale};
    sha256_t digest = {{0}}, slice, parts[3] = {{{0}}}, wanted;
    for (int turn = 0; turn < 2; turn++) {
        parts[0] = digest;
        sha256_bytes(scale, sizeof *scale, &parts[1]);
        if (turn == 0)
            sha256_bytes(bytes, sizeof bytes, &slice);
        else
            sha256_bytes(three, sizeof three, &slice); /* 128 is no byte */
        sha256_bytes(&slice, sizeof slice, &parts[2]);
        sha256_bytes(parts, sizeof parts, &wanted);
        assert_ok(variant_digest_add(&small, &compressed, 1, &digest));
        assert_string_equal(digest.hex, wanted.hex);
        three[2] = 128;
    }
}

static void threads_change_nothing(void **state)
{
    (void)state;
    const compressed_t *const all[] = {&integers, &reals, &own};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const sha256_t one = digest_of(all[i], 1), two = digest_of(all[i], 2), many = digest_of(all[i], 9);
        assert_string_equal(one.hex, two.hex);
        assert_string_equal(one.hex, many.hex);
    }
    /* Floats are the same wherever they lie. */
    const sha256_t lent = digest_of(&own, 1), given = digest_of(&reals, 1);
    assert_string_equal(lent.hex, given.hex);
}

static void each_change_is_seen(void **state)
{
    (void)state;
    static const int places[] = {0, SLICE - 1, SLICE, WEIGHTS - 1};
    const sha256_t before = digest_of(&integers, 2);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        values[places[i]] += 1;
        assert_other(&before);
        values[places[i]] -= 1;
        values[places[i]] += 256; /* the same low byte */
        assert_other(&before);
        values[places[i]] -= 256;
    }
    scale[K - 1] = 4;
    assert_other(&before);
    scale[K - 1] = 3;
    const sha256_t again = digest_of(&integers, 2);
    assert_string_equal(again.hex, before.hex);
    floats[WEIGHTS - 1] = 1;
    const sha256_t other = digest_of(&reals, 2);
    floats[WEIGHTS - 1] = 0;
    const sha256_t first = digest_of(&reals, 2);
    assert_string_not_equal(first.hex, other.hex);
}

/* A network's digest depends on the order of its layers. */
static void layers_are_in_order(void **state)
{
    (void)state;
    sha256_t one = {{0}}, other = {{0}};
    assert_ok(variant_digest_add(&layer, &integers, 2, &one));
    assert_ok(variant_digest_add(&layer, &reals, 2, &one));
    assert_ok(variant_digest_add(&layer, &reals, 2, &other));
    assert_ok(variant_digest_add(&layer, &integers, 2, &other));
    assert_string_not_equal(one.hex, other.hex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_layer_by_hand),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(each_change_is_seen),
        cmocka_unit_test(layers_are_in_order),
    };
    for (int i = 0; i < WEIGHTS; i++)
        values[i] = (int16_t)(i * 37 % 255 - 127);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
