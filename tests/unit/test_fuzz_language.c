/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fuzz targets of language models and of plans of work (make fuzz) on damaged copies of their seeds, the same in every
 * run. */
#define LLVMFuzzerTestOneInput fuzz_pieces
#include "../fuzz/fuzz_pieces.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_llama2c
#include "../fuzz/fuzz_llama2c.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_work
#include "../fuzz/fuzz_work.c"
#undef LLVMFuzzerTestOneInput

#include "base/file.h"

#include "testing.h"

#include "random.h"

enum { MUTATIONS = 300, CHANGES_MOST = 4 };

/* As in tests/fuzz/seeds.sh. */
static const char *const tokenizers[] = {"tests/data/pieces.llama3.json", "tests/data/pieces.smollm.json",
                                         "tests/data/pieces.llama2.json", "tests/fuzz/seeds/tokenizer.model",
                                         "tests/fuzz/seeds/tokenizer.llama2c"};
static const char model[] = "tests/fuzz/seeds/model.llama2c";

/* In the order of `work_readers`, as in tests/fuzz/seeds.sh. */
static const char *const work_seeds[] = {"tests/fuzz/seeds/plan.csv",   "tests/fuzz/seeds/sizes.csv",
                                         "tests/fuzz/seeds/models.csv", "tests/fuzz/seeds/keys.txt",
                                         "tests/fuzz/seeds/text.jsonl", "tests/fuzz/seeds/config.json",
                                         "tests/fuzz/seeds/index.json"};

static void damage(const char *path, int rounds, int (*target)(const uint8_t *, size_t))
{
    bytes_t seed;
    uint64_t random = 9;
    assert_ok(file_read(path, NULL, &seed));
    uint8_t *bytes = malloc(seed.size);
    assert_non_null(bytes);
    for (int round = 0; round < rounds; round++) {
        const size_t size = random_next(&random) % 8 == 0 ? random_next(&random) % seed.size : seed.size;
        const size_t reach = random_next(&random) % 2 == 0 && seed.size > 40 ? 40 : seed.size; /* the head is richer */
        memcpy(bytes, seed.data, seed.size);
        for (uint64_t change = random_next(&random) % CHANGES_MOST + 1; change > 0; change--)
            bytes[random_next(&random) % reach] = (uint8_t)random_next(&random);
        assert_int_equal(target(bytes, size), 0);
    }
    free(bytes);
    file_free_bytes(&seed);
}

/* A seed that its reader refuses leads the fuzzer nowhere. */
static void each_seed_is_read(void **state)
{
    (void)state;
    bytes_t bytes;
    for (size_t i = 0; i < sizeof tokenizers / sizeof tokenizers[0]; i++) {
        assert_ok(file_read(tokenizers[i], NULL, &bytes));
        if (!read_pieces(bytes.data, bytes.size))
            fail_msg("%s", tokenizers[i]);
        file_free_bytes(&bytes);
    }
    assert_ok(file_read(model, NULL, &bytes));
    assert_true(read_llama2c(bytes.data, bytes.size));
    file_free_bytes(&bytes);
    assert_int_equal(sizeof work_seeds / sizeof work_seeds[0], WORK_READERS);
    for (size_t i = 0; i < WORK_READERS; i++) {
        assert_ok(file_read(work_seeds[i], NULL, &bytes));
        if (!read_small_file(work_readers[i], bytes.data, bytes.size))
            fail_msg("%s", work_seeds[i]);
        file_free_bytes(&bytes);
    }
}

static size_t work_reader; /* of read_work() */

static int read_work(const uint8_t *data, size_t size)
{
    (void)read_small_file(work_readers[work_reader], data, size);
    return 0;
}

static void damaged_files_of_work_do_no_harm(void **state)
{
    (void)state;
    for (work_reader = 0; work_reader < WORK_READERS; work_reader++)
        damage(work_seeds[work_reader], MUTATIONS, read_work);
}

static void damaged_tokenizers_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tokenizers / sizeof tokenizers[0]; i++)
        damage(tokenizers[i], MUTATIONS, fuzz_pieces);
}

static void damaged_checkpoints_do_no_harm(void **state)
{
    (void)state;
    damage(model, 10 * MUTATIONS, fuzz_llama2c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_seed_is_read), cmocka_unit_test(damaged_tokenizers_do_no_harm),
                                       cmocka_unit_test(damaged_checkpoints_do_no_harm),
                                       cmocka_unit_test(damaged_files_of_work_do_no_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
