/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fuzz targets of small files and of checkpoints (make fuzz) on damaged copies of committed ones, the same in every
 * run. */
#define LLVMFuzzerTestOneInput fuzz_files
#include "../fuzz/fuzz_files.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_checkpoint
#include "../fuzz/fuzz_checkpoint.c"
#undef LLVMFuzzerTestOneInput

#include "testing.h"

enum { MUTATIONS = 150, CHANGES_MOST = 4, MOST_BYTES = 3000 };

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* In the order of `readers`, as in tests/fuzz/seeds.sh. */
static const char *const seeds[] = {
    "results/reference/accuracy.smoke.csv",
    "tests/fuzz/seeds/run.json",
    "results/claims.csv",
    "models/profiles/resnet18_imagenet_partial.csv",
    "models/compact/vgg16.ranges.csv",
    "tests/fuzz/seeds/predictions.csv",
    "docs/examples/mobilenet.layers.csv",
    "bench/accel/config/paper.ini",
    "datasets/datasets.csv",
    "tests/fuzz/seeds/shards.json",
    "tests/fuzz/seeds/val.txt",
    "tests/fuzz/seeds/description.json",
    "tests/fuzz/seeds/densities.csv",
    "tests/fuzz/seeds/images.idx",
    "tests/fuzz/seeds/array.npz",
};

static bytes_t seed_of(size_t reader)
{
    bytes_t bytes;
    assert_ok(file_read(seeds[reader], NULL, &bytes));
    bytes.size = bytes.size < MOST_BYTES ? bytes.size : MOST_BYTES;
    return bytes;
}

/* A seed that its reader refuses leads the fuzzer nowhere. */
static void each_seed_is_read_by_its_reader(void **state)
{
    (void)state;
    for (size_t reader = 0; reader < sizeof seeds / sizeof *seeds; reader++) {
        bytes_t bytes;
        assert_ok(file_read(seeds[reader], NULL, &bytes));
        if (!read_as(reader, bytes.data, bytes.size))
            fail_msg("%s", seeds[reader]);
        file_free_bytes(&bytes);
    }
}

static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    uint64_t random = 5;
    assert_int_equal(sizeof seeds / sizeof *seeds, sizeof readers / sizeof *readers);
    for (size_t reader = 0; reader < sizeof seeds / sizeof *seeds; reader++) {
        bytes_t seed = seed_of(reader);
        uint8_t *input = malloc(seed.size + 1);
        assert_non_null(input);
        for (int round = 0; round < MUTATIONS; round++) {
            const size_t size = next_random(&random) % 8 == 0 ? next_random(&random) % seed.size : seed.size;
            input[0] = (uint8_t)reader;
            memcpy(input + 1, seed.data, seed.size);
            for (uint64_t change = next_random(&random) % CHANGES_MOST; change > 0; change--)
                input[1 + next_random(&random) % seed.size] = (uint8_t)next_random(&random);
            assert_int_equal(fuzz_files(input, size + 1), 0);
        }
        free(input);
        file_free_bytes(&seed);
    }
}

static void damaged_pickles_do_no_harm(void **state)
{
    (void)state;
    bytes_t seed;
    uint64_t random = 6;
    assert_ok(file_read("tests/fuzz/seeds/state_dict.pkl", NULL, &seed));
    uint8_t *input = malloc(seed.size);
    assert_non_null(input);
    for (int round = 0; round < 20 * MUTATIONS; round++) {
        memcpy(input, seed.data, seed.size);
        for (uint64_t change = next_random(&random) % CHANGES_MOST; change > 0; change--)
            input[next_random(&random) % seed.size] = (uint8_t)next_random(&random);
        assert_int_equal(fuzz_checkpoint(input, seed.size), 0);
    }
    free(input);
    file_free_bytes(&seed);
}

/* Found by the fuzzer: the name of a bare class was read as a list of arguments. */
static void a_bare_class_is_named(void **state)
{
    (void)state;
    static const char pickle[] = "\x80\x02"
                                 "c__main__\nModel_of_ours_with_a_long_name\n.";
    state_dict_t dict;
    assert_error(state_dict_read("net.pth", NULL, (const uint8_t *)pickle, sizeof pickle - 1, &dict), FAULT_FAILED,
                 "Model_of_ours");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_seed_is_read_by_its_reader), cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(damaged_pickles_do_no_harm), cmocka_unit_test(a_bare_class_is_named)};
    return cmocka_run_group_tests_name("fuzz_files", tests, NULL, NULL);
}
