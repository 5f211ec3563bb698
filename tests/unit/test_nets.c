/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/: layer counts, multiply-accumulates and weights of the seven full-size networks against the figures of the
 * authors' simulator, which read them from the frameworks' own modules. */
#include "nets/net.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static const struct {
    const char *net;
    size_t layers;
    int64_t kilo_macs;    /* multiply-accumulates a sample, in thousands: the source has four digits behind the G */
    int64_t kilo_weights;
} published[] = {
    {"vgg16", 16, 15470300, 138344},    {"resnet34", 37, 3663800, 21780},   {"resnet50", 54, 4089200, 25503},
    {"vit_small", 49, 4240800, 21529},  {"vit_base", 49, 16847700, 85525},  {"bert_mrpc", 72, 43486500, 84935},
    {"bert_sst2", 72, 43486500, 84935},
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
            assert_int_equal(table.items[layer].first, layer == 0);
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
    assert_int_equal(table.items[9].in_h, 14);
    assert_int_equal(table.items[9].out_h, 7);
    assert_string_equal(table.items[35].name, "layer4.2.conv2");
    assert_int_equal(table.items[35].out_w, 2);
    assert_true(table.items[36].kind == NET_LINEAR && table.items[36].bias && table.items[36].c == 128);
    net_table_free(&table);
}

static void names_within_a_network_are_unique(void **state)
{
    (void)state;
    for (const network_t *const *network = net_registry; *network != NULL; network++)
        for (const net_size_t *const *size = (*network)->sizes; *size != NULL; size++) {
            net_table_t table;
            assert_ok(net_layers(*network, *size, &table));
            for (size_t i = 0; i < table.count; i++) {
                assert_true(strlen(table.items[i].name) + 1 < NET_NAME_SIZE);
                for (size_t j = 0; j < i; j++)
                    assert_string_not_equal(table.items[i].name, table.items[j].name);
            }
            net_table_free(&table);
        }
}

static void unknown_names_list_the_known_ones(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    assert_error(net_find("resnet99", &network), FAULT_USAGE, "resnet34");
    assert_ok(net_find("vgg16", &network));
    assert_error(net_find_size(network, "compact", &size), FAULT_USAGE, "full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_those_of_the_published_networks),
        cmocka_unit_test(planes_follow_from_layer_to_layer),
        cmocka_unit_test(names_within_a_network_are_unique),
        cmocka_unit_test(unknown_names_list_the_known_ones),
    };
    return cmocka_run_group_tests_name("nets", tests, NULL, NULL);
}
