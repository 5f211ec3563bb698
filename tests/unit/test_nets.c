/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/: layer counts, multiply-accumulates and weights of the seven full-size networks against the figures of the
 * authors' simulator, which read them from the frameworks' own modules. */
#include "nets/bert.h"
#include "nets/net.h"
#include "nets/program.h"
#include "nets/vit.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static const struct {
    const char *net;
    size_t layers;
    int64_t kilo_macs; /* multiply-accumulates a sample, in thousands: the source has four digits behind the G */
    int64_t kilo_weights;
} published[] = {
    {"vgg16", 16, 15470300, 138344},    {"resnet34", 37, 3663800, 21780},   {"resnet50", 54, 4089200, 25503},
    {"vit_small", 49, 4240800, 21529},  {"vit_base", 49, 16847700, 85525},  {"bert_mrpc", 72, 43486500, 84935},
    {"bert_sst2", 72, 43486500, 84935}, {"mobilenet_v2", 53, 300774, 3470}, /* 300.8 M: torchvision's 0.301 GFLOPS */
};

static void totals_are_those_of_the_published_networks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        const network_t *network;
        const net_size_t *size;
        net_table_t table;
        int64_t macs = 0, weights = 0;
        assert_ok(net_find(published[i].net, &network));
        assert_ok(net_find_size(network, "full", &size));
        assert_ok(net_layers(network, size, &table));
        assert_int_equal(table.count, published[i].layers);
        for (size_t layer = 0; layer < table.count; layer++) {
            macs += net_layer_macs(&table.items[layer]);
            weights += net_layer_weights(&table.items[layer]);
            assert_int_equal(table.items[layer].reads_image, layer == 0 && table.items[layer].kind == NET_CONV);
        }
        assert_true(llabs(macs / 1000 - published[i].kilo_macs) <= 50);
        assert_true(llabs((weights + 500) / 1000 - published[i].kilo_weights) <= 1);
        net_table_free(&table);
    }
}

static void planes_follow_from_layer_to_layer(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    net_table_t table;
    assert_ok(net_find("resnet34", &network));
    assert_ok(net_find_size(network, "compact", &size));
    assert_ok(net_layers(network, size, &table));
    assert_int_equal(table.count, 37);
    assert_string_equal(table.items[9].name, "layer2.0.downsample.0");
    assert_string_equal(table.items[9].norm, "layer2.0.downsample.1");
    assert_int_equal(table.items[9].in_h, 12);
    assert_int_equal(table.items[9].out_h, 6);
    assert_string_equal(table.items[35].name, "layer4.2.conv2");
    assert_int_equal(table.items[35].out_w, 2);
    assert_true(table.items[36].kind == NET_LINEAR && table.items[36].bias && table.items[36].c == 64);
    net_table_free(&table);
}

/* Every network that can be asked for by name. */
static const network_t *nth_network(size_t index)
{
    return registry_at(&net_names, index);
}

static bool is_one_word(const char *name)
{
    return name[0] != '\0' && strcspn(name, ",:= /") == strlen(name) && !text_equal(name, "all");
}

static void check_size(const network_t *network, const net_size_t *size)
{
    text_t path;
    const net_size_t *found = NULL;
    assert_true(is_one_word(size->name));
    assert_ok(net_find_size(network, size->name, &found));
    assert_ptr_equal(found, size); /* each name once */
    assert_true(size->channels > 0 && size->height > 0 && size->width > 0 && size->classes > 1);
    assert_true(size->dataset != NULL && size->profile != NULL);
    assert_true((size->cfg != NULL || network->graph != NULL) != (network->program != NULL));
    if (size->cfg != NULL) {
        assert_ok(home_path(size->cfg, &path));
        assert_true(file_exists(path.chars));
    }
}

static void networks_are_described_wholly(void **state)
{
    (void)state;
    const network_t *network, *found;
    for (size_t i = 0; (network = nth_network(i)) != NULL; i++) {
        assert_true(is_one_word(network->name) && network->title[0] != '\0' && network->family[0] != '\0');
        assert_ok(net_find(network->name, &found));
        assert_ptr_equal(found, network); /* each name once */
        assert_non_null(network->sizes[0]);
        for (const net_size_t *const *size = network->sizes; *size != NULL; size++)
            check_size(network, *size);
    }
}

/* Planes and products as the kind of a layer has them. Only a first convolution on an image reads an image: a BERT has no
 * such layer. */
static void layer_tables_are_consistent(void **state)
{
    (void)state;
    const network_t *network;
    for (size_t n = 0; (network = nth_network(n)) != NULL; n++)
        for (const net_size_t *const *size = network->sizes; *size != NULL; size++) {
            net_table_t table;
            assert_ok(net_layers(network, *size, &table));
            assert_true(table.count > 0);
            for (size_t i = 0; i < table.count; i++) {
                const net_layer_t *layer = &table.items[i];
                assert_int_equal(layer->reads_image, i == 0 && layer->kind == NET_CONV && layer->c == (*size)->channels);
                assert_true(layer->name[0] != '\0' && net_layer_weights(layer) > 0 && net_layer_macs(layer) > 0);
                if (layer->kind == NET_CONV)
                    assert_true(layer->out_h == (layer->in_h + 2 * layer->pad - layer->kh) / layer->stride + 1 &&
                                layer->out_w == (layer->in_w + 2 * layer->pad - layer->kw) / layer->stride + 1);
                else
                    assert_true(layer->kh == 1 && layer->kw == 1 && layer->out_h == 1 && layer->tokens >= 1);
            }
            net_table_free(&table);
        }
}

static void names_within_a_network_are_unique(void **state)
{
    (void)state;
    const network_t *network;
    for (size_t n = 0; (network = nth_network(n)) != NULL; n++)
        for (const net_size_t *const *size = network->sizes; *size != NULL; size++) {
            net_table_t table;
            assert_ok(net_layers(network, *size, &table));
            for (size_t i = 0; i < table.count; i++) {
                assert_true(strlen(table.items[i].name) + 1 < NET_NAME_SIZE);
                for (size_t j = 0; j < i; j++)
                    assert_string_not_equal(table.items[i].name, table.items[j].name);
            }
            net_table_free(&table);
        }
}

/* An operand has the shape of what is read: a layer's input that of its maker's output, a residual that of the sum. */
static void operands_come_from_layers_of_their_shape(void **state)
{
    (void)state;
    for (const network_t *const *network = net_registry; *network != NULL; network++)
        for (const net_size_t *const *size = (*network)->sizes; *size != NULL; size++) {
            net_table_t table;
            assert_ok(net_layers(*network, *size, &table));
            for (int64_t i = 0; i < (int64_t)table.count; i++) {
                const net_layer_t *layer = &table.items[i];
                assert_true(layer->input >= NET_OUTSIDE && layer->input < i);
                assert_true(layer->residual >= NET_NONE && layer->residual < i);
                if (layer->input >= 0) {
                    const net_layer_t *maker = &table.items[layer->input];
                    assert_true(maker->k == layer->c && maker->out_h == layer->in_h && maker->out_w == layer->in_w &&
                                maker->tokens == layer->tokens);
                }
                if (layer->residual >= 0) {
                    const net_layer_t *maker = &table.items[layer->residual];
                    assert_true(maker->k == layer->k && maker->out_h == layer->out_h && maker->out_w == layer->out_w &&
                                maker->tokens == layer->tokens);
                }
            }
            net_table_free(&table);
        }
}

/* Each layer of the table is computed by one step, and a step's inputs are the outputs of the step before. */
static void a_program_covers_its_table(void **state)
{
    (void)state;
    const network_t *const networks[] = {&net_vit_small, &net_vit_base, &net_bert_mrpc,
                                         &net_bert_sst2, &net_vit_tiny, &net_deit_tiny};
    for (size_t n = 0; n < sizeof networks / sizeof networks[0]; n++)
        for (const net_size_t *const *size = networks[n]->sizes; *size != NULL; size++) {
            net_table_t table;
            net_program_t program;
            int64_t covered = 0;
            assert_ok(net_layers(networks[n], *size, &table));
            assert_ok(net_program(networks[n], *size, &program));
            for (size_t i = 0; i < program.count; i++) {
                const net_step_t *step = &program.steps[i];
                if (i > 0)
                    assert_true(step->inputs == program.steps[i - 1].outputs);
                if (step->kind == NET_STEP_ADD)
                    assert_true(program.steps[step->other].outputs == step->outputs);
                if ((step->kind != NET_STEP_LINEAR && step->kind != NET_STEP_PATCHES) || step->layer == NET_NONE)
                    continue;
                assert_int_equal(step->layer, covered);
                for (int64_t part = 0; part < step->parts; part++) {
                    const net_layer_t *layer = &table.items[covered++];
                    assert_int_equal(layer->c * layer->kh * layer->kw, step->inputs);
                    assert_int_equal(layer->k * step->parts, step->outputs);
                }
            }
            assert_int_equal(covered, table.count);
            assert_int_equal(program.steps[program.count - 1].outputs, (*size)->classes);
            net_program_free(&program);
            net_table_free(&table);
        }
}

/* Behind the last attention a classifier needs the first token only; before it, and in a network whose last step reads all
 * tokens, every row is needed. */
static void only_the_first_token_is_needed_behind_the_last_attention(void **state)
{
    (void)state;
    const network_t *const networks[] = {&net_vit_small, &net_bert_sst2};
    bool first_only[256];
    for (int n = 0; n < 2; n++) {
        net_program_t program;
        size_t last = 0, behind = 0;
        assert_ok(net_program(networks[n], networks[n]->sizes[0], &program));
        assert_in_range(program.count, 1, 256);
        for (size_t i = 0; i < program.count; i++)
            last = program.steps[i].kind == NET_STEP_ATTENTION ? i : last;
        net_program_first_only(&program, first_only);
        for (size_t i = 0; i < program.count; i++) {
            assert_int_equal(first_only[i], i > last);
            behind += i > last;
        }
        /* ViT: proj, sum, norm2, fc1, GELU, fc2, sum; norm, head. BERT: dense, sum, norm, dense, GELU, dense, sum, norm;
         * pooler, tanh, classifier */
        assert_int_equal(behind, n == 0 ? 9 : 11);
        for (size_t i = 0; i < program.count; i++)
            program.steps[i].first_token = false;
        net_program_first_only(&program, first_only);
        for (size_t i = 0; i < program.count; i++)
            assert_false(first_only[i]);
        net_program_free(&program);
    }
}

static void a_projection_reads_the_block_and_adds_its_convolutions(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    net_table_t table;
    assert_ok(net_find("resnet34", &network));
    assert_ok(net_find_size(network, "full", &size));
    assert_ok(net_layers(network, size, &table));
    assert_int_equal(table.items[1].input, NET_OUTSIDE); /* layer1.0.conv1, behind the pooling */
    assert_int_equal(table.items[2].input, 1);           /* layer1.0.conv2 */
    assert_int_equal(table.items[2].residual, NET_OUTSIDE);
    assert_int_equal(table.items[4].residual, 2); /* layer1.1.conv2 */
    assert_int_equal(table.items[9].input, 6);    /* layer2.0.downsample.0 reads layer1.2's sum */
    assert_int_equal(table.items[9].residual, 8); /* and adds layer2.0.conv2 */
    assert_int_equal(table.items[10].input, 9);
    net_table_free(&table);
}

static void unknown_names_list_the_known_ones(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    assert_error(net_find("resnet99", &network), FAULT_USAGE, "resnet34");
    assert_ok(net_find("resnet20", &network));
    assert_error(net_find_size(network, "compact", &size), FAULT_USAGE, "full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_those_of_the_published_networks),
        cmocka_unit_test(planes_follow_from_layer_to_layer),
        cmocka_unit_test(networks_are_described_wholly),
        cmocka_unit_test(layer_tables_are_consistent),
        cmocka_unit_test(names_within_a_network_are_unique),
        cmocka_unit_test(operands_come_from_layers_of_their_shape),
        cmocka_unit_test(a_program_covers_its_table),
        cmocka_unit_test(only_the_first_token_is_needed_behind_the_last_attention),
        cmocka_unit_test(a_projection_reads_the_block_and_adds_its_convolutions),
        cmocka_unit_test(unknown_names_list_the_known_ones),
    };
    return cmocka_run_group_tests_name("nets", tests, NULL, NULL);
}
