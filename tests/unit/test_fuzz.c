/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fuzz targets (make fuzz) on mutations that are the same in every run: what they check holds without libFuzzer. */
#define LLVMFuzzerTestOneInput fuzz_bbs
#include "../fuzz/fuzz_bbs.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_safetensors
#include "../fuzz/fuzz_safetensors.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_tokenizer
#include "../fuzz/fuzz_tokenizer.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_page
#include "../fuzz/fuzz_page.c"
#undef LLVMFuzzerTestOneInput

#include "base/text.h"

#include <unistd.h>

#include "testing.h"

enum { MUTATIONS = 3000, CHANGES_MOST = 6 };

static uint64_t state_of_random = 11;

static uint64_t next_random(void)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return state_of_random >> 33;
}

/* A few bytes are changed, sometimes to the values where sizes overflow, and sometimes the end is cut off. */
static void mutate(const bytes_t *seed, int (*target)(const uint8_t *, size_t))
{
    static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF};
    uint8_t *bytes = malloc(seed->size);
    assert_non_null(bytes);
    for (int round = 0; round < MUTATIONS; round++) {
        size_t size = next_random() % 8 == 0 ? (size_t)(next_random() % seed->size) : seed->size;
        memcpy(bytes, seed->data, seed->size);
        size_t reach = next_random() % 2 ? seed->size : seed->size < 600 ? seed->size : 600; /* the head is richer */
        for (uint64_t change = next_random() % CHANGES_MOST + 1; change > 0; change--)
            bytes[next_random() % reach] = next_random() % 2 ? edges[next_random() % sizeof edges] : (uint8_t)next_random();
        assert_int_equal(target(bytes, size), 0);
    }
    free(bytes);
}

/* A compressed network small enough that most bytes matter. */
static void make_set(tensor_set_t *out)
{
    tensor_set_t set = {0};
    tensor_t *tensor;
    int8_network_t network;
    const method_t *mod;
    compressed_t compressed[2];
    assert_ok(tensor_set_reserve(&set, "conv.weight", TENSOR_F32, 4, (const int64_t[]){6, 11, 1, 3}, &tensor));
    for (int64_t i = 0; i < tensor->count; i++)
        ((float *)tensor->data)[i] = (float)(next_random() % 2001) - 1000;
    assert_ok(tensor_set_reserve(&set, "fc.weight", TENSOR_F32, 2, (const int64_t[]){8, 16}, &tensor));
    for (int64_t i = 0; i < tensor->count; i++)
        ((float *)tensor->data)[i] = (float)(next_random() % 2001) - 1000;
    method_config_t config;
    assert_ok(method_parse("bbs-mod", &mod, &config));
    config.group = 5;
    config.channel_unit = 2;
    assert_ok(int8_tensors_open(&set, "net", false, 1, &network));
    assert_ok(compress_network(mod, &config, network.layers, network.count, 1, compressed));
    assert_ok(compressed_set(&set, &network, compressed, out));
    assert_ok(tensor_set_note(out, "method", "bbs-mod"));
    assert_ok(tensor_set_note(out, "columns", "4"));
    assert_ok(tensor_set_note(out, "group", "5"));
    compressed_free(&compressed[0]);
    compressed_free(&compressed[1]);
    int8_network_free(&network);
    tensor_set_free(&set);
}

static void mutated_bbs_files_do_no_harm(void **state)
{
    (void)state;
    tensor_set_t set;
    bytes_t file;
    pack_report_t report;
    make_set(&set);
    assert_ok(pack_encode("net", &set, 1, &file, &report));
    mutate(&file, fuzz_bbs);
    file_free_bytes(&file);
    tensor_set_free(&set);
}

static void mutated_safetensors_files_do_no_harm(void **state)
{
    (void)state;
    char path[] = "/tmp/bbs-test-fuzz-XXXXXX";
    tensor_set_t set;
    bytes_t file;
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    make_set(&set);
    assert_ok(safetensors_save(path, &set));
    assert_ok(file_read(path, NULL, &file));
    unlink(path);
    mutate(&file, fuzz_safetensors);
    file_free_bytes(&file);
    tensor_set_free(&set);
}

static void mutated_texts_do_no_harm(void **state)
{
    (void)state;
    char text[] = "running ab\t1\r\n\xE6\x9D\xB1\xE4\xBA\xAC a\xCC\x81, \xF0\x9F\x98\x80\t0\n[SEP]a \xC4\xB0\xC3\x9F.\t1\n";
    bytes_t seed = {.data = (uint8_t *)text, .size = sizeof text - 1};
    mutate(&seed, fuzz_tokenizer);
}

static void mutated_pages_do_no_harm(void **state)
{
    (void)state;
    bytes_t seed;
    assert_ok(file_read("docs/examples/loss-by-family/loss_by_family.md", NULL, &seed));
    mutate(&seed, fuzz_page);
    file_free_bytes(&seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_bbs_files_do_no_harm),
        cmocka_unit_test(mutated_safetensors_files_do_no_harm),
        cmocka_unit_test(mutated_texts_do_no_harm),
        cmocka_unit_test(mutated_pages_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
