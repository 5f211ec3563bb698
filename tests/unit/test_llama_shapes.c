/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/llama_shapes: each shape adds up to the number of parameters that its publisher counts, which no table of ours has.
 */
#include "nets/llama_shapes.h"

#include "base/text.h"
#include "nets/llama.h"

#include "testing.h"

/* The parameters of the published files (model.safetensors.index.json, total_size / 2 for bfloat16, or the page of the
 * model); a tied head is counted once. */
static const struct {
    const network_t *network;
    int64_t parameters;
} published[] = {{&net_llama3_8b, 8030261248}, {&net_llama3_2_1b, 1235814400},  {&net_llama3_2_3b, 3212749824},
                 {&net_llama2_7b, 6738415616}, {&net_tinyllama_1b, 1100048384}, {&net_smollm_135m, 134515008},
                 {&net_smollm_360m, 361821120}};
enum { MODELS = sizeof published / sizeof *published };

static int64_t weights_of(const network_t *network, const char *name, const net_size_t **size, size_t *layers)
{
    net_table_t table;
    int64_t weights = 0;
    assert_ok(net_find_size(network, name, size));
    assert_ok(net_layers(network, *size, &table));
    for (size_t i = 0; i < table.count; i++)
        weights += net_layer_weights(&table.items[i]);
    *layers = table.count;
    net_table_free(&table);
    return weights;
}

static void shapes_add_up_to_the_published_parameters(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        const net_size_t *full;
        size_t layers;
        const int64_t weights = weights_of(published[i].network, "full", &full, &layers);
        assert_int_equal(weights + llama_other_weights(full), published[i].parameters);
        assert_int_equal(layers, 7 * llama_blocks(full));
    }
}

/* A head has an even number of features, heads share keys evenly, and "block" is one of the blocks of "full". */
static void blocks_are_equal_and_heads_share_keys_evenly(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        const net_size_t *full, *block;
        size_t layers, of_block;
        const int64_t all = weights_of(published[i].network, "full", &full, &layers),
                      one = weights_of(published[i].network, "block", &block, &of_block);
        const llama_shape_t *shape = full->shape;
        assert_int_equal(of_block, 7);
        assert_int_equal(one * llama_blocks(full), all);
        assert_int_equal(shape->width % (2 * shape->heads), 0);
        assert_int_equal(shape->heads % shape->key_heads, 0);
    }
}

/* Every model is in the table once, under a name that no other network has. */
static void the_table_has_every_model_once(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        int times = 0;
        for (const network_t *const *at = net_language; *at != NULL; at++)
            times += *at == published[i].network;
        assert_int_equal(times, 1);
        for (const network_t *const *at = net_registry; *at != NULL; at++)
            assert_string_not_equal((*at)->name, published[i].network->name);
        for (const network_t *const *at = net_others; *at != NULL; at++)
            assert_string_not_equal((*at)->name, published[i].network->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_add_up_to_the_published_parameters),
        cmocka_unit_test(blocks_are_equal_and_heads_share_keys_evenly),
        cmocka_unit_test(the_table_has_every_model_once),
    };
    return cmocka_run_group_tests_name("llama_shapes", tests, NULL, NULL);
}
