/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/llama and measure/llama: shapes by hand, bits of Fig. 17. test_language_model.c has cycles and bytes. */
#include "measure/llama.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"

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
        cmocka_unit_test(it_is_in_no_registry),
        cmocka_unit_test(bits_are_those_of_the_paper),
        cmocka_unit_test(threads_change_no_byte),
    };
    return cmocka_run_group_tests_name("llama", tests, make_folder, remove_folder);
}
