/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/: names of checkpoints as they come, settled by table; and a fetched checkpoint of torchvision's, found in the
 * cache by its network's name and loaded whole. */
#include "base/file.h"
#include "base/text.h"
#include "nets/names.h"
#include "nets/weights.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "testing.h"

static char cache[] = "/tmp/bbs-test-names-XXXXXX";

static int make_cache(void **state)
{
    (void)state;
    return mkdtemp(cache) == NULL || setenv("BBS_HOME", cache, 1) != 0;
}

static int remove_cache(void **state)
{
    (void)state;
    return CHILD("rm", "-rf", cache);
}

static const network_t *net_of(const char *name)
{
    const network_t *network = NULL;
    assert_ok(net_find(name, &network));
    return network;
}

static void add(tensor_set_t *set, const char *name)
{
    const int64_t shape = 1;
    assert_ok(tensor_set_reserve(set, name, TENSOR_F32, 1, &shape, NULL));
}

static void settles(const char *net, const char *from, const char *to)
{
    tensor_set_t set = {0};
    add(&set, from);
    assert_ok(net_names_settle(net_of(net), "f", &set));
    assert_string_equal(set.items[0].name, to);
    tensor_set_free(&set);
}

static void wrappers_are_taken_off(void **state)
{
    (void)state;
    settles("resnet34", "conv1.weight", "conv1.weight");
    settles("resnet34", "module.conv1.weight", "conv1.weight");
    settles("vgg16", "_orig_mod.features.0.weight", "features.0.weight");
    settles("vit_base", "module._orig_mod.blocks.0.attn.qkv.weight", "blocks.0.attn.qkv.weight");
    settles("vit_base", "_orig_mod.module.cls_token", "cls_token");
    settles("resnet34", "layer1.module.conv1.weight", "layer1.module.conv1.weight"); /* only in front */
}

static void names_of_bert_are_settled_for_bert_alone(void **state)
{
    (void)state;
    settles("bert_mrpc", "bert.encoder.layer.3.output.LayerNorm.gamma", "bert.encoder.layer.3.output.LayerNorm.weight");
    settles("bert_sst2", "bert.embeddings.LayerNorm.beta", "bert.embeddings.LayerNorm.bias");
    settles("bert_mrpc", "encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.0.attention.self.query.weight");
    settles("bert_mrpc", "module.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.weight");
    settles("bert_mrpc", "pooler.dense.bias", "bert.pooler.dense.bias");
    settles("bert_mrpc", "classifier.weight", "classifier.weight");
    settles("resnet34", "x.LayerNorm.gamma", "x.LayerNorm.gamma");
    settles("vit_small", "encoder.weight", "encoder.weight");
}

static void two_tensors_of_one_meaning_are_refused(void **state)
{
    (void)state;
    tensor_set_t set = {0};
    add(&set, "fc.weight");
    add(&set, "module.fc.weight");
    assert_error(net_names_settle(net_of("resnet34"), "f", &set), FAULT_FAILED,
                 "f: tensor module.fc.weight: found a second tensor");
    tensor_set_free(&set);
}

static void a_network_that_is_not_fetched_names_the_command(void **state)
{
    (void)state;
    const network_t *network = net_of("vit_base");
    const net_size_t *size;
    net_weights_t weights;
    assert_ok(net_find_size(network, "full", &size));
    assert_error(net_weights_load(network, size, NULL, &weights), FAULT_MISSING, "bbsbench fetch --net vit_base");
}

/* The same random weights twice: as torchvision's file in the cache, and wrapped, in the older format. */
static void a_fetched_checkpoint_is_found_and_loaded(void **state)
{
    (void)state;
    if (CHILD(child_python(), "-c", "import torchvision") != 0) {
        print_message("# skipped: python3-torchvision is not installed\n");
        skip();
    }
    const network_t *network = net_of("resnet34");
    const net_size_t *size;
    net_weights_t found, wrapped;
    text_t folder = text_of("%s/checkpoints", cache), place = text_of("%s/resnet34-b627a593.pth", folder.chars),
           other = text_of("%s/other", cache);
    assert_ok(net_find_size(network, "full", &size));
    assert_ok(file_make_folder(folder.chars));
    assert_int_equal(CHILD(child_python(), "tests/oracle/state_dicts.py", "resnet34", place.chars), 0);
    assert_int_equal(
        CHILD(child_python(), "tests/oracle/state_dicts.py", "resnet34", other.chars, "--format", "legacy", "--module"), 0);
    assert_ok(net_weights_load(network, size, NULL, &found));
    assert_string_equal(found.path.chars, place.chars);
    assert_ok(net_weights_load(network, size, other.chars, &wrapped));
    assert_int_equal(found.table.count, wrapped.table.count);
    for (size_t i = 0; i < found.table.count; i++) {
        const net_layer_t *layer = &found.table.items[i];
        assert_memory_equal(found.layers[i].weights, wrapped.layers[i].weights,
                            (size_t)net_layer_weights(layer) * sizeof(float));
        assert_true(layer->norm[0] == '\0' || found.layers[i].gamma[0] == 1); /* torch.nn.BatchNorm2d's own start */
    }
    assert_true(found.layers[0].weights[0] != 0);
    net_weights_free(&found);
    net_weights_free(&wrapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrappers_are_taken_off),
        cmocka_unit_test(names_of_bert_are_settled_for_bert_alone),
        cmocka_unit_test(two_tensors_of_one_meaning_are_refused),
        cmocka_unit_test(a_network_that_is_not_fetched_names_the_command),
        cmocka_unit_test(a_fetched_checkpoint_is_found_and_loaded),
    };
    return cmocka_run_group_tests_name("names", tests, make_cache, remove_cache);
}
