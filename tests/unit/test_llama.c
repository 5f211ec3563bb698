/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/llama and measure/llama: shapes by hand, bits of Fig. 17. test_language_model.c has cycles and bytes. */
#include "measure/llama.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "nets/weights.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-llama-XXXXXX";

/* Weights of a block: q and o 4096 x 4096, k and v 1024 x 4096, gate, up and down 14336 x 4096. */
enum { BLOCK = 2 * 4096 * 4096 + 2 * 1024 * 4096 + 3 * 14336 * 4096, BLOCKS = 32 };

static text_t run(outcome_t outcome, const char *name, csv_table_t *table)
{
    text_t path = text_of("%s/%s", folder, name);
    assert_ok(outcome);
    assert_ok(csv_read(path.chars, table));
    return path;
}

/* The cell of the row whose columns `first` and `second` have these texts. */
static const char *cell(const csv_table_t *table, const char *first, const char *a, const char *second, const char *b,
                        const char *column)
{
    size_t one, two, wanted;
    assert_ok(csv_column(table, first, &one));
    assert_ok(csv_column(table, second, &two));
    assert_ok(csv_column(table, column, &wanted));
    for (size_t row = 0; row < table->rows; row++)
        if (text_equal(csv_cell(table, row, one), a) && text_equal(csv_cell(table, row, two), b))
            return csv_cell(table, row, wanted);
    fail_msg("no row %s, %s", a, b);
    return NULL;
}

static void assert_integer(const char *text, int64_t expected)
{
    assert_string_equal(text, text_of("%" PRId64, expected).chars);
}

/* 8,030,261,248 is the number of parameters of the published model. */
static void shapes_are_those_of_the_published_model(void **state)
{
    (void)state;
    const net_size_t *full, *block;
    net_table_t table, one;
    int64_t weights = 0, of_one = 0;
    assert_ok(net_find_size(&net_llama3_8b, "full", &full));
    assert_ok(net_find_size(&net_llama3_8b, "block", &block));
    assert_ok(net_layers(&net_llama3_8b, full, &table));
    assert_ok(net_layers(&net_llama3_8b, block, &one));
    assert_int_equal(table.count, 7 * BLOCKS);
    assert_int_equal(one.count, 7);
    for (size_t i = 0; i < table.count; i++) {
        const net_layer_t *same = &one.items[i % 7];
        weights += net_layer_weights(&table.items[i]);
        of_one += i < 7 ? net_layer_weights(same) : 0;
        assert_true(table.items[i].k == same->k && table.items[i].c == same->c && !same->reads_image);
        assert_int_equal(table.items[i].input, NET_OUTSIDE);
    }
    assert_int_equal(of_one, BLOCK);
    assert_int_equal(weights, (int64_t)BLOCK * BLOCKS);
    assert_int_equal(weights + llama_other_weights(full), 8030261248);
    assert_int_equal(llama_blocks(full), BLOCKS);
    assert_string_equal(one.items[1].name, "layers.0.self_attn.k_proj");
    assert_int_equal(one.items[1].k, 1024);
    net_table_free(&table);
    net_table_free(&one);
}

/* Shapes as the config.json of each model has them (key names are those of config.json), and the number of parameters that
 * its page states: meta-llama/Meta-Llama-3-8B, meta-llama/Llama-3.2-1B and -3B, TinyLlama/TinyLlama-1.1B-intermediate-step-
 * 1431k-3T, HuggingFaceTB/SmolLM-135M and -360M. */
static const struct {
    const char *name;
    int64_t hidden_size, intermediate_size, num_hidden_layers, num_attention_heads, num_key_value_heads, vocab_size;
    bool tie_word_embeddings;
    int64_t parameters;
} published[] = {{"Llama-3-8B", 4096, 14336, 32, 32, 8, 128256, false, 8030261248},
                 {"Llama-3.2-1B", 2048, 8192, 16, 32, 8, 128256, true, 1235814400},
                 {"Llama-3.2-3B", 3072, 8192, 28, 24, 8, 128256, true, 3212749824},
                 {"TinyLlama-1.1B", 2048, 5632, 22, 32, 4, 32000, false, 1100048384},
                 {"SmolLM-135M", 576, 1536, 30, 9, 3, 49152, true, 134515008},
                 {"SmolLM-360M", 960, 2560, 32, 15, 5, 49152, true, 361821120}};

static int64_t lend(tensor_set_t *set, const char *name, int64_t rows, int64_t columns)
{
    static const uint16_t ones[4096]; /* only norms are read */
    const int64_t shape[] = {rows, columns};
    assert_ok(tensor_set_lend(set, name, TENSOR_BF16, rows > 0 ? 2 : 1, rows > 0 ? shape : shape + 1, ones));
    return (rows > 0 ? rows : 1) * columns;
}

/* The tensors of a model under Hugging Face's names, without elements. */
static int64_t lend_all(size_t model, tensor_set_t *set)
{
    const int64_t d = published[model].hidden_size, hidden = published[model].intermediate_size,
                  keys = d / published[model].num_attention_heads * published[model].num_key_value_heads,
                  words = published[model].vocab_size;
    const struct {
        const char *name;
        int64_t rows, columns;
    } parts[] = {{"self_attn.q_proj", d, d},   {"self_attn.k_proj", keys, d}, {"self_attn.v_proj", keys, d},
                 {"self_attn.o_proj", d, d},   {"mlp.gate_proj", hidden, d},  {"mlp.up_proj", hidden, d},
                 {"mlp.down_proj", d, hidden}, {"input_layernorm", 0, d},     {"post_attention_layernorm", 0, d}};
    int64_t count = lend(set, "model.embed_tokens.weight", words, d) + lend(set, "model.norm.weight", 0, d);
    for (int64_t block = 0; block < published[model].num_hidden_layers; block++)
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            count += lend(set, text_of("model.layers.%d.%s.weight", (int)block, parts[i].name).chars, parts[i].rows,
                          parts[i].columns);
    if (!published[model].tie_word_embeddings)
        count += lend(set, "lm_head.weight", words, d);
    return count;
}

static void published_models_are_recognised_with_all_their_parameters(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof published / sizeof *published; m++) {
        tensor_set_t set = {0};
        net_made_t made;
        net_weights_t weights;
        net_hints_t hints = {.heads = published[m].num_attention_heads, .places = 2048};
        int64_t of_layers = 0;
        assert_int_equal(lend_all(m, &set), published[m].parameters);
        hints.declared[NET_KEY_VALUE_HEADS] = published[m].num_key_value_heads;
        hints.declared[NET_HIDDEN_LAYERS] = published[m].num_hidden_layers;
        assert_ok(net_recognise(published[m].name, &set, &hints, &made));
        assert_ok(net_weights_defer(&made.network, &made.size, published[m].name, &set, &weights));
        for (size_t i = 0; i < weights.table.count; i++)
            of_layers += net_layer_weights(&weights.table.items[i]);
        assert_int_equal(of_layers + llama_other_weights(&made.size), published[m].parameters);
        assert_int_equal(weights.table.count, 7 * published[m].num_hidden_layers);
        net_weights_free(&weights);
    }
}

/* The commands that run networks do not offer it: there is neither a program nor room for its weights. */
static void it_is_in_no_registry(void **state)
{
    (void)state;
    const network_t *network;
    outcome_t result = net_find(net_llama3_8b.name, &network);
    assert_false(outcome_is_ok(&result));
}

static void bits_are_those_of_the_paper(void **state)
{
    (void)state;
    csv_table_t table;
    const char *const matrices[] = {"layers.0.self_attn.k_proj", "layers.0.mlp.down_proj"};
    run(llama_run(2, text_of("%s/llama.csv", folder).chars), "llama.csv", &table);
    assert_int_equal(table.rows, 4 * 7);
    for (int i = 0; i < 2; i++) {
        const char *m = matrices[i];
        assert_string_equal(cell(&table, "layer", m, "method", "int8", "bits_per_weight_with_metadata"), "8");
        assert_string_equal(cell(&table, "layer", m, "method", "int8", "mse_int8_steps2"), "0");
        assert_string_equal(cell(&table, "layer", m, "method", "ra:columns=2:beta=0", "bits_per_weight"), "6");
        assert_string_equal(cell(&table, "layer", m, "method", "ra:columns=2:beta=0", "bits_per_weight_with_metadata"),
                            "6.25");
        assert_string_equal(cell(&table, "layer", m, "method", "zps:columns=4:beta=0", "bits_per_weight_with_metadata"),
                            "4.25");
        assert_string_equal(cell(&table, "layer", m, "method", "olive", "bits_per_weight"), "4");
    }
    assert_integer(cell(&table, "layer", matrices[0], "method", "int8", "weights"), (int64_t)1024 * 4096 * BLOCKS);
    csv_free(&table);
}

static void threads_change_no_byte(void **state)
{
    (void)state;
    bytes_t one, two;
    assert_ok(llama_run(1, text_of("%s/one.csv", folder).chars));
    assert_ok(llama_run(3, text_of("%s/two.csv", folder).chars));
    assert_ok(file_read(text_of("%s/one.csv", folder).chars, "", &one));
    assert_ok(file_read(text_of("%s/two.csv", folder).chars, "", &two));
    assert_true(one.size == two.size && memcmp(one.data, two.data, one.size) == 0);
    file_free_bytes(&one);
    file_free_bytes(&two);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"llama.csv", "one.csv", "two.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(text_of("%s/%s", folder, names[i]).chars);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_those_of_the_published_model),
        cmocka_unit_test(published_models_are_recognised_with_all_their_parameters),
        cmocka_unit_test(it_is_in_no_registry),
        cmocka_unit_test(bits_are_those_of_the_paper),
        cmocka_unit_test(threads_change_no_byte),
    };
    return cmocka_run_group_tests_name("llama", tests, make_folder, remove_folder);
}
